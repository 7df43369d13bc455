import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import { type Finding, findCondition, isTrue, setCondition } from '../../controller-runtime/conditions.ts'
import { isWrittenByOthers } from '../../controller-runtime/field-owners.ts'
import { ownerReference, refersTo } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { createReferenceIndex } from '../../controller-runtime/reference-index.ts'
import type { Plane } from '../../registry/registry.ts'
import { Location } from '../../schemas/networking/location.ts'
import { Network, type NetworkObject } from '../../schemas/networking/network.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import { assignedBlock, createBlockLedger, type LedgerBlock } from './block-ledger.ts'
import { type Cidr, formatAddress, formatCidr, overlaps, parseAddress } from './ipam-cidr.ts'
import { type NetworkRanges, ownRanges, rangesOf } from './ipam-ranges.ts'
import { chooseBlock } from './ipam-subnets.ts'
import { createLocationCatalogue, type LocationCatalogue } from './location-catalogue.ts'

type SubnetSpec = NonNullable<SubnetObject['spec']>
type SpecifiedSubnet = SubnetObject & { spec: SubnetSpec }

/** What there is to say about the block of a subnet: the one it has or gets, or why it has none yet. */
type Allocation = { readonly block: Cidr } | { readonly reason: string; readonly message: string }

/** The deployed schema lets users make one that says nothing. */
const specMissing: Allocation = {
  reason: 'SpecMissing',
  message: 'The subnet says nothing of what it is for',
}

/** Under which the reconciler writes. */
const reconcilerName = 'subnet'

/**
 * Assigns blocks of a network's ranges to its subnets. One worker decides for all: that is how no two subnets of a
 * network get the same addresses.
 */
export function createSubnetReconciler(): Reconciler<SubnetObject> {
  const ledger = createBlockLedger()
  const locations = createLocationCatalogue()
  const byContext = createReferenceIndex(Subnet, ({ metadata, spec }) =>
    spec ? [`${metadata.namespace}/${spec.networkContext.name}`] : [],
  )
  /** Subnets without a block, which may get one as soon as something changes. */
  const waiting = new Map<Plane, Map<string, ObjectKey>>()

  const waitingIn = (plane: Plane, namespace: string | undefined) =>
    [...(waiting.get(plane)?.values() ?? [])].filter(
      (key) => namespace === undefined || key.namespace === namespace,
    )

  function setWaiting(plane: Plane, key: ObjectKey, waits: boolean): void {
    const keys = waiting.get(plane) ?? new Map<string, ObjectKey>()
    waiting.set(plane, keys)
    if (waits) keys.set(formatObjectKey(key), key)
    else keys.delete(formatObjectKey(key))
  }

  return {
    name: reconcilerName,
    planes: ['project'],
    for: Subnet,
    observes: [
      ...ledger.observed,
      locations.observed,
      byContext.observed,
      {
        kind: Subnet,
        observe: ({ plane, type, key }) =>
          type === 'DELETED'
            ? waitingIn(plane, key.namespace)
            : ledger.overlapping(plane, key).map((other) => other.key),
      },
      { kind: Network, observe: ({ plane, key }) => waitingIn(plane, key.namespace) },
      { kind: Location, observe: ({ plane }) => waitingIn(plane, undefined) },
    ],
    watches: [
      {
        kind: NetworkContext,
        enqueue: ({ metadata: { namespace, name } }, { plane }) =>
          byContext.find(plane, `${namespace}/${name}`),
      },
    ],
    forgetPlane(plane) {
      ledger.forgetPlane(plane)
      locations.forgetPlane(plane)
      byContext.forgetPlane(plane)
      waiting.delete(plane)
    },

    async reconcile(key, context) {
      const { client, plane, clock, events } = context
      const subnet = await client.get(Subnet, key)
      if (!subnet || subnet.metadata.deletionTimestamp !== undefined) {
        setWaiting(plane, key, false)
        return undefined
      }
      const allocation = isSpecified(subnet) ? await allocate(subnet, context) : specMissing
      if (!allocation) return undefined
      setWaiting(plane, key, !('block' in allocation))

      const before = findCondition(subnet.status?.conditions, 'Allocated')
      const updated = await client.changeStatus(Subnet, key, (draft) => {
        draft.status = statusOf(draft, allocation, clock.now())
      })
      const after = findCondition(updated?.status?.conditions, 'Allocated')
      if (updated && after && (before?.reason !== after.reason || before.message !== after.message)) {
        const type = after.status === 'True' ? 'Normal' : 'Warning'
        events.record({ kind: Subnet, object: updated }, type, after.reason, after.message)
      }
      return undefined
    },
  }

  /** Undefined while the context is on its way: there is nothing to say yet. */
  async function allocate(
    subnet: SpecifiedSubnet,
    context: ReconcileContext,
  ): Promise<Allocation | undefined> {
    const { client, plane } = context
    const { namespace, uid = '' } = subnet.metadata
    const { networkContext: contextReference } = subnet.spec
    const networkContext = await client.get(NetworkContext, { namespace, name: contextReference.name })
    if (networkContext) await adopt(subnet, networkContext, context)
    if (!networkContext?.spec) {
      return {
        reason: 'NetworkContextNotFound',
        message: `Network context ${contextReference.name} does not exist`,
      }
    }
    const networkKey = { namespace, name: networkContext.spec.network.name }
    const held = ledger.of(plane, networkKey, uid)
    const current = isRewritten(subnet) ? undefined : assignedBlock(subnet)
    if (current && keeps(subnet, current, held)) return { block: current }
    const network = await client.get(Network, networkKey)
    if (!network) return { reason: 'NetworkNotFound', message: `Network ${networkKey.name} does not exist` }
    if (!isTrue(networkContext.status?.conditions, 'Ready')) return undefined
    return choose(subnet, network, held, locations, plane)
  }
}

