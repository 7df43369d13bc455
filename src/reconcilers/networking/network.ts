import { type Finding, setCondition } from '../../controller-runtime/conditions.ts'
import { isWrittenByOthers } from '../../controller-runtime/field-owners.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import type { ObservedKind, ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'
import { Network, type NetworkObject } from '../../schemas/networking/network.ts'
import { NetworkContext } from '../../schemas/networking/network-context.ts'
import { type Cidr, formatCidr, parseCidr } from './ipam-cidr.ts'
import { chooseIpv6Prefix, ipFamiliesOf, ownRanges, rangesOf } from './ipam-ranges.ts'
import { networkControllerFinalizer } from './names.ts'

/** Under which the reconciler writes. */
const reconcilerName = 'network'

/**
 * Shows the ranges of a network, gives it an IPv6 prefix where it asks for one, and keeps it until its contexts are
 * gone. One worker: that is how no two networks get one prefix.
 */
export function createNetworkReconciler(): Reconciler<NetworkObject> {
  /** IPv6 ranges of the networks of each plane, by uid. */
  const ipv6Ranges = new Map<Plane, Map<string, readonly Cidr[]>>()

  /** The /48 that the network has or gets; undefined where it needs none, or there is none left. */
  function ipv6PrefixOf(network: NetworkObject, plane: Plane): string | undefined {
    const { uid = '' } = network.metadata
    const isRewritten = isWrittenByOthers(network, reconcilerName, ['status', 'ipam', 'ipv6Prefix'])
    const current = isRewritten ? undefined : network.status?.ipam?.ipv6Prefix
    const taken = [...(ipv6Ranges.get(plane) ?? [])].flatMap(([other, ranges]) =>
      other === uid ? [] : ranges,
    )
    const held = current === undefined ? undefined : parseCidr('IPv6', current)
    if (held && !taken.some((each) => each.start === held.start)) return current
    const chosen = chooseIpv6Prefix(uid, taken)
    return chosen && formatCidr(chosen)
  }

  const observed: ObservedKind<NetworkObject> = {
    kind: Network,
    observe({ plane, type, object }) {
      const { uid = '' } = object.metadata
      const networks = ipv6Ranges.get(plane) ?? new Map<string, readonly Cidr[]>()
      ipv6Ranges.set(plane, networks)
      const texts = [...ownRanges(object, 'IPv6'), object.status?.ipam?.ipv6Prefix ?? '']
      const ranges = texts.flatMap((text) => parseCidr('IPv6', text) ?? [])
      if (type === 'DELETED' || ranges.length === 0) networks.delete(uid)
      else networks.set(uid, ranges)
      return []
    },
  }

  return {
    name: reconcilerName,
    planes: ['project'],
    for: Network,
    owns: [NetworkContext],
    observes: [observed],
    forgetPlane: (plane) => ipv6Ranges.delete(plane),

    async reconcile(key, context) {
      const { client, clock, events, plane } = context
      const network = await client.get(Network, key)
      if (!network) return undefined
      const { deletionTimestamp, finalizers = [] } = network.metadata
      if (deletionTimestamp !== undefined) {
        await finish(network, context)
        return undefined
      }
      if (!finalizers.includes(networkControllerFinalizer)) {
        await addFinalizer(client, Network, key, networkControllerFinalizer)
        return { requeueAfter: 0 }
      }
      const families = ipFamiliesOf(network)
      const wantsPrefix = families.includes('IPv6') && ownRanges(network, 'IPv6').length === 0
      const allocated = wantsPrefix ? ipv6PrefixOf(network, plane) : undefined
      const ipv4 = rangesOf(network, 'IPv4')
      const ipv6 = rangesOf(network, 'IPv6', allocated)
      const faults = [...ipv4.faults, ...ipv6.faults]
      const prefix = families.includes('IPv6') ? ipv6.ranges[0] : undefined
      const finding = readiness(network, faults, wantsPrefix && allocated === undefined)
      const before = network.status?.conditions?.find(({ type }) => type === finding.type)
      const updated = await client.changeStatus(Network, key, (draft) => {
        draft.status = {
          ...draft.status,
          conditions: setCondition(draft.status?.conditions, finding, clock.now()),
          ipam: {
            ...(families.includes('IPv4') ? { ipv4Ranges: ipv4.ranges.map(formatCidr) } : {}),
            ...(prefix ? { ipv6Prefix: formatCidr(prefix) } : {}),
          },
        }
      })
      if (updated && before?.status !== finding.status) {
        const type = finding.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: Network, object: updated }, type, finding.reason, finding.message)
      }
      return undefined
    },
  }
}

function readiness({ metadata }: NetworkObject, faults: readonly string[], exhausted: boolean): Finding {
  const common = { type: 'Ready', observedGeneration: metadata.generation }
  if (faults.length > 0) {
    return { ...common, status: 'False', reason: 'InvalidRanges', message: faults.join('; ') }
  }
  if (exhausted) {
    const message = 'fd20::/20 has no free /48 for another network'
    return { ...common, status: 'False', reason: 'AddressPoolExhausted', message }
  }
  return { ...common, status: 'True', reason: 'Ready', message: 'Network is ready' }
}

/** Deletes the contexts of a network that ends, and lets it go when none is left. */
async function finish(network: NetworkObject, { client, events }: ReconcileContext): Promise<void> {
  const { namespace = '', name, uid = '', finalizers = [] } = network.metadata
  if (!finalizers.includes(networkControllerFinalizer)) return
  const contexts = await client.list(NetworkContext, { namespace, owner: uid })
  for (const { metadata } of contexts) {
    if (metadata.deletionTimestamp !== undefined) continue
    const preconditions = { uid: metadata.uid ?? '' }
    await client.delete(NetworkContext, { namespace, name: metadata.name }, { preconditions })
    const message = `Deleted network context ${metadata.name}`
    events.record({ kind: Network, object: network }, 'Normal', 'NetworkContextDeleted', message)
  }
  if (contexts.length > 0) return
  await removeFinalizer(client, Network, { namespace, name }, networkControllerFinalizer)
}
