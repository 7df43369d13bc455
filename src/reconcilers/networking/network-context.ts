import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'

/** Says of a context that it is ready as soon as the provider has programmed it, and no longer than that. */
export function createNetworkContextReconciler(): Reconciler<NetworkContextObject> {
  return {
    name: 'network-context',
    planes: ['project'],
    for: NetworkContext,
    concurrency: 4,
    async reconcile(key, { client, clock, events }) {
      const networkContext = await client.get(NetworkContext, key)
      if (!networkContext || networkContext.metadata.deletionTimestamp !== undefined) return undefined
      const finding = readiness(networkContext)
      if (!finding) return undefined
      const before = findCondition(networkContext.status?.conditions, 'Ready')
      const updated = await client.changeStatus(NetworkContext, key, (draft) => {
        draft.status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, finding, clock.now()),
        }
      })
      if (updated && before?.status !== finding.status) {
        const type = finding.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: NetworkContext, object: updated }, type, finding.reason, finding.message)
      }
      return undefined
    },
  }
}

/** Undefined while the provider has never been done: then the pending condition of the schema stands. */
function readiness({ status }: NetworkContextObject): Finding | undefined {
  const programmed = findCondition(status?.conditions, 'Programmed')
  if (programmed?.status === 'True') {
    return { type: 'Ready', status: 'True', reason: 'Ready', message: 'Network context is ready' }
  }
  if (findCondition(status?.conditions, 'Ready')?.status !== 'True') return undefined
  const { reason = 'NotProgrammed', message = 'Network context is not programmed' } = programmed ?? {}
  return { type: 'Ready', status: 'False', reason, message }
}
