import type { Kind } from '../registry/kind.ts'
import { Instance } from './compute/instance.ts'
import { Workload } from './compute/workload.ts'
import { WorkloadDeployment } from './compute/workload-deployment.ts'
import { ConfigMap } from './core/config-map.ts'
import { CustomResourceDefinition } from './core/custom-resource-definition.ts'
import { Event } from './core/event.ts'
import { Lease } from './core/lease.ts'
import { Namespace } from './core/namespace.ts'
import { Secret } from './core/secret.ts'
import { PolicyBinding } from './iam/policy-binding.ts'
import { User } from './iam/user.ts'
import { UserPreference } from './iam/user-preference.ts'
import { Domain } from './networking/domain.ts'
import { HTTPProxy } from './networking/http-proxy.ts'
import { Location } from './networking/location.ts'
import { Network } from './networking/network.ts'
import { NetworkBinding } from './networking/network-binding.ts'
import { NetworkContext } from './networking/network-context.ts'
import { NetworkPolicy } from './networking/network-policy.ts'
import { Subnet } from './networking/subnet.ts'
import { SubnetClaim } from './networking/subnet-claim.ts'
import { Organization } from './resourcemanager/organization.ts'
import { OrganizationMembership } from './resourcemanager/organization-membership.ts'
import { Project } from './resourcemanager/project.ts'
import { ExportPolicy } from './telemetry/export-policy.ts'

const core = [Namespace, Secret, ConfigMap, Event, Lease, CustomResourceDefinition]
const resourceManager = [Organization, OrganizationMembership, Project]
const iam = [User, UserPreference, PolicyBinding]
const networking = [
  Location,
  Network,
  NetworkBinding,
  NetworkContext,
  NetworkPolicy,
  SubnetClaim,
  Subnet,
  Domain,
  HTTPProxy,
]
const compute = [Workload, WorkloadDeployment, Instance]
const telemetry = [ExportPolicy]

/** Everything that is stored; reviews, which are only answered, are elsewhere. */
export const kinds: readonly Kind[] = [
  ...core,
  ...resourceManager,
  ...iam,
  ...networking,
  ...compute,
  ...telemetry,
]
