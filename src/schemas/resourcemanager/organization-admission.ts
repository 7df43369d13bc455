import type { Admission, AdmissionRequest } from '../../registry/admission.ts'
import { Namespace } from '../core/namespace.ts'
import { createCompanion } from '../create-companion.ts'
import { denied } from '../denial.ts'
import { iamGroup } from '../iam/group.ts'
import type { UserObject } from '../iam/user.ts'
import { findCaller } from './caller.ts'
import { organizationNamespace, resourceManagerGroup } from './group.ts'
import { checkNameLength } from './name-length.ts'
import type { OrganizationObject } from './organization.ts'
import { OrganizationMembership } from './organization-membership.ts'
import { ownerRole } from './roles.ts'

const maxNameLength = 50

interface OrganizationFacts {
  /** A namespace of that name is there already, and it is not that of this organization. */
  readonly namespaceTaken: boolean
}

/**
 * An organization comes with a namespace of its own and makes whoever creates it its owner, unless that is one of
 * `system:masters`, who create organizations for others.
 */
export const organizationAdmission: Admission<OrganizationObject> = {
  webhookName: 'vorganization.datum.net',

  async gather({ operation, client, key, kind, dryRun }): Promise<OrganizationFacts> {
    if (operation !== 'create' || dryRun) return { namespaceTaken: false }
    const namespace = await client.get(Namespace, { name: organizationNamespace(key.name) })
    if (namespace === undefined) return { namespaceTaken: false }
    // Where the organization itself exists, that is what the caller should be told.
    return { namespaceTaken: (await client.get(kind, key)) === undefined }
  },

  validate(organization, old, _request, facts) {
    const { name } = organization.metadata
    const faults = old === undefined ? checkNameLength(name, maxNameLength) : []
    if (faults.length === 0 && (facts as OrganizationFacts).namespaceTaken) {
      throw denied(
        'failed to create organization namespace: failed to create namespace resource: ' +
          `namespaces "${organizationNamespace(name)}" already exists`,
      )
    }
    return faults
  },

  async afterCreate(organization, request) {
    await createNamespace(organization, request)
    if (request.user.groups.includes('system:masters')) return
    const owner = await findCaller(request)
    if (owner) await createOwnership(organization, owner, request)
  },
}

async function createNamespace(
  organization: OrganizationObject,
  { client }: AdmissionRequest,
): Promise<void> {
  const { name, uid = '' } = organization.metadata
  await createCompanion(client, Namespace, {
    metadata: {
      name: organizationNamespace(name),
      labels: {
        'resourcemanager.miloapis.com/organization': name,
        'resourcemanager.miloapis.com/type': 'organization',
      },
      ownerReferences: [
        {
          apiVersion: `${resourceManagerGroup}/v1alpha1`,
          kind: 'Organization',
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
  })
}

async function createOwnership(
  organization: OrganizationObject,
  owner: UserObject,
  { client }: AdmissionRequest,
): Promise<void> {
  const { name, uid = '' } = owner.metadata
  await createCompanion(client, OrganizationMembership, {
    metadata: {
      name: `member-${name}`,
      namespace: organizationNamespace(organization.metadata.name),
      ownerReferences: [{ apiVersion: `${iamGroup}/v1alpha1`, kind: 'User', name, uid }],
    },
    spec: {
      organizationRef: { name: organization.metadata.name },
      userRef: { name },
      roles: [{ ...ownerRole }],
    },
  })
}
