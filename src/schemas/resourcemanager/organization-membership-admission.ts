import { forbidden, type StatusError } from '../../apimachinery/errors.ts'
import type { ObjectKey } from '../../apimachinery/object.ts'
import type { Admission, AdmissionClient, AdmissionRequest } from '../../registry/admission.ts'
import type { Kind } from '../../registry/kind.ts'
import { groupResource } from '../../registry/kind.ts'
import { Namespace } from '../core/namespace.ts'
import { denied } from '../denial.ts'
import { User } from '../iam/user.ts'
import type { OrganizationMembershipObject } from './organization-membership.ts'
import { isOwner } from './roles.ts'

interface MembershipFacts {
  /** Another membership makes somebody an owner of the same organization. */
  readonly hasOtherOwner: boolean
  /** The namespace of the organization is on its way out, or gone: the organization itself is. */
  readonly organizationEnds: boolean
  /** The user is on the way out, or gone. */
  readonly userEnds: boolean
}

/** An organization that has an owner keeps one, until it or its last owner is deleted. */
export const organizationMembershipAdmission: Admission<OrganizationMembershipObject> = {
  webhookName: 'vorganizationmembership.datum.net',

  async gather(request): Promise<MembershipFacts | undefined> {
    if (request.operation === 'create' || request.subresource !== undefined) return undefined
    const current = await request.client.get(request.kind as Kind<OrganizationMembershipObject>, request.key)
    return current === undefined || !isOwner(current) ? undefined : gatherFacts(current, request)
  },

  validate(membership, old, request, facts) {
    checkRoles(membership)
    const guarded = facts as MembershipFacts | undefined
    if (old && guarded && isOwner(old) && !isOwner(membership)) {
      if (!guarded.hasOtherOwner && !guarded.organizationEnds) throw lastOwner(old, request, 'update')
    }
    return []
  },

  validateDelete(old, request, facts) {
    const guarded = facts as MembershipFacts | undefined
    if (!guarded || !isOwner(old)) return
    if (guarded.hasOtherOwner || guarded.organizationEnds || guarded.userEnds) return
    throw lastOwner(old, request, 'delete')
  },
}

async function gatherFacts(
  current: OrganizationMembershipObject,
  { client, kind, key }: AdmissionRequest,
): Promise<MembershipFacts> {
  const memberships = await client.list(kind as Kind<OrganizationMembershipObject>, {
    namespace: key.namespace ?? '',
  })
  const organization = current.spec?.organizationRef.name
  return {
    hasOtherOwner: memberships.some(
      (each) =>
        each.metadata.name !== key.name && each.spec?.organizationRef.name === organization && isOwner(each),
    ),
    organizationEnds: await ends(client, Namespace, { name: key.namespace ?? '' }),
    userEnds: await ends(client, User, { name: current.spec?.userRef.name ?? '' }),
  }
}

async function ends(client: AdmissionClient, kind: Kind, key: ObjectKey): Promise<boolean> {
  const object = await client.get(kind, key)
  return object === undefined || object.metadata.deletionTimestamp !== undefined
}

function checkRoles({ metadata, spec }: OrganizationMembershipObject): void {
  const seen = new Set<string>()
  for (const { name, namespace = metadata.namespace } of spec?.roles ?? []) {
    if (name === '') throw denied('role name cannot be empty')
    const role = `${namespace}/${name}`
    if (seen.has(role)) throw denied(`duplicate role reference: ${name} in namespace ${namespace}`)
    seen.add(role)
  }
}

function lastOwner(
  { metadata, spec }: OrganizationMembershipObject,
  { kind }: AdmissionRequest,
  action: 'update' | 'delete',
): StatusError {
  return forbidden(
    groupResource(kind),
    metadata.name,
    `cannot ${action} the membership of user "${spec?.userRef.name}": organization ` +
      `"${spec?.organizationRef.name}" must have at least one owner; make another member an owner first, ` +
      'or delete the organization',
  )
}
