import { isReason } from '../../apimachinery/errors.ts'
import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import { type Finding, findCondition, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import { controllerOf, isControlledBy, ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import { Network, type NetworkObject } from '../../schemas/networking/network.ts'
import { NetworkBinding, type NetworkBindingObject } from '../../schemas/networking/network-binding.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import { networkContextName, sameLocation } from './names.ts'

/** Gives each binding the context of its network in its location, which many bindings may share. */
export function createNetworkBindingReconciler(): Reconciler<NetworkBindingObject> {
  const references = createReferenceIndex(NetworkBinding, (binding) => [
    `network ${formatObjectKey(networkKey(binding))}`,
    `context ${formatObjectKey(contextKey(binding))}`,
  ])
  return {
    name: 'network-binding',
    planes: ['project'],
    for: NetworkBinding,
    observes: [references.observed],
    watches: [
      {
        kind: Network,
        enqueue: ({ metadata: { namespace, name } }, { plane }) =>
          references.find(plane, `network ${formatObjectKey({ namespace, name })}`),
      },
      {
        kind: NetworkContext,
        enqueue: ({ metadata: { namespace, name } }, { plane }) =>
          references.find(plane, `context ${formatObjectKey({ namespace, name })}`),
      },
    ],
    concurrency: 4,
    forgetPlane: (plane) => references.forgetPlane(plane),

    async reconcile(key, context) {
      const { client, clock, events } = context
      const binding = await client.get(NetworkBinding, key)
      if (!binding || binding.metadata.deletionTimestamp !== undefined) return undefined
      const contextName = contextKey(binding)
      let networkContext = await client.get(NetworkContext, contextName)
      let refusal: string | undefined
      if (networkContext && isChanged(networkContext, binding)) {
        networkContext = await restore(networkContext, binding, context)
      }
      if (!networkContext) {
        const network = await client.get(Network, networkKey(binding))
        if (network && network.metadata.deletionTimestamp === undefined) {
          try {
            networkContext = await client.create(NetworkContext, contextOf(binding, network))
          } catch (error) {
            // The names of network and location may be too long together.
            if (isReason(error, 'Invalid')) refusal = error.message
            // Another binding was quicker; its change asks for another pass over this one.
            else if (!isReason(error, 'AlreadyExists')) throw error
          }
        }
      }
      const finding = readiness(binding, networkContext, refusal)
      const before = findCondition(binding.status?.conditions, 'Ready')
      const updated = await client.changeStatus(NetworkBinding, key, (draft) => {
        const status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, finding, clock.now()),
        }
        if (finding.status === 'True') {
          status.networkContextRef = { namespace: contextName.namespace ?? '', name: contextName.name }
        }
        draft.status = status
      })
      if (updated && before?.reason !== finding.reason && finding.reason !== 'NetworkContextNotReady') {
        const type = finding.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: NetworkBinding, object: updated }, type, finding.reason, finding.message)
      }
      return undefined
    },
  }
}

function networkKey({ metadata, spec }: NetworkBindingObject): ObjectKey {
  return { namespace: spec.network.namespace ?? metadata.namespace, name: spec.network.name }
}

function contextKey(binding: NetworkBindingObject): ObjectKey {
  const { namespace, name } = networkKey(binding)
  return { namespace, name: networkContextName(name, binding.spec.location) }
}

function contextOf(binding: NetworkBindingObject, network: NetworkObject): NetworkContextObject {
  const { namespace = '', name } = contextKey(binding)
  return {
    metadata: { namespace, name, ownerReferences: [ownerReference(Network, network)] },
    spec: contextSpec(binding, network),
  }
}

function contextSpec(binding: NetworkBindingObject, network: NetworkObject) {
  return { network: { name: network.metadata.name }, location: { ...binding.spec.location } }
}

/** True unless the context is controlled by a network, and is what the binding needs. */
function isChanged(networkContext: NetworkContextObject, binding: NetworkBindingObject): boolean {
  return controllerOf(networkContext) === undefined || !fits(networkContext, binding)
}

function fits(
  { spec }: NetworkContextObject,
  { spec: { network, location } }: NetworkBindingObject,
): boolean {
  return spec?.network.name === network.name && sameLocation(spec.location, location)
}

/** Puts back what somebody has changed in a context of the binding's network; one of another network is left alone. */
async function restore(
  networkContext: NetworkContextObject,
  binding: NetworkBindingObject,
  { client, events }: ReconcileContext,
): Promise<NetworkContextObject | undefined> {
  if (networkContext.metadata.deletionTimestamp !== undefined) return networkContext
  const network = await client.get(Network, networkKey(binding))
  if (!network || network.metadata.deletionTimestamp !== undefined) return networkContext
  const isLoose = controllerOf(networkContext) === undefined
  if (isLoose ? !fits(networkContext, binding) : !isControlledBy(networkContext, network))
    return networkContext
  const { namespace, name } = networkContext.metadata
  const restored = await client.change(NetworkContext, { namespace, name }, (draft) => {
    if (!isLoose) draft.spec = contextSpec(binding, network)
    else {
      const references = draft.metadata.ownerReferences ?? []
      draft.metadata.ownerReferences = [...references, ownerReference(Network, network)]
    }
  })
  if (restored) {
    const message = `Restored the ${isLoose ? 'owner' : 'spec'} of network context ${name}`
    events.record({ kind: NetworkContext, object: restored }, 'Warning', 'Restored', message)
  }
  return restored
}

/** Follows the context up and down; the deployed controller stops looking once the binding is ready. */
function readiness(
  binding: NetworkBindingObject,
  networkContext: NetworkContextObject | undefined,
  refusal: string | undefined,
): Finding {
  const { network } = binding.spec
  const notReady = (reason: string, message: string): Finding => ({
    type: 'Ready',
    status: 'False',
    reason,
    message,
  })
  if (refusal !== undefined) return notReady('NetworkContextRefused', refusal)
  if (!networkContext) return notReady('NetworkNotFound', `Network ${network.name} does not exist`)
  const { name } = networkContext.metadata
  const { status } = networkContext
  if (!fits(networkContext, binding)) {
    return notReady(
      'NetworkContextNameConflict',
      `Network context ${name} is that of another network or location`,
    )
  }
  const programmed = findCondition(status?.conditions, 'Programmed')
  if (programmed?.status === 'False' && programmed.reason === 'NetworkFailedToCreate') {
    return notReady('NetworkFailedToCreate', programmed.message)
  }
  if (!isTrue(status?.conditions, 'Ready')) {
    return notReady('NetworkContextNotReady', `Network context ${name} is not ready`)
  }
  return { type: 'Ready', status: 'True', reason: 'NetworkContextReady', message: 'Network context is ready' }
}
