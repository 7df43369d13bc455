import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import { refersTo } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler, WatchedKind } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { Instance } from '../../schemas/compute/instance.ts'
import {
  WorkloadDeployment,
  type WorkloadDeploymentObject,
} from '../../schemas/compute/workload-deployment.ts'
import { Network } from '../../schemas/networking/network.ts'
import { NetworkBinding, type NetworkBindingObject } from '../../schemas/networking/network-binding.ts'
import { NetworkContext } from '../../schemas/networking/network-context.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import { SubnetClaim, type SubnetClaimObject } from '../../schemas/networking/subnet-claim.ts'
import { claimMaker, parseAutomaticClaimName } from '../networking/automatic-claim.ts'
import { createLocationCatalogue } from '../networking/location-catalogue.ts'
import { networkContextName, sameLocation } from '../networking/names.ts'
import {
  boundDeployments,
  ensureBindings,
  type NetworkReadiness,
  reconcileNetworks,
  settledLocation,
} from './deployment-network.ts'
import { countInstances, type InstanceAction, nextInstanceAction } from './instance-control.ts'
import { createInstanceLedger, type InstanceSummary } from './instance-ledger.ts'
import {
  expectInstances,
  type InstanceExpectation,
  type InstanceObstacle,
  takeInstanceStep,
} from './instance-step.ts'
import { networkGate, workloadControllerFinalizer } from './names.ts'
import { isSpecified, type SpecifiedDeployment } from './specified-deployment.ts'
import { createVacancies } from './vacancies.ts'

/** How many instances are asked to go at a time when a deployment ends. */
const deletionBatch = 50

/**
 * Keeps the instances of a deployment: one step per pass, on the way networks and their gates, and the counters.
 * It works once the deployment has a location (workload-deployment-scheduler).
 */
