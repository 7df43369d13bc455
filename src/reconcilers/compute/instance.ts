import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import { controllerOf, refersTo } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { Instance, type InstanceObject } from '../../schemas/compute/instance.ts'
import { WorkloadDeployment } from '../../schemas/compute/workload-deployment.ts'
import { NetworkBinding, type NetworkBindingObject } from '../../schemas/networking/network-binding.ts'
import { bindingName } from './deployment-network.ts'

const networkFailed = 'NetworkFailedToCreate'

/** Sums up in `Ready` what the other conditions and the gates of an instance say. */
export function createInstanceReconciler(): Reconciler<InstanceObject> {
  return {
    name: 'instance',
    planes: ['project'],
    for: Instance,
    reads: ({ metadata, status }) => [metadata.generation, metadata.ownerReferences, status?.conditions],
    watches: [
      {
        kind: NetworkBinding,
        // Only this one outcome shows on instances; it is rare, so that asking for them by owner costs nothing usually.
        async enqueue(object, { client }) {
          const binding = object as NetworkBindingObject
          const controller = controllerOf(binding)
          if (!controller || findCondition(binding.status?.conditions, 'Ready')?.reason !== networkFailed)
            return []
          const instances = await client.list(Instance, { owner: controller.uid })
          return instances.map(({ metadata: { namespace, name } }) => ({ namespace, name }))
        },
      },
    ],
    concurrency: 4,

    async reconcile(key, context) {
      const { client, clock, events } = context
      const instance = await client.get(Instance, key)
      if (!instance) return undefined
      const failure = await failedNetwork(instance, context)
      const old = findCondition(instance.status?.conditions, 'Ready')
      const updated = await client.changeStatus(Instance, key, (draft) => {
        draft.status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, readiness(draft, failure), clock.now()),
        }
      })
      const ready = findCondition(updated?.status?.conditions, 'Ready')
      if (updated && ready && old?.status !== ready.status) {
        const about = { kind: Instance, object: updated }
        if (ready.status === 'True') events.record(about, 'Normal', 'Ready', ready.message)
        else if (old?.status === 'True') {
          events.record(
            about,
            isExpected(updated, ready.reason) ? 'Normal' : 'Warning',
            'NotReady',
            ready.message,
          )
        }
      }
      return undefined
    },
  }
}

/** True for what somebody has asked for: its end, or another template. */
function isExpected({ metadata }: InstanceObject, reason: string): boolean {
  return metadata.deletionTimestamp !== undefined || reason === 'ProgrammingInProgress'
}

/** The message of a binding whose network could not be made, for an instance that waits behind a gate. */
async function failedNetwork(
  instance: InstanceObject,
  { client }: ReconcileContext,
): Promise<string | undefined> {
  const gates = instance.spec?.controller?.schedulingGates ?? []
  const controller = controllerOf(instance)
  if (gates.length === 0 || !controller || !refersTo(controller, WorkloadDeployment)) return undefined
  for (const index of instance.spec?.networkInterfaces.keys() ?? []) {
    const { namespace } = instance.metadata
    const binding = await client.get(NetworkBinding, { namespace, name: bindingName(controller.name, index) })
    const ready = findCondition(binding?.status?.conditions, 'Ready')
    if (ready?.status === 'False' && ready.reason === networkFailed) return ready.message
  }
  return undefined
}

/**
 * What `Ready` should say. Where the instance is not ready, an unknown status stays unknown as deployed; but unlike
 * there, one that was True falls to False again.
 */
function readiness({ spec, status }: InstanceObject, networkFailure: string | undefined): Finding {
  const type = 'Ready'
  const conditions = status?.conditions
  const before = findCondition(conditions, type)?.status
  const notReady = (reason: string, message: string): Finding => ({
    type,
    status: before === 'Unknown' ? 'Unknown' : 'False',
    reason,
    message,
  })
  const gates = spec?.controller?.schedulingGates ?? []
  if (gates.length > 0) {
    if (networkFailure !== undefined) return notReady(networkFailed, networkFailure)
    const names = gates.map((gate) => gate.name).join(', ')
    return notReady('SchedulingGatesPresent', `Scheduling gates present: ${names}`)
  }
  const programmed = findCondition(conditions, 'Programmed')
  if (programmed?.status !== 'True') {
    const reason = programmed?.reason ?? 'Pending'
    const unknown = programmed === undefined || programmed.status === 'Unknown'
    return notReady(
      reason === 'Pending' ? 'PendingProgramming' : reason,
      unknown ? 'Instance has not been programmed' : programmed.message,
    )
  }
  const running = findCondition(conditions, 'Running')
  if (running?.status !== 'True') {
    const unknown = running === undefined || running.status === 'Unknown'
    return notReady(running?.reason ?? 'Pending', unknown ? 'Instance is not running' : running.message)
  }
  return { type, status: 'True', reason: 'Running', message: 'Instance is ready' }
}
