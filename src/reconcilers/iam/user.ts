import { findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { User, type UserObject } from '../../schemas/iam/user.ts'
import { OrganizationMembership } from '../../schemas/resourcemanager/organization-membership.ts'

const membershipCleanupFinalizer = 'iam.miloapis.com/user-membership-cleanup'

/** Says that a user is set up, and ends the user's memberships before the user goes. */
export function createUserReconciler(): Reconciler<UserObject> {
  const memberships = createReferenceIndex(OrganizationMembership, ({ spec }) =>
    spec ? [spec.userRef.name] : [],
  )

  async function finish(user: UserObject, { client, events, plane }: ReconcileContext): Promise<void> {
    const { name, finalizers = [] } = user.metadata
    if (!finalizers.includes(membershipCleanupFinalizer)) return
    for (const key of memberships.find(plane, name)) {
      await client.delete(OrganizationMembership, key)
      const message = `Deleted membership ${key.name} in ${key.namespace}`
      events.record({ kind: User, object: user }, 'Normal', 'MembershipDeleted', message)
    }
    await removeFinalizer(client, User, { name }, membershipCleanupFinalizer)
  }

  return {
    name: 'user',
    planes: ['root'],
    for: User,
    observes: [memberships.observed],
    forgetPlane: (plane) => memberships.forgetPlane(plane),

    async reconcile(key, context) {
      const { client, clock, events } = context
      const user = await client.get(User, key)
      if (!user) return undefined
      const { deletionTimestamp, finalizers = [] } = user.metadata
      if (deletionTimestamp !== undefined) {
        await finish(user, context)
        return undefined
      }
      if (!finalizers.includes(membershipCleanupFinalizer)) {
        await addFinalizer(client, User, key, membershipCleanupFinalizer)
        return { requeueAfter: 0 }
      }
      const before = findCondition(user.status?.conditions, 'Ready')
      const updated = await client.changeStatus(User, key, (draft) => {
        draft.status = {
          ...draft.status,
          state: draft.status?.state ?? 'Active',
          conditions: setCondition(
            draft.status?.conditions,
            {
              type: 'Ready',
              status: 'True',
              reason: 'Reconciled',
              message: 'User has been reconciled',
              observedGeneration: user.metadata.generation,
            },
            clock.now(),
          ),
        }
      })
      if (updated && before?.status !== 'True') {
        events.record({ kind: User, object: updated }, 'Normal', 'Reconciled', 'User has been reconciled')
      }
      return undefined
    },
  }
}