export function createWorkloadDeploymentReconciler(
  replacementPause = 0,
): Reconciler<WorkloadDeploymentObject> {
  const ledger = createInstanceLedger()
  const vacancies = createVacancies(replacementPause)
  const locations = createLocationCatalogue()
  const byNetwork = createReferenceIndex(WorkloadDeployment, (deployment) =>
    networkKeys(deployment).map(formatObjectKey),
  )
  /** By the parts of networks that they use: a location may have thousands of deployments that another part is nothing to. */
  const byContext = createReferenceIndex(WorkloadDeployment, (deployment) => {
    const { location } = deployment.status ?? {}
    if (!location) return []
    return networkKeys(deployment).map(({ namespace, name }) =>
      formatObjectKey({ namespace, name: networkContextName(name, location) }),
    )
  })
  /** What instances should be, by uid of the deployment, as of a generation. */
  const expectations = new Map<string, InstanceExpectation & { readonly generation: number }>()

  /**
   * True when the status names a location that is not in the deployment's city, other than where it has settled: then
   * somebody has written it there, and nothing moves.
   */
  async function isCarriedOff(
    deployment: SpecifiedDeployment,
    location: LocationReference,
    { plane, client }: ReconcileContext,
  ): Promise<boolean> {
    if (locations.find(plane, location)?.cityCode === deployment.spec.cityCode) return false
    const settled = await settledLocation(deployment, client)
    return settled !== undefined && !sameLocation(settled, location)
  }

  /** A claim or a subnet concerns the deployments of the contexts that it may be for. */
  const inContext = (kind: WatchedKind['kind']): WatchedKind => ({
    kind,
    enqueue: (object, { plane }) =>
      contextNames(object as SubnetObject | SubnetClaimObject).flatMap((name) =>
        byContext.find(plane, formatObjectKey({ namespace: object.metadata.namespace, name })),
      ),
  })

  function expectationOf(deployment: SpecifiedDeployment, location: LocationReference): InstanceExpectation {
    const { uid = '', generation = 0 } = deployment.metadata
    const known = expectations.get(uid)
    if (known?.generation === generation && sameLocation(known.location, location)) return known
    const expectation = { ...expectInstances(deployment, location), generation }
    expectations.set(uid, expectation)
    return expectation
  }

  return {
    name: claimMaker,
    planes: ['project'],
    for: WorkloadDeployment,
    observes: [
      ledger.observed,
      vacancies.observed,
      locations.observed,
      byContext.observed,
      byNetwork.observed,
      { kind: NetworkBinding, observe: ({ object }) => boundDeployments(object as NetworkBindingObject) },
      {
        kind: WorkloadDeployment,
        observe({ type, object }) {
          if (type !== 'DELETED') return []
          const { uid = '' } = object.metadata
          expectations.delete(uid)
          vacancies.forget(uid)
          return []
        },
      },
    ],
    watches: [
      {
        kind: NetworkContext,
        enqueue: ({ metadata: { namespace, name } }, { plane }) =>
          byContext.find(plane, formatObjectKey({ namespace, name })),
      },
      inContext(SubnetClaim),
      inContext(Subnet),
      {
        // It may have another family now, which needs subnets.
        kind: Network,
        enqueue: ({ metadata: { namespace, name } }, { plane }) =>
          byNetwork.find(plane, formatObjectKey({ namespace, name })),
      },
    ],
    concurrency: 4,
    forgetPlane(plane) {
      ledger.forgetPlane(plane)
      locations.forgetPlane(plane)
      byContext.forgetPlane(plane)
      byNetwork.forgetPlane(plane)
    },

    async reconcile(key, context) {
      const { client, plane } = context
      const deployment = await client.get(WorkloadDeployment, key)
      if (!deployment) return undefined
      const { deletionTimestamp, finalizers = [], uid = '' } = deployment.metadata
      const instances = [...ledger.of(plane, uid)]
      if (deletionTimestamp !== undefined) {
        await finish(deployment, instances, context)
        return undefined
      }
      if (!isSpecified(deployment)) return undefined
      if (!finalizers.includes(workloadControllerFinalizer)) {
        await addFinalizer(client, WorkloadDeployment, key, workloadControllerFinalizer)
        return { requeueAfter: 0 }
      }
      const { location } = deployment.status ?? {}
      if (!location || (await isCarriedOff(deployment, location, context))) return undefined

      const expectation = expectationOf(deployment, location)
      const { minReplicas, instanceManagementPolicy } = deployment.spec.scaleSettings
      const vacant = vacancies.of(uid, minReplicas, context.clock.now())
      const next = nextInstanceAction(instances, {
        deployment: key.name,
        replicas: minReplicas,
        templateHash: expectation.templateHash,
        content: expectation.content,
        policy: instanceManagementPolicy,
      })
      const pause = next.type === 'create' ? vacant.get(next.ordinal) : undefined
      const action: InstanceAction = pause === undefined ? next : { type: 'none' }
      const obstacle = await takeInstanceStep(action, deployment, expectation, context)

      const gated = instances.filter((instance) => instance.gated && !instance.deleting)
      const counts = countInstances(instances, expectation.templateHash)
      const bindings = await ensureBindings(deployment, location, context)
      // While instances come and go and all of them are ready, the network need not be looked at in every pass: of a
      // thousand instances, each asks for several.
      const allReady = counts.ready > 0 && counts.ready === counts.replicas
      const network: NetworkReadiness =
        action.type !== 'none' && allReady
          ? { ready: true }
          : await reconcileNetworks(bindings, location, client)
      if (network.ready) for (const instance of gated) await openNetworkGate(instance, context)
      else reportConflict(deployment, network, context)

      await client.changeStatus(WorkloadDeployment, key, (draft) => {
        const finding = available(counts, network, obstacle)
        draft.status = {
          ...draft.status,
          ...(finding
            ? { conditions: setCondition(draft.status?.conditions, finding, context.clock.now()) }
            : {}),
          replicas: counts.replicas,
          currentReplicas: counts.current,
          desiredReplicas: minReplicas,
          readyReplicas: counts.ready,
        }
      })
      return pause === undefined ? undefined : { requeueAfter: pause }
    },
  }
}

