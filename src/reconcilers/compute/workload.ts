import { isReason } from '../../apimachinery/errors.ts'
import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import { findCondition } from '../../controller-runtime/conditions.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import {
  controllerOf,
  isControlledBy,
  ownerReference,
  refersTo,
} from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import type { Plane } from '../../registry/registry.ts'
import { Workload, type WorkloadObject } from '../../schemas/compute/workload.ts'
import {
  WorkloadDeployment,
  type WorkloadDeploymentObject,
} from '../../schemas/compute/workload-deployment.ts'
import { Location } from '../../schemas/networking/location.ts'
import { Network } from '../../schemas/networking/network.ts'
import { createLocationCatalogue } from '../networking/location-catalogue.ts'
import { workloadControllerFinalizer, workloadUidLabel } from './names.ts'
import {
  missingCities,
  type NameConflict,
  networksOf,
  noLocationIn,
  type Obstacle,
  type PlannedDeployment,
  planDeployments,
  workloadStatus,
} from './workload-plan.ts'

const every = 'every workload'

/** Keeps one WorkloadDeployment for each city of each placement, and sums up how they are doing. */
export function createWorkloadReconciler(): Reconciler<WorkloadObject> {
  const locations = createLocationCatalogue()
  const references = createReferenceIndex(Workload, (workload) => [
    every,
    ...networksOf(workload).map((network) => formatObjectKey(network)),
  ])
  /** Workloads that wait for a deployment's name to become free, by plane and that name. */
  const waitingForName = new Map<string, Map<string, ObjectKey>>()
  const nameSlot = (plane: Plane, key: ObjectKey) => `${plane}|${formatObjectKey(key)}`

  async function ensureDeployment(
    workload: WorkloadObject,
    planned: PlannedDeployment,
    { client, events, plane }: ReconcileContext,
  ): Promise<NameConflict | undefined> {
    const { namespace = '', uid = '' } = workload.metadata
    const key = { namespace, name: planned.name }
    const labels = { [workloadUidLabel]: uid }
    const existing = await client.get(WorkloadDeployment, key)
    if (existing && !belongsTo(existing, workload)) {
      const slot = nameSlot(plane, key)
      const waiting = waitingForName.get(slot) ?? new Map<string, ObjectKey>()
      waitingForName.set(
        slot,
        waiting.set(workload.metadata.name, { namespace, name: workload.metadata.name }),
      )
      const message = `Deployment ${planned.name} belongs to ${ownerOf(existing)}`
      return { reason: 'DeploymentNameConflict', placement: planned.placement, message }
    }
    if (existing?.metadata.deletionTimestamp !== undefined) return undefined
    if (existing) {
      await client.change(WorkloadDeployment, key, (draft) => {
        const { metadata } = draft
        metadata.labels = labels
        delete metadata.annotations
        if (!isControlledBy(existing, workload))
          metadata.ownerReferences = [ownerReference(Workload, workload)]
        draft.spec = planned.spec
      })
      return undefined
    }
    try {
      await client.create(WorkloadDeployment, {
        metadata: { ...key, labels, ownerReferences: [ownerReference(Workload, workload)] },
        spec: planned.spec,
      })
    } catch (error) {
      // Not every city code can be a part of a name, and together they may be too long for one.
      if (!isReason(error, 'Invalid')) throw error
      return { reason: 'DeploymentRefused', placement: planned.placement, message: error.message }
    }
    const message = `Created deployment ${planned.name}`
    events.record({ kind: Workload, object: workload }, 'Normal', 'DeploymentCreated', message)
    return undefined
  }

  async function findObstacle(
    workload: WorkloadObject,
    context: ReconcileContext,
  ): Promise<Obstacle | undefined> {
    const missing: string[] = []
    for (const network of networksOf(workload)) {
      if (!(await context.client.get(Network, network))) missing.push(network.name)
    }
    if (missing.length > 0) {
      return { reason: 'NetworkNotFound', message: `Networks do not exist: ${missing.join(', ')}` }
    }
    if (locations.all(context.plane).length === 0) {
      return { reason: 'NoLocations', message: 'The project has no locations' }
    }
    return undefined
  }

  return {
    name: 'workload',
    planes: ['project'],
    for: Workload,
    observes: [
      locations.observed,
      references.observed,
      {
        kind: WorkloadDeployment,
        observe({ plane, type, key, object }) {
          const { namespace } = key
          const name = (object as WorkloadDeploymentObject).spec?.workloadRef.name
          const keys: ObjectKey[] = name === undefined ? [] : [{ namespace, name }]
          const controller = controllerOf(object)
          if (controller && controller.name !== name) keys.push({ namespace, name: controller.name })
          if (type !== 'DELETED') return keys
          const slot = nameSlot(plane, key)
          const waiting = waitingForName.get(slot)
          waitingForName.delete(slot)
          return waiting ? [...keys, ...waiting.values()] : keys
        },
      },
    ],
    watches: [
      { kind: Location, enqueue: (_location, { plane }) => references.find(plane, every) },
      {
        kind: Network,
        enqueue: ({ metadata }, { plane }) =>
          references.find(plane, formatObjectKey({ namespace: metadata.namespace, name: metadata.name })),
      },
    ],
    concurrency: 4,
    forgetPlane(plane) {
      locations.forgetPlane(plane)
      references.forgetPlane(plane)
      for (const slot of waitingForName.keys()) if (slot.startsWith(`${plane}|`)) waitingForName.delete(slot)
    },

    async reconcile(key, context) {
      const { client, plane, clock } = context
      const workload = await client.get(Workload, key)
      if (!workload) return undefined
      const { deletionTimestamp, finalizers = [], uid = '' } = workload.metadata
      const selection = { namespace: key.namespace ?? '', labels: { [workloadUidLabel]: uid } }
      if (deletionTimestamp !== undefined) {
        await finish(workload, await client.list(WorkloadDeployment, selection), context)
        return undefined
      }
      if (!finalizers.includes(workloadControllerFinalizer)) {
        await addFinalizer(client, Workload, key, workloadControllerFinalizer)
        return { requeueAfter: 0 }
      }

      const obstacle = await findObstacle(workload, context)
      const hasLocation = (cityCode: string) => locations.inCity(plane, cityCode) !== undefined
      const conflicts: NameConflict[] = []
      if (!obstacle) {
        const planned = planDeployments(workload, hasLocation)
        for (const each of planned.values()) {
          const conflict = await ensureDeployment(workload, each, context)
          if (conflict) conflicts.push(conflict)
        }
        for (const deployment of await client.list(WorkloadDeployment, selection)) {
          const { name, deletionTimestamp: deleting } = deployment.metadata
          if (planned.has(name) || deleting !== undefined) continue
          await deleteDeployment(workload, deployment, context)
        }
      }
      const deployments = await client.list(WorkloadDeployment, selection)
      const missing = missingCities(workload.spec.placements, hasLocation)
      const updated = await client.changeStatus(Workload, key, (draft) => {
        draft.status = workloadStatus(draft, deployments, obstacle, conflicts, missing, clock.now())
      })
      if (updated) reportChange(workload, updated, missing, conflicts, context)
      return undefined
    },
  }
}

