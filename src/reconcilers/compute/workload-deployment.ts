import { isReason } from '../../apimachinery/errors.ts'
import { formatObjectKey, type KubernetesObject } from '../../apimachinery/object.ts'
import { type Finding, setCondition } from '../../controller-runtime/conditions.ts'
import { ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler, WatchedKind } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { Instance } from '../../schemas/compute/instance.ts'
import {
  WorkloadDeployment,
  type WorkloadDeploymentObject,
} from '../../schemas/compute/workload-deployment.ts'
import { Network } from '../../schemas/networking/network.ts'
import { NetworkBinding } from '../../schemas/networking/network-binding.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { Subnet } from '../../schemas/networking/subnet.ts'
import { SubnetClaim } from '../../schemas/networking/subnet-claim.ts'
import {
  ensureBindings,
  type NetworkReadiness,
  reconcileNetworks,
  removeSurplusBindings,
} from './deployment-network.ts'
import { countInstances, type InstanceAction, nextInstanceAction } from './instance-control.ts'
import { createInstanceLedger, type InstanceSummary } from './instance-ledger.ts'
import {
  instanceIndexLabel,
  networkGate,
  workloadControllerFinalizer,
  workloadDeploymentUidLabel,
  workloadUidLabel,
} from './names.ts'
import { isSpecified, type SpecifiedDeployment } from './specified-deployment.ts'
import { templateHash } from './template-hash.ts'

/** How many instances are asked to go at a time when a deployment ends. */
const deletionBatch = 50

/**
 * Keeps the instances of a deployment: one step per pass, on the way networks and their gates, and the counters.
 * It works once the deployment has a location (workload-deployment-scheduler).
 */