/** The networks of a deployment's interfaces. */
function networkKeys({ metadata, spec }: WorkloadDeploymentObject): ObjectKey[] {
  return (spec?.template.spec.networkInterfaces ?? []).map(({ network }) => ({
    namespace: network.namespace ?? metadata.namespace,
    name: network.name,
  }))
}

/** The contexts that a claim or a subnet says it is for, belongs to, or is in the way of by its name. */
function contextNames({ metadata, spec }: SubnetObject | SubnetClaimObject): string[] {
  const owners = (metadata.ownerReferences ?? []).filter((each) => refersTo(each, NetworkContext))
  const names = [
    spec?.networkContext.name,
    parseAutomaticClaimName(metadata.name)?.context,
    ...owners.map(({ name }) => name),
  ]
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** Undefined where there is nothing to say beyond what the scheduler said. */
function available(
  { replicas, ready }: { replicas: number; ready: number },
  network: NetworkReadiness,
  obstacle: InstanceObstacle | undefined,
): Finding | undefined {
  const type = 'Available'
  if (ready > 0) {
    const hindrances = [obstacle?.message, network.ready ? undefined : network.message]
    const message = [`${ready}/${replicas} instances are ready`, ...hindrances].filter(Boolean).join('; ')
    return { type, status: 'True', reason: 'StableInstanceFound', message }
  }
  if (obstacle) return { type, status: 'False', ...obstacle }
  if (!network.ready)
    return { type, status: 'False', reason: 'ProvisioningNetwork', message: network.message }
  if (replicas === 0) return undefined
  return {
    type,
    status: 'False',
    reason: 'ProvisioningInstances',
    message: 'Instances are being provisioned',
  }
}

/** Tells once of what nobody but a user can put right; the condition says it as long as it lasts. */
function reportConflict(
  deployment: SpecifiedDeployment,
  { conflict, message }: Extract<NetworkReadiness, { ready: false }>,
  { events }: ReconcileContext,
): void {
  const told = findCondition(deployment.status?.conditions, 'Available')?.message
  if (conflict === undefined || told?.includes(message)) return
  events.record({ kind: WorkloadDeployment, object: deployment }, 'Warning', conflict, message)
}

async function openNetworkGate(
  { namespace, name }: InstanceSummary,
  { client }: ReconcileContext,
): Promise<void> {
  await client.change(Instance, { namespace, name }, ({ spec }) => {
    const controller = spec?.controller
    const gates = controller?.schedulingGates?.filter((gate) => gate.name !== networkGate)
    if (!controller || !gates) return
    if (gates.length > 0) controller.schedulingGates = gates
    else delete controller.schedulingGates
  })
}

/** Deletes the instances of a deployment that ends, and lets it go when none is left. */
async function finish(
  deployment: WorkloadDeploymentObject,
  instances: readonly InstanceSummary[],
  { client, events }: ReconcileContext,
): Promise<void> {
  const { namespace, name, finalizers = [] } = deployment.metadata
  if (!finalizers.includes(workloadControllerFinalizer)) return
  if (instances.length === 0) {
    await removeFinalizer(client, WorkloadDeployment, { namespace, name }, workloadControllerFinalizer)
    return
  }
  const remaining = instances.filter((instance) => !instance.deleting)
  if (remaining.length > 0) {
    const message = `Deletes ${remaining.length === 1 ? 'one instance' : `${remaining.length} instances`}`
    events.record({ kind: WorkloadDeployment, object: deployment }, 'Normal', 'InstancesDeleted', message)
  }
  for (let start = 0; start < remaining.length; start += deletionBatch) {
    await Promise.all(
      remaining.slice(start, start + deletionBatch).map((instance) =>
        client.delete(
          Instance,
          { namespace: instance.namespace, name: instance.name },
          {
            preconditions: { uid: instance.uid },
          },
        ),
      ),
    )
  }
}
