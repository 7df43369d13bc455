import { type Finding, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { cityCodeTopologyKey, Location, type LocationObject } from '../../schemas/networking/location.ts'

/** Says of a Location that it can be used, or what it lacks. Nothing waits for it: a Location counts as soon as it exists. */
export function createLocationReconciler(): Reconciler<LocationObject> {
  return {
    name: 'location',
    planes: ['project'],
    for: Location,
    async reconcile(key, { client, clock, events }) {
      const location = await client.get(Location, key)
      if (!location || location.metadata.deletionTimestamp !== undefined) return undefined
      const finding = readiness(location)
      const before = location.status?.conditions?.find(({ type }) => type === finding.type)
      const updated = await client.changeStatus(Location, key, (draft) => {
        draft.status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, finding, clock.now()),
        }
      })
      if (updated && before?.status !== finding.status) {
        const type = finding.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: Location, object: updated }, type, finding.reason, finding.message)
      }
      return undefined
    },
  }
}

function readiness({ metadata, spec }: LocationObject): Finding {
  const common = { type: 'Ready', observedGeneration: metadata.generation }
  const cityCode = spec?.topology[cityCodeTopologyKey]
  if (cityCode) {
    return { ...common, status: 'True', reason: 'Ready', message: `Location in ${cityCode} is ready` }
  }
  const message = `spec.topology has no ${cityCodeTopologyKey}: nothing can be placed here`
  return { ...common, status: 'False', reason: 'MissingTopology', message }
}
