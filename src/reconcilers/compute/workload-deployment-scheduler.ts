import { type Finding, setCondition } from '../../controller-runtime/conditions.ts'
import { isWrittenByOthers } from '../../controller-runtime/field-owners.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import {
  WorkloadDeployment,
  type WorkloadDeploymentObject,
} from '../../schemas/compute/workload-deployment.ts'
import { Location } from '../../schemas/networking/location.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { createLocationCatalogue } from '../networking/location-catalogue.ts'
import { settledLocation } from './deployment-network.ts'
import { isSpecified, type SpecifiedDeployment } from './specified-deployment.ts'

/** How long until Locations are looked for again where there are none, as deployed (milliseconds). */
const noLocationsRequeue = 30_000

const unplaced = 'unplaced'

/** Under which the reconciler writes. */
const reconcilerName = 'workload-deployment-scheduler'

/**
 * Gives each deployment its location, once and for good: the first in its city, by namespace and name. One that somebody
 * else has put where its city is not is put back.
 */
export function createWorkloadDeploymentSchedulerReconciler(): Reconciler<WorkloadDeploymentObject> {
  const locations = createLocationCatalogue()
  const waiting = createReferenceIndex(WorkloadDeployment, ({ status }) =>
    status?.location ? [] : [unplaced],
  )
  return {
    name: reconcilerName,
    planes: ['project'],
    for: WorkloadDeployment,
    // Of the status of one that has its location, the location: the counters change with every instance.
    reads: (deployment) => {
      const { metadata, status } = deployment
      const { generation, deletionTimestamp } = metadata
      const placed = status?.location && [status.location, isMovedByOthers(deployment)]
      return [generation, deletionTimestamp, placed ?? status]
    },
    observes: [locations.observed, waiting.observed],
    watches: [{ kind: Location, enqueue: (_location, { plane }) => waiting.find(plane, unplaced) }],
    concurrency: 4,
    forgetPlane(plane) {
      locations.forgetPlane(plane)
      waiting.forgetPlane(plane)
    },

    async reconcile(key, context) {
      const { client, plane, clock, events } = context
      const deployment = await client.get(WorkloadDeployment, key)
      if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return undefined
      if (!isSpecified(deployment)) return undefined
      if (deployment.status?.location) {
        await restoreLocation(deployment, deployment.status.location, context)
        return undefined
      }
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

  /** A Location that moves to another city, or goes, moves nobody; what somebody else has written is not held to be so. */
  async function restoreLocation(
    deployment: SpecifiedDeployment,
    location: LocationReference,
    { client, plane, events }: ReconcileContext,
  ): Promise<void> {
    const { cityCode } = deployment.spec
    const isInCity = (each: LocationReference | undefined) =>
      each !== undefined && locations.find(plane, each)?.cityCode === cityCode
    if (isInCity(location) || !isMovedByOthers(deployment)) return
    const settled = await settledLocation(deployment, client)
    const place = isInCity(settled) ? settled : locations.inCity(plane, cityCode)
    if (!place) return
    const { namespace, name } = deployment.metadata
    const restored = await client.changeStatus(WorkloadDeployment, { namespace, name }, (draft) => {
      if (draft.status) draft.status.location = { namespace: place.namespace, name: place.name }
    })
    if (!restored) return
    const message = `Location ${location.namespace}/${location.name} is not in the city ${cityCode}: back in ${place.namespace}/${place.name}`
    events.record({ kind: WorkloadDeployment, object: restored }, 'Warning', 'LocationRestored', message)
  }
}

function isMovedByOthers(deployment: WorkloadDeploymentObject): boolean {
  return isWrittenByOthers(deployment, reconcilerName, ['status', 'location'])
}