export function createWorkloadDeploymentReconciler(): Reconciler<WorkloadDeploymentObject> {
  const ledger = createInstanceLedger()
  const byLocation = createReferenceIndex(WorkloadDeployment, ({ status }) =>
    status?.location ? [locationName(status.location)] : [],
  )
  const byNetwork = createReferenceIndex(WorkloadDeployment, ({ metadata, spec }) =>
    (spec?.template.spec.networkInterfaces ?? []).map(({ network }) =>
      formatObjectKey({ namespace: network.namespace ?? metadata.namespace, name: network.name }),
    ),
  )
  /** Template hashes by uid of the deployment, as of a generation. */
  const hashes = new Map<string, { generation: number; hash: string }>()

  /** What happens in a location concerns every deployment there. */
  const inLocation = (kind: WatchedKind['kind']): WatchedKind => ({
    kind,
    enqueue(object: KubernetesObject, { plane }) {
      const { location } = (object as NetworkContextObject).spec ?? {}
      return location ? byLocation.find(plane, locationName(location)) : []
    },
  })

  function hashOf({ metadata, spec }: SpecifiedDeployment): string {
    const { uid = '', generation = 0 } = metadata
    const known = hashes.get(uid)
    if (known?.generation === generation) return known.hash
    const hash = templateHash(spec.template)
    hashes.set(uid, { generation, hash })
    return hash
  }

  return {
    name: 'workload-deployment',
    planes: ['project'],
    for: WorkloadDeployment,
    owns: [NetworkBinding],
    observes: [
      ledger.observed,
      byLocation.observed,
      byNetwork.observed,
      {
        kind: WorkloadDeployment,
        observe({ type, object }) {
          if (type === 'DELETED') hashes.delete(object.metadata.uid ?? '')
          return []
        },
      },
    ],
    watches: [
      inLocation(NetworkContext),
      inLocation(SubnetClaim),
      inLocation(Subnet),
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
      byLocation.forgetPlane(plane)
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
        await client.change(WorkloadDeployment, key, ({ metadata }) => {
          metadata.finalizers = [...(metadata.finalizers ?? []), workloadControllerFinalizer]
        })
        return undefined
      }
      const { location } = deployment.status ?? {}
      if (!location) return undefined

      const hash = hashOf(deployment)
      const { minReplicas, instanceManagementPolicy } = deployment.spec.scaleSettings
      const action = nextInstanceAction(instances, {
        deployment: key.name,
        replicas: minReplicas,
        templateHash: hash,
        policy: instanceManagementPolicy,
      })
      await execute(action, deployment, location, hash, context)

      const gated = instances.filter((instance) => instance.gated && !instance.deleting)
      const counts = countInstances(instances, hash)
      const bindings = await ensureBindings(deployment, location, context)
      // While instances come and go and all of them are ready, the network need not be looked at in every pass: of a
      // thousand instances, each asks for several.
      const allReady = counts.ready > 0 && counts.ready === counts.replicas
      const network: NetworkReadiness =
        action.type !== 'none' && allReady
          ? { ready: true }
          : await reconcileNetworks(bindings, location, client)
      if (network.ready) for (const instance of gated) await openNetworkGate(instance, context)

      await client.changeStatus(WorkloadDeployment, key, (draft) => {
        const finding = available(counts, network)
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
      return undefined
    },
  }
}

function locationName({ namespace, name }: LocationReference): string {
  return `${namespace}/${name}`
}

/** Undefined where there is nothing to say beyond what the scheduler said. */
function available(
  { replicas, ready }: { replicas: number; ready: number },
  network: NetworkReadiness,
): Finding | undefined {
  const type = 'Available'
  if (ready > 0) {
    const message = `${ready}/${replicas} instances are ready`
    return { type, status: 'True', reason: 'StableInstanceFound', message }
  }
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

async function execute(
  action: InstanceAction,
  deployment: SpecifiedDeployment,
  location: LocationReference,
  hash: string,
  context: ReconcileContext,
): Promise<void> {
  const about = { kind: WorkloadDeployment, object: deployment }
  const { client, events } = context
  switch (action.type) {
    case 'create': {
      const name = `${deployment.metadata.name}-${action.ordinal}`
      try {
        await client.create(Instance, instanceOf(deployment, location, hash, action.ordinal))
        events.record(about, 'Normal', 'InstanceCreated', `Created instance ${name}`)
      } catch (error) {
        if (!isReason(error, 'AlreadyExists')) throw error
        const message = `Instance ${name} exists and does not belong to this deployment`
        events.record(about, 'Warning', 'InstanceNameConflict', message)
      }
      return
    }
    case 'update': {
      const { namespace, name, ordinal } = action.instance
      const next = instanceOf(deployment, location, hash, ordinal)
      await client.change(Instance, { namespace, name }, (draft) => {
        const gates = draft.spec?.controller?.schedulingGates
        draft.metadata.labels = next.metadata.labels ?? {}
        draft.metadata.annotations = next.metadata.annotations ?? {}
        // The instance stays where it is, and what it still waits for.
        draft.spec = {
          ...next.spec,
          ...(draft.spec?.location ? { location: draft.spec.location } : {}),
          controller: { templateHash: hash, ...(gates ? { schedulingGates: gates } : {}) },
        }
      })
      await removeSurplusBindings(deployment, context)
      events.record(about, 'Normal', 'InstanceUpdated', `Updated instance ${name} to the present template`)
      return
    }
    case 'repair': {
      const { namespace, name, ordinal } = action.instance
      await client.change(Instance, { namespace, name }, ({ metadata }) => {
        metadata.labels = { ...metadata.labels, ...identityLabels(deployment, ordinal) }
        if (!action.instance.controlled) {
          metadata.ownerReferences = [
            ...(metadata.ownerReferences ?? []),
            ownerReference(WorkloadDeployment, deployment),
          ]
        }
      })
      events.record(
        about,
        'Warning',
        'InstanceRepaired',
        `Restored the labels and the owner of instance ${name}`,
      )
      return
    }
    case 'delete': {
      const { namespace, name, uid } = action.instance
      await client.delete(Instance, { namespace, name }, { preconditions: { uid } })
      events.record(about, 'Normal', 'InstanceDeleted', `Deleted instance ${name}`)
      return
    }
    case 'wait':
    case 'none':
      return
  }
}

function identityLabels({ metadata, spec }: SpecifiedDeployment, ordinal: number): Record<string, string> {
  return {
    [instanceIndexLabel]: String(ordinal),
    [workloadUidLabel]: spec.workloadRef.uid,
    [workloadDeploymentUidLabel]: metadata.uid ?? '',
  }
}

function instanceOf(
  deployment: SpecifiedDeployment,
  location: LocationReference,
  hash: string,
  ordinal: number,
) {
  const { template } = deployment.spec
  const { namespace = '', name } = deployment.metadata
  return {
    metadata: {
      name: `${name}-${ordinal}`,
      namespace,
      labels: { ...template.metadata?.labels, ...identityLabels(deployment, ordinal) },
      ...(template.metadata?.annotations ? { annotations: { ...template.metadata.annotations } } : {}),
      ownerReferences: [ownerReference(WorkloadDeployment, deployment)],
    },
    spec: {
      ...template.spec,
      location: { ...location },
      controller: { templateHash: hash, schedulingGates: [{ name: networkGate }] },
    },
  }
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
  { client }: ReconcileContext,
): Promise<void> {
  const { namespace, name, finalizers = [] } = deployment.metadata
  if (!finalizers.includes(workloadControllerFinalizer)) return
  if (instances.length === 0) {
    await client.change(WorkloadDeployment, { namespace, name }, ({ metadata }) => {
      metadata.finalizers = metadata.finalizers?.filter((each) => each !== workloadControllerFinalizer) ?? []
    })
    return
  }
  const remaining = instances.filter((instance) => !instance.deleting)
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
