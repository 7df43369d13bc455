import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { PolicyBinding, type PolicyBindingObject } from '../../schemas/iam/policy-binding.ts'
import { User, type UserObject } from '../../schemas/iam/user.ts'
import { displayNameAnnotation } from '../../schemas/resourcemanager/group.ts'
import { Organization, type OrganizationObject } from '../../schemas/resourcemanager/organization.ts'
import {
  OrganizationMembership,
  type OrganizationMembershipObject,
} from '../../schemas/resourcemanager/organization-membership.ts'
import { bindRoles, membershipsOf } from './membership-bindings.ts'

type MembershipSpec = NonNullable<OrganizationMembershipObject['spec']>
type MembershipStatus = NonNullable<OrganizationMembershipObject['status']>

/** Shows on a membership whom it makes a member of what, and ends it when the user is gone. */
export function createOrganizationMembershipReconciler(): Reconciler<OrganizationMembershipObject> {
  const references = createReferenceIndex(OrganizationMembership, ({ spec }) =>
    spec ? [`Organization ${spec.organizationRef.name}`, `User ${spec.userRef.name}`] : [],
  )
  return {
    name: 'organization-membership',
    planes: ['root'],
    for: OrganizationMembership,
    owns: [PolicyBinding],
    observes: [
      references.observed,
      {
        kind: PolicyBinding,
        observe({ plane, type, key: { namespace }, object }) {
          const binding = object as PolicyBindingObject
          const memberships = membershipsOf(binding)
          if (type !== 'DELETED') return memberships
          // That for leaving goes with the one membership that made it; others of the same user need it still.
          const subjects = binding.spec?.subjects ?? []
          const others = subjects.flatMap(({ name }) => [...references.find(plane, `User ${name}`)])
          return [...memberships, ...others.filter((other) => other.namespace === namespace)]
        },
      },
    ],
    watches: [Organization, User].map((kind) => ({
      kind,
      enqueue: ({ metadata }, { plane }) => references.find(plane, `${kind.names.kind} ${metadata.name}`),
    })),
    forgetPlane: (plane) => references.forgetPlane(plane),

    async reconcile(key, context) {
      const { client, clock, events } = context
      const membership = await client.get(OrganizationMembership, key)
      if (!membership?.spec || membership.metadata.deletionTimestamp !== undefined) return undefined
      const { spec } = membership
      const organization = await client.get(Organization, { name: spec.organizationRef.name })
      const user = await client.get(User, { name: spec.userRef.name })
      const before = findCondition(membership.status?.conditions, 'Ready')
      if (!user && before?.reason === 'UserNotFound') {
        await client.delete(OrganizationMembership, key, {
          preconditions: { uid: membership.metadata.uid ?? '' },
        })
        return undefined
      }
      const finding = readiness(spec, organization, user)
      const applied =
        organization && user ? await bindRoles(membership, organization, user, context) : undefined
      const updated = await client.changeStatus(OrganizationMembership, key, (draft) => {
        draft.status = statusOf(draft, finding, applied, organization, user, clock.now())
      })
      if (updated && before?.reason !== finding.reason) {
        const type = finding.status === 'True' ? 'Normal' : 'Warning'
        events.record(
          { kind: OrganizationMembership, object: updated },
          type,
          finding.reason,
          finding.message,
        )
      }
      // It ends by itself, once it has been said why.
      return finding.reason === 'UserNotFound' ? { requeueAfter: 0 } : undefined
    },
  }
}

function readiness(
  spec: MembershipSpec,
  organization: OrganizationObject | undefined,
  user: UserObject | undefined,
): Finding {
  const type = 'Ready'
  if (!organization) {
    const message = `Organization ${spec.organizationRef.name} does not exist`
    return { type, status: 'False', reason: 'OrganizationNotFound', message }
  }
  if (!user) {
    return {
      type,
      status: 'False',
      reason: 'UserNotFound',
      message: `User ${spec.userRef.name} does not exist`,
    }
  }
  return { type, status: 'True', reason: 'Ready', message: 'Organization membership is ready' }
}

function statusOf(
  { metadata, status: old }: OrganizationMembershipObject,
  ready: Finding,
  applied: MembershipStatus['appliedRoles'],
  organization: OrganizationObject | undefined,
  user: UserObject | undefined,
  now: number,
): MembershipStatus {
  const observedGeneration = metadata.generation
  const conditions = setCondition(old?.conditions, { ...ready, observedGeneration }, now)
  const displayName = organization?.metadata.annotations?.[displayNameAnnotation]
  const { email, givenName, familyName } = user?.spec ?? {}
  const avatarUrl = user?.status?.avatarUrl
  return {
    ...old,
    conditions: applied
      ? setCondition(conditions, { ...rolesApplied(applied), observedGeneration }, now)
      : conditions,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(organization
      ? {
          organization: {
            type: organization.spec.type,
            ...(displayName === undefined ? {} : { displayName }),
          },
        }
      : {}),
    ...(user
      ? {
          user: {
            ...(email === undefined ? {} : { email }),
            ...(givenName === undefined ? {} : { givenName }),
            ...(familyName === undefined ? {} : { familyName }),
            ...(avatarUrl === undefined ? {} : { avatarUrl }),
          },
        }
      : {}),
    appliedRoles: applied ?? old?.appliedRoles ?? [],
  }
}

function rolesApplied(applied: NonNullable<MembershipStatus['appliedRoles']>): Finding {
  const type = 'RolesApplied'
  if (applied.length === 0) {
    return { type, status: 'True', reason: 'NoRolesSpecified', message: 'The membership names no roles' }
  }
  const pending = applied.filter(({ status }) => status !== 'Applied')
  if (pending.length === 0) {
    return { type, status: 'True', reason: 'AllRolesApplied', message: 'All roles are applied' }
  }
  const message = `${applied.length - pending.length} of ${applied.length} roles are applied`
  return { type, status: 'False', reason: 'PartialRolesApplied', message }
}
