import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import type { ObservedKind } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import { alignedBlock, type Cidr, overlaps, parseAddress } from './ipam-cidr.ts'

/** The block that a subnet has. */
export interface LedgerBlock {
  readonly key: ObjectKey
  readonly uid: string
  /** When the subnet was made: of two that overlap, the older one is in the right. */
  readonly created: string
  readonly location: LocationReference
  readonly block: Cidr
}

/** The blocks of every network, kept by watching; a subnet counts until it is gone, even if its context went before. */
export interface BlockLedger {
  readonly observed: readonly ObservedKind[]
  /** The blocks of the network's subnets, but for the one with the uid `except`. */
  of(plane: Plane, network: ObjectKey, except: string): readonly LedgerBlock[]
  /** The other subnets of the same network whose blocks overlap that of `subnet`: only where somebody has meddled. */
  overlapping(plane: Plane, subnet: ObjectKey): readonly LedgerBlock[]
  forgetPlane(plane: Plane): void
}

interface PlaneLedger {
  /** The network of each context, by the names of both. */
  readonly networkOf: Map<string, string>
  readonly blocks: Map<string, Map<string, LedgerBlock>>
  /** Where each subnet was counted. */
  readonly countedIn: Map<string, string>
  /** Subnets that were told before their context, by its name. */
  readonly early: Map<string, Map<string, SubnetObject>>
}

/** The block in a subnet's status; undefined when none is assigned, or what is there makes no sense. */
export function assignedBlock({ spec, status }: SubnetObject): Cidr | undefined {
  const { startAddress = '', prefixLength = 0 } = status ?? {}
  if (!spec || startAddress === '' || prefixLength === 0) return undefined
  const start = parseAddress(spec.ipFamily, startAddress)
  return start === undefined ? undefined : alignedBlock(spec.ipFamily, start, prefixLength)
}

export function createBlockLedger(): BlockLedger {
  const planes = new Map<Plane, PlaneLedger>()

  function ledgerOf(plane: Plane): PlaneLedger {
    let ledger = planes.get(plane)
    if (!ledger) {
      ledger = { networkOf: new Map(), blocks: new Map(), countedIn: new Map(), early: new Map() }
      planes.set(plane, ledger)
    }
    return ledger
  }

  function remove(ledger: PlaneLedger, name: string): void {
    const network = ledger.countedIn.get(name)
    if (network === undefined) return
    ledger.countedIn.delete(name)
    ledger.blocks.get(network)?.delete(name)
  }

  function count(ledger: PlaneLedger, key: ObjectKey, subnet: SubnetObject): void {
    const name = formatObjectKey(key)
    const context = contextName(key, subnet)
    const network = ledger.networkOf.get(context) ?? ledger.countedIn.get(name)
    if (network === undefined) {
      const waiting = ledger.early.get(context) ?? new Map<string, SubnetObject>()
      ledger.early.set(context, waiting.set(name, subnet))
      return
    }
    const block = assignedBlock(subnet)
    remove(ledger, name)
    if (!block || !subnet.spec) return
    const { uid = '', creationTimestamp: created = '' } = subnet.metadata
    const blocks = ledger.blocks.get(network) ?? new Map<string, LedgerBlock>()
    ledger.blocks.set(network, blocks.set(name, { key, uid, created, location: subnet.spec.location, block }))
    ledger.countedIn.set(name, network)
  }

  const subnets: ObservedKind<SubnetObject> = {
    kind: Subnet,
    observe({ plane, type, key, object }) {
      const ledger = ledgerOf(plane)
      const name = formatObjectKey(key)
      if (type !== 'DELETED') count(ledger, key, object)
      else {
        remove(ledger, name)
        ledger.early.get(contextName(key, object))?.delete(name)
      }
      return []
    },
  }

  const contexts: ObservedKind<NetworkContextObject> = {
    kind: NetworkContext,
    observe({ plane, type, key, object }) {
      const ledger = ledgerOf(plane)
      const name = formatObjectKey(key)
      if (type === 'DELETED') {
        ledger.networkOf.delete(name)
        return []
      }
      if (!object.spec) return []
      ledger.networkOf.set(
        name,
        formatObjectKey({ namespace: key.namespace, name: object.spec.network.name }),
      )
      const waiting = ledger.early.get(name)
      ledger.early.delete(name)
      for (const subnet of waiting?.values() ?? []) {
        count(ledger, { namespace: key.namespace, name: subnet.metadata.name }, subnet)
      }
      return []
    },
  }

  return {
    observed: [subnets, contexts],
    of(plane, network, except) {
      const blocks = planes.get(plane)?.blocks.get(formatObjectKey(network))?.values() ?? []
      return [...blocks].filter(({ uid }) => uid !== except)
    },
    overlapping(plane, subnet) {
      const name = formatObjectKey(subnet)
      const ledger = planes.get(plane)
      const blocks = ledger?.blocks.get(ledger.countedIn.get(name) ?? '')
      const own = blocks?.get(name)
      if (!blocks || !own) return []
      return [...blocks.values()].filter((other) => other !== own && overlaps(other.block, own.block))
    },
    forgetPlane: (plane) => planes.delete(plane),
  }
}

function contextName({ namespace }: ObjectKey, subnet: SubnetObject): string {
  return formatObjectKey({ namespace, name: subnet.spec?.networkContext.name ?? '' })
}
