import { isReason } from './apimachinery/errors.ts'
import type { KubernetesObject } from './apimachinery/object.ts'
import { type Caller, type Kind, preferredResource } from './registry/kind.ts'
import type { Plane, Registry, RequestContext } from './registry/registry.ts'
import { Namespace } from './schemas/core/namespace.ts'
import { User } from './schemas/iam/user.ts'
import { cityCodeTopologyKey, Location } from './schemas/networking/location.ts'
import { Network } from './schemas/networking/network.ts'
import { Organization } from './schemas/resourcemanager/organization.ts'
import { Project } from './schemas/resourcemanager/project.ts'

/** What a first start puts into an empty state. */
export interface Seeds {
  readonly organization: string
  readonly user: { readonly name: string; readonly email: string }
  readonly project: string
}

export const defaultSeeds: Seeds = {
  organization: 'acme-corp',
  user: { name: 'developer', email: 'developer@example.com' },
  project: 'sandbox',
}

/** As whom what every plane has is made. */
const system: Caller = { name: 'system:seeds', groups: ['system:masters'] }

/** Made by whoever comes first: being there already is what was wanted. */
async function ensure<T extends KubernetesObject>(
  registry: Registry,
  context: RequestContext,
  kind: Kind<T>,
  object: T,
): Promise<void> {
  const { namespace } = object.metadata
  try {
    await registry.create(context, preferredResource(kind), { namespace }, object, {
      fieldManager: 'datum-local',
    })
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
  }
}

/** The namespaces that the root has from the beginning. */
export async function seedRootNamespaces(registry: Registry): Promise<void> {
  const context: RequestContext = { plane: 'root', user: system }
  for (const name of ['default', 'kube-system', 'milo-system']) {
    await ensure(registry, context, Namespace, { metadata: { name } })
  }
}

/** The user, the organization that is theirs, and a project in it, made in the way in which a user makes them. */
export async function seedOrganization(registry: Registry, seeds: Seeds): Promise<void> {
  const { user, organization, project } = seeds
  await ensure(registry, { plane: 'root', user: system }, User, {
    metadata: { name: user.name },
    spec: { email: user.email },
  })
  const caller: Caller = { name: user.email, uid: user.name, groups: ['system:authenticated'] }
  await ensure(registry, { plane: 'root', user: caller }, Organization, {
    metadata: { name: organization, annotations: { 'kubernetes.io/display-name': organization } },
    spec: { type: 'Standard' },
  })
  await ensure(
    registry,
    { plane: 'root', user: caller, parent: { sort: 'Organization', name: organization } },
    Project,
    {
      metadata: { name: project, annotations: { 'kubernetes.io/display-name': project } },
      spec: { ownerRef: { kind: 'Organization', name: organization } },
    },
  )
}

/** The Locations of the public document: a name, and the city, region and zone it stands for. */
const locations = [
  { name: 'gcp-us-south1-a', cityCode: 'DFW', region: 'us-south1', zone: 'us-south1-a' },
  { name: 'gcp-us-west1-a', cityCode: 'DLS', region: 'us-west1', zone: 'us-west1-a' },
  { name: 'gcp-europe-west2-a', cityCode: 'LHR', region: 'europe-west2', zone: 'europe-west2-a' },
]

/** What lets a workload run in a project: three Locations and a Network. */
export async function seedProject(registry: Registry, plane: Plane): Promise<void> {
  const context: RequestContext = { plane, user: system }
  for (const { name, cityCode, region, zone } of locations) {
    await ensure(registry, context, Location, {
      metadata: { name, namespace: 'default' },
      spec: {
        locationClassName: 'datum-managed',
        topology: { [cityCodeTopologyKey]: cityCode },
        provider: { gcp: { projectId: 'datum-local', region, zone } },
      },
    })
  }
  await ensure(registry, context, Network, {
    metadata: { name: 'default', namespace: 'default' },
    spec: { ipam: { mode: 'Auto' } },
  })
}
