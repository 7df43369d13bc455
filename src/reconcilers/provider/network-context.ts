import { type Finding, findCondition, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import type { Failures } from './failures.ts'
import type { Pace } from './pace.ts'

/** Plays the provider that sets a network up in a location: the condition `Programmed`. */
export function createProviderNetworkContextReconciler(
  pace: Pace,
  failures: Failures,
): Reconciler<NetworkContextObject> {
  return {
    name: 'provider-network-context',
    planes: ['project'],
    for: NetworkContext,
    concurrency: 4,
    async reconcile(key, context) {
      const { client, clock, events, plane } = context
      const networkContext = await client.get(NetworkContext, key)
      if (!networkContext?.spec || networkContext.metadata.deletionTimestamp !== undefined) {
        pace.forget(plane, 'network-context', key)
        return undefined
      }
      if (isTrue(networkContext.status?.conditions, 'Programmed')) return undefined

      const set = async (finding: Finding) => {
        const before = findCondition(networkContext.status?.conditions, 'Programmed')
        const updated = await client.changeStatus(NetworkContext, key, (draft) => {
          draft.status = {
            ...draft.status,
            conditions: setCondition(draft.status?.conditions, finding, clock.now()),
          }
        })
        if (updated && finding.reason !== 'ProgrammingInProgress' && before?.reason !== finding.reason) {
          const type = finding.status === 'True' ? 'Normal' : 'Warning'
          events.record({ kind: NetworkContext, object: updated }, type, finding.reason, finding.message)
        }
      }
      const { location } = networkContext.spec
      if (failures.location(location)) {
        const message = `Location ${location.name} failed to create the network`
        await set({ type: 'Programmed', status: 'False', reason: 'NetworkFailedToCreate', message })
        return undefined
      }
      const waits = pace.wait('network-context', key, context)
      await set(
        waits
          ? {
              type: 'Programmed',
              status: 'False',
              reason: 'ProgrammingInProgress',
              message: 'Network context is being programmed',
            }
          : {
              type: 'Programmed',
              status: 'True',
              reason: 'Programmed',
              message: 'Network context has been programmed',
            },
      )
      return waits?.result
    },
  }
}