/** Deployments are a workload's own by controller reference; one that a user has torn loose, by what it says. */
function belongsTo(deployment: WorkloadDeploymentObject, workload: WorkloadObject): boolean {
  const controller = controllerOf(deployment)
  return controller
    ? controller.uid === workload.metadata.uid
    : deployment.spec?.workloadRef.uid === workload.metadata.uid
}

/** Whose deployment it is, in words. */
function ownerOf(deployment: WorkloadDeploymentObject): string {
  const controller = controllerOf(deployment)
  if (controller && !refersTo(controller, Workload)) return `${controller.kind} ${controller.name}`
  const name = controller?.name ?? deployment.spec?.workloadRef.name
  return name ? `workload ${name}` : 'nobody'
}

async function deleteDeployment(
  workload: WorkloadObject,
  { metadata: { namespace, name, uid = '' } }: WorkloadDeploymentObject,
  { client, events }: ReconcileContext,
): Promise<void> {
  await client.delete(WorkloadDeployment, { namespace, name }, { preconditions: { uid } })
  const about = { kind: Workload, object: workload }
  events.record(about, 'Normal', 'DeploymentDeleted', `Deleted deployment ${name}`)
}

/** Deletes the deployments of a workload that ends, and lets it go when none is left. */
async function finish(
  workload: WorkloadObject,
  deployments: readonly WorkloadDeploymentObject[],
  context: ReconcileContext,
): Promise<void> {
  const { namespace, name, finalizers = [] } = workload.metadata
  if (!finalizers.includes(workloadControllerFinalizer)) return
  for (const deployment of deployments) {
    if (deployment.metadata.deletionTimestamp === undefined)
      await deleteDeployment(workload, deployment, context)
  }
  if (deployments.length > 0) return
  await removeFinalizer(context.client, Workload, { namespace, name }, workloadControllerFinalizer)
}

/** Tells as an Event when the availability has another reason than before. */
function reportChange(
  before: WorkloadObject,
  after: WorkloadObject,
  citiesWithoutLocation: readonly string[],
  conflicts: readonly NameConflict[],
  { events }: ReconcileContext,
): void {
  const about = { kind: Workload, object: after }
  const old = findCondition(before.status?.conditions, 'Available')
  const now = findCondition(after.status?.conditions, 'Available')
  if (!now || (old?.reason === now.reason && old.message === now.message)) return
  // That nothing is available yet is no news; that nothing is any more is.
  if (old?.reason !== now.reason && (now.reason !== 'NoAvailablePlacements' || old?.status === 'True')) {
    events.record(about, now.status === 'True' ? 'Normal' : 'Warning', now.reason, now.message)
  }
  for (const { reason, message } of conflicts) {
    if (now.reason === reason || old?.message?.includes(message)) continue
    events.record(about, 'Warning', reason, message)
  }
  if (old === undefined && citiesWithoutLocation.length > 0) {
    events.record(about, 'Warning', 'NoCandidateLocations', noLocationIn(citiesWithoutLocation))
  }
}
