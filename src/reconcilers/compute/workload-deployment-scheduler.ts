import { type Finding, setCondition } from '../../controller-runtime/conditions.ts'
import type { Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import {
  WorkloadDeployment,
  type WorkloadDeploymentObject,
} from '../../schemas/compute/workload-deployment.ts'
import { Location } from '../../schemas/networking/location.ts'
import { createLocationCatalogue } from '../networking/location-catalogue.ts'

/** How long until Locations are looked for again where there are none, as deployed (milliseconds). */
const noLocationsRequeue = 30_000

const unplaced = 'unplaced'

/** Gives each deployment its location, once and for good: the first in its city, by namespace and name. */
export function createWorkloadDeploymentSchedulerReconciler(): Reconciler<WorkloadDeploymentObject> {
  const locations = createLocationCatalogue()
  const waiting = createReferenceIndex(WorkloadDeployment, ({ status }) =>
    status?.location ? [] : [unplaced],
  )
  return {
    name: 'workload-deployment-scheduler',
    planes: ['project'],
    for: WorkloadDeployment,
    observes: [locations.observed, waiting.observed],
    watches: [{ kind: Location, enqueue: (_location, { plane }) => waiting.find(plane, unplaced) }],
    concurrency: 4,
    forgetPlane(plane) {
      locations.forgetPlane(plane)
      waiting.forgetPlane(plane)
    },

    async reconcile(key, { client, plane, clock, events }) {
      const deployment = await client.get(WorkloadDeployment, key)
      if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return undefined
      if (!deployment.spec || deployment.status?.location) return undefined
      const { cityCode } = deployment.spec
      const location = locations.inCity(plane, cityCode)
      const none = locations.all(plane).length === 0

      const finding: Finding = {
        type: 'Available',
        status: 'False',
        observedGeneration: deployment.metadata.generation,
        ...(location
          ? {
              reason: 'LocationAssigned',
              message: `Placed in location ${location.namespace}/${location.name}`,
            }
          : none
            ? { reason: 'NoLocations', message: 'The project has no locations' }
            : { reason: 'NoCandidateLocations', message: `No location is in the city ${cityCode}` }),
      }
      const before = deployment.status?.conditions?.find(({ type }) => type === 'Available')?.reason
      await client.changeStatus(WorkloadDeployment, key, (draft) => {
        draft.status = {
          replicas: 0,
          currentReplicas: 0,
          desiredReplicas: 0,
          readyReplicas: 0,
          ...draft.status,
          ...(location ? { location: { namespace: location.namespace, name: location.name } } : {}),
          conditions: setCondition(draft.status?.conditions, finding, clock.now()),
        }
      })
      if (before !== finding.reason) {
        const about = { kind: WorkloadDeployment, object: deployment }
        events.record(about, location ? 'Normal' : 'Warning', finding.reason, finding.message)
      }
      return none ? { requeueAfter: noLocationsRequeue } : undefined
    },
  }
}