function isSpecified(subnet: SubnetObject): subnet is SpecifiedSubnet {
  return subnet.spec !== undefined
}

/** True when the books say that somebody else wrote the block that is in the status. */
function isRewritten(subnet: SubnetObject): boolean {
  return ['startAddress', 'prefixLength'].some((field) =>
    isWrittenByOthers(subnet, reconcilerName, ['status', field]),
  )
}

/** True unless a user has changed the status to what was never assigned: another block, or one of an older subnet. */
function keeps({ metadata, spec }: SpecifiedSubnet, block: Cidr, held: readonly LedgerBlock[]): boolean {
  if (spec.startAddress !== '' && parseAddress(spec.ipFamily, spec.startAddress) !== block.start) return false
  if (spec.prefixLength !== 0 && spec.prefixLength !== block.prefixLength) return false
  const { creationTimestamp = '', uid = '' } = metadata
  return !held.some((other) => {
    if (!overlaps(other.block, block)) return false
    return other.created < creationTimestamp || (other.created === creationTimestamp && other.uid < uid)
  })
}

function choose(
  { spec }: SpecifiedSubnet,
  network: NetworkObject,
  held: readonly LedgerBlock[],
  locations: LocationCatalogue,
  plane: Plane,
): Allocation {
  const location = locations.find(plane, spec.location)
  if (!location) {
    const message = `Location ${spec.location.namespace}/${spec.location.name} does not exist`
    return { reason: 'LocationNotFound', message }
  }
  const byUser = network.spec.ipam.mode === 'Policy'
  if (byUser && spec.startAddress === '') {
    const message = `Network ${network.metadata.name} assigns no addresses by itself: spec.startAddress is needed`
    return { reason: 'AddressNotSpecified', message }
  }
  const ranges: NetworkRanges =
    byUser && ownRanges(network, spec.ipFamily).length === 0
      ? { ranges: [{ family: spec.ipFamily, start: 0n, prefixLength: 0 }], isDefault: false, faults: [] }
      : rangesOf(network, spec.ipFamily, network.status?.ipam?.ipv6Prefix)
  return chooseBlock(
    {
      family: spec.ipFamily,
      city: location.cityCode,
      startAddress: spec.startAddress,
      prefixLength: spec.prefixLength,
    },
    ranges,
    held.map((other) => ({
      block: other.block,
      city: locations.find(plane, other.location)?.cityCode,
      subnet: other.key.name,
    })),
  )
}

/** Subnets are found by their context's uid, and go with it; one that a user has made is told to whom it belongs. */
async function adopt(
  subnet: SpecifiedSubnet,
  networkContext: NetworkContextObject,
  { client }: ReconcileContext,
): Promise<void> {
  const { namespace, name, ownerReferences = [] } = subnet.metadata
  if (ownerReferences.some(({ uid }) => uid === networkContext.metadata.uid)) return
  if (networkContext.metadata.deletionTimestamp !== undefined) return
  await client.change(Subnet, { namespace, name }, ({ metadata }) => {
    // A context that was made anew takes the place of the one before it, which may not have been collected yet.
    const references = (metadata.ownerReferences ?? []).filter(
      (each) => !refersTo(each, NetworkContext) || each.name !== networkContext.metadata.name,
    )
    const role = references.some(({ controller }) => controller) ? 'owner' : 'controller'
    metadata.ownerReferences = [...references, ownerReference(NetworkContext, networkContext, role)]
  })
}

function statusOf(
  subnet: SubnetObject,
  allocation: Allocation,
  now: number,
): NonNullable<SubnetObject['status']> {
  const old = subnet.status
  if (!('block' in allocation)) {
    const { startAddress: _startAddress, prefixLength: _prefixLength, ...rest } = old ?? {}
    const finding: Finding = { type: 'Allocated', status: 'False', ...allocation }
    const conditions = setCondition(old?.conditions, finding, now)
    return { ...rest, conditions: setCondition(conditions, { ...finding, type: 'Ready' }, now) }
  }
  const { block } = allocation
  const allocated = setCondition(
    old?.conditions,
    {
      type: 'Allocated',
      status: 'True',
      reason: 'PrefixAllocated',
      message: `Allocated ${formatCidr(block)}`,
    },
    now,
  )
  const ready: Finding = isTrue(allocated, 'Programmed')
    ? { type: 'Ready', status: 'True', reason: 'Ready', message: 'Subnet is ready' }
    : { type: 'Ready', status: 'False', reason: 'NotProgrammed', message: 'Subnet has not been programmed' }
  return {
    ...old,
    conditions: setCondition(allocated, ready, now),
    startAddress: formatAddress(block.family, block.start),
    prefixLength: block.prefixLength,
  }
}
