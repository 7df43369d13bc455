import { createHash } from 'node:crypto'
import { formatTime } from '../../apimachinery/clock.ts'
import { isReason } from '../../apimachinery/errors.ts'
import type { KubernetesObject, ObjectKey } from '../../apimachinery/object.ts'
import { findCondition, isTrue } from '../../controller-runtime/conditions.ts'
import { controllerOf, ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext } from '../../controller-runtime/reconciler.ts'
import { PolicyBinding, type PolicyBindingObject } from '../../schemas/iam/policy-binding.ts'
import { resourceManagerGroup } from '../../schemas/resourcemanager/group.ts'
import {
  OrganizationMembership,
  type OrganizationMembershipObject,
} from '../../schemas/resourcemanager/organization-membership.ts'
import { selfDeleteRole } from '../../schemas/resourcemanager/roles.ts'

const membershipLabel = 'resourcemanager.miloapis.com/membership'
const managedByLabel = 'resourcemanager.miloapis.com/managed-by'
const managedBy = 'organization-membership-controller'

type AppliedRole = NonNullable<NonNullable<OrganizationMembershipObject['status']>['appliedRoles']>[number]
type Role = NonNullable<NonNullable<OrganizationMembershipObject['spec']>['roles']>[number]

/** A binding as it should be, or why there cannot be one. */
interface EnsuredBinding {
  readonly binding?: PolicyBindingObject | undefined
  readonly refused?: string
}

/** The name of the binding by which a member has a role. */
function bindingName(membership: string, { name, namespace }: Role): string {
  const key = namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
  return `${membership}-${createHash('sha256').update(key).digest('hex')}`
}

/**
 * Sees that a member has a PolicyBinding for each role of the membership, one for leaving, and none for roles that the
 * membership names no longer. Returns what became of each role.
 */
export async function bindRoles(
  membership: OrganizationMembershipObject,
  organization: KubernetesObject,
  user: KubernetesObject,
  context: ReconcileContext,
): Promise<AppliedRole[]> {
  const { client, clock } = context
  const { namespace = '', name, uid = '' } = membership.metadata
  const roles = membership.spec?.roles ?? []
  const bindings = new Map(
    (await client.list(PolicyBinding, { namespace, owner: uid })).map((each) => [each.metadata.name, each]),
  )
  const selfDelete = `usermembership-self-delete-${user.metadata.name}`
  const wanted = new Set([selfDelete, ...roles.map((role) => bindingName(name, role))])
  for (const { metadata } of bindings.values()) {
    if (wanted.has(metadata.name) || metadata.labels?.[managedByLabel] !== managedBy) continue
    await client.delete(PolicyBinding, { namespace, name: metadata.name })
  }
  const ensure = async (
    binding: string,
    role: { readonly name: string; readonly namespace: string },
    target: { readonly kind: string; readonly object: KubernetesObject },
    labels?: Record<string, string>,
  ): Promise<EnsuredBinding> => {
    const { metadata } = target.object
    const wanted = {
      metadata: {
        name: binding,
        namespace,
        ...(labels ? { labels } : {}),
        ownerReferences: [ownerReference(OrganizationMembership, membership)],
      },
      spec: {
        roleRef: role,
        subjects: [{ kind: 'User' as const, name: user.metadata.name, uid: user.metadata.uid ?? '' }],
        resourceSelector: {
          resourceRef: {
            apiGroup: resourceManagerGroup,
            kind: target.kind,
            name: metadata.name,
            ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
            uid: metadata.uid ?? '',
          },
        },
      },
    }
    const existing = bindings.get(binding)
    if (existing) return { binding: await restore(existing, wanted, context) }
    try {
      return { binding: await client.create(PolicyBinding, wanted) }
    } catch (error) {
      // The name of the membership may leave no room for that of a binding.
      if (isReason(error, 'Invalid')) return { refused: error.message }
      // Torn loose from its membership, or another membership of the same user in the same organization has it.
      if (!isReason(error, 'AlreadyExists')) throw error
      const found = await client.get(PolicyBinding, { namespace, name: binding })
      return { binding: found && (await restore(found, wanted, context)) }
    }
  }
  const labels = { [membershipLabel]: name, [managedByLabel]: managedBy }
  const applied: AppliedRole[] = []
  for (const role of roles) {
    const target = { kind: 'Organization', object: organization }
    const binding = bindingName(name, role)
    const bound = await ensure(
      binding,
      { name: role.name, namespace: role.namespace ?? namespace },
      target,
      labels,
    )
    applied.push(appliedRole(role, { name: binding, namespace }, bound, membership, clock.now()))
  }
  await ensure(selfDelete, selfDeleteRole, { kind: 'OrganizationMembership', object: membership })
  return applied
}

/** The memberships that a binding may be of, by its name and by what it is about: one that was torn loose still is. */
export function membershipsOf({ metadata, spec }: PolicyBindingObject): ObjectKey[] {
  const { namespace } = metadata
  const name = /^(.+)-[0-9a-f]{64}$/.exec(metadata.name)?.[1]
  const { resourceRef } = spec?.resourceSelector ?? {}
  const about = resourceRef?.kind === OrganizationMembership.names.kind ? resourceRef.name : undefined
  return [name, about].flatMap((each) => (each === undefined ? [] : [{ namespace, name: each }]))
}

/** Puts back what somebody has changed in a binding: whom it belongs to, its labels, and to whom it gives the role. */
async function restore(
  binding: PolicyBindingObject,
  wanted: PolicyBindingObject & Required<Pick<PolicyBindingObject, 'spec'>>,
  { client, events }: ReconcileContext,
): Promise<PolicyBindingObject | undefined> {
  const { namespace, name } = binding.metadata
  const [owner] = wanted.metadata.ownerReferences ?? []
  const controller = controllerOf(binding)
  // That of another membership is looked after by that one.
  if (!owner || (controller && controller.uid !== owner.uid)) return binding
  const restored = await client.change(PolicyBinding, { namespace, name }, (draft) => {
    const { metadata, spec } = draft
    if (!controller) metadata.ownerReferences = [...(metadata.ownerReferences ?? []), owner]
    if (wanted.metadata.labels) metadata.labels = { ...metadata.labels, ...wanted.metadata.labels }
    if (spec) spec.subjects = wanted.spec.subjects
  })
  if (restored && restored.metadata.resourceVersion !== binding.metadata.resourceVersion) {
    const message = `Restored what was changed in policy binding ${name}`
    events.record({ kind: PolicyBinding, object: restored }, 'Warning', 'Restored', message)
  }
  return restored
}

/** A role is applied once its binding is ready, as whoever decides about bindings says. */
function appliedRole(
  { name, namespace }: Role,
  policyBindingRef: { readonly name: string; readonly namespace: string },
  { binding, refused }: EnsuredBinding,
  { status }: OrganizationMembershipObject,
  now: number,
): AppliedRole {
  const old = status?.appliedRoles?.find((each) => each.name === name && each.namespace === namespace)
  const role = { name, ...(namespace === undefined ? {} : { namespace }), policyBindingRef }
  if (refused !== undefined) return { ...role, status: 'Failed', message: refused }
  const ready = findCondition(binding?.status?.conditions, 'Ready')
  if (isTrue(binding?.status?.conditions, 'Ready')) {
    return { ...role, status: 'Applied', appliedAt: old?.appliedAt ?? formatTime(now) }
  }
  const message =
    ready?.status === 'False' ? ready.message : `Policy binding ${policyBindingRef.name} is not ready`
  return { ...role, status: 'Pending', message }
}
