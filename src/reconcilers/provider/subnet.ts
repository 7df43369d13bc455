import { type Finding, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import type { Pace } from './pace.ts'

/** Plays the provider that sets up a subnet once it has a block: the condition `Programmed`. */
export function createProviderSubnetReconciler(pace: Pace): Reconciler<SubnetObject> {
  return {
    name: 'provider-subnet',
    planes: ['project'],
    for: Subnet,
    async reconcile(key, context) {
      const { client, clock, events, plane } = context
      const subnet = await client.get(Subnet, key)
      if (!subnet || subnet.metadata.deletionTimestamp !== undefined) {
        pace.forget(plane, 'subnet', key)
        return undefined
      }
      const { conditions } = subnet.status ?? {}
      if (!isTrue(conditions, 'Allocated') || isTrue(conditions, 'Programmed')) return undefined
      const waits = pace.wait('subnet', key, context)
      const finding: Finding = waits
        ? {
            type: 'Programmed',
            status: 'False',
            reason: 'ProgrammingInProgress',
            message: 'Subnet is being programmed',
          }
        : { type: 'Programmed', status: 'True', reason: 'Programmed', message: 'Subnet has been programmed' }
      const updated = await client.changeStatus(Subnet, key, (draft) => {
        draft.status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, finding, clock.now()),
        }
      })
      if (updated && !waits) {
        events.record({ kind: Subnet, object: updated }, 'Normal', finding.reason, finding.message)
      }
      return waits?.result
    },
  }
}
