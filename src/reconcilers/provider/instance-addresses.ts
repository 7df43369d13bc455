import { parseIpAddress } from '../../apimachinery/ip-address.ts'
import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import { isTrue } from '../../controller-runtime/conditions.ts'
import type { ObservedKind } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'
import { Instance, type InstanceObject } from '../../schemas/compute/instance.ts'
import { Subnet, type SubnetObject } from '../../schemas/networking/subnet.ts'
import { assignedBlock } from '../networking/block-ledger.ts'
import {
  type AddressBook,
  type AddressRange,
  createAddressBook,
  externalRange,
  instanceRange,
} from '../networking/ipam-addresses.ts'
import type { Cidr } from '../networking/ipam-cidr.ts'
import { networkContextName, privateSubnetClass } from '../networking/names.ts'

/** The addresses of one connection of an instance. */
export interface Assignment {
  readonly networkIP: string
  readonly externalIP: string
}

export type AssignmentDecision =
  | { readonly assignments: readonly Assignment[] }
  | { readonly reason: 'NetworkNotReady' | 'AddressPoolExhausted'; readonly message: string }

/**
 * Which addresses instances have and may have, kept by watching Instances and Subnets. Decisions are made by one
 * worker, and count from the moment they are made.
 */
export interface InstanceAddresses {
  readonly observed: readonly ObservedKind[]
  /** Addresses for every connection: those that it has, where it may keep them, and the lowest free ones. */
  assign(plane: Plane, key: ObjectKey, instance: InstanceObject): AssignmentDecision
  /** What was decided for the instance could not be stored. */
  revoke(plane: Plane, key: ObjectKey, instance: InstanceObject): void
  forgetPlane(plane: Plane): void
}

interface Held {
  readonly book: AddressBook
  /** Out of which context it is; absent for an external address. */
  readonly context?: string
  readonly address: string
}

/** What an instance holds; `holder` is its uid. */
interface Holding {
  readonly key: ObjectKey
  readonly holder: string
  readonly addresses: readonly Held[]
}

interface PlaneAddresses {
  readonly external: AddressBook
  /** One book for each network: its subnets do not overlap, and may go from one context to another. */
  readonly books: Map<string, AddressBook>
  /** The ranges that instances of each context get their addresses out of, by subnet. */
  readonly ranges: Map<string, Map<string, AddressRange>>
  /** In which context each subnet is counted, and what of it. */
  readonly subnets: Map<string, { readonly context: string; readonly range: AddressRange }>
  readonly held: Map<string, Holding>
  /** Instances that found no address. */
  readonly waiting: Map<string, ObjectKey>
}

export function createInstanceAddresses(externalPool: Cidr): InstanceAddresses {
  const planes = new Map<Plane, PlaneAddresses>()
  const external = externalRange(externalPool)

  function addressesOf(plane: Plane): PlaneAddresses {
    let addresses = planes.get(plane)
    if (!addresses) {
      addresses = {
        external: createAddressBook(),
        books: new Map(),
        ranges: new Map(),
        subnets: new Map(),
        held: new Map(),
        waiting: new Map(),
      }
      planes.set(plane, addresses)
    }
    return addresses
  }

  function bookOf({ books }: PlaneAddresses, network: string): AddressBook {
    let book = books.get(network)
    if (!book) {
      book = createAddressBook()
      books.set(network, book)
    }
    return book
  }

  /** Notes that the instance holds these addresses and no others. True when it gave some back. */
  function note(addresses: PlaneAddresses, key: ObjectKey, holder: string, next: readonly Held[]): boolean {
    const name = formatObjectKey(key)
    const before = addresses.held.get(name)
    for (const { book, address } of next) book.hold(address, holder)
    let released = false
    for (const { book, address } of before?.addresses ?? []) {
      const kept =
        before?.holder === holder && next.some((each) => each.book === book && each.address === address)
      if (kept) continue
      book.release(address, before?.holder ?? '')
      released = true
    }
    if (next.length > 0) addresses.held.set(name, { key, holder, addresses: next })
    else addresses.held.delete(name)
    return released
  }

  function shown(addresses: PlaneAddresses, instance: InstanceObject): Held[] {
    const held: Held[] = []
    for (const [index, { assignments }] of (instance.status?.networkInterfaces ?? []).entries()) {
      const place = placeOf(instance, index)
      if (place && assignments?.networkIP) {
        const book = bookOf(addresses, place.network)
        held.push({ book, context: place.context, address: assignments.networkIP })
      }
      if (assignments?.externalIP) held.push({ book: addresses.external, address: assignments.externalIP })
    }
    return held
  }

  function wake({ waiting }: PlaneAddresses): ObjectKey[] {
    const keys = [...waiting.values()]
    waiting.clear()
    return keys
  }

  const instances: ObservedKind<InstanceObject> = {
    kind: Instance,
    observe({ plane, type, key, object }) {
      const addresses = addressesOf(plane)
      const name = formatObjectKey(key)
      if (type === 'DELETED') addresses.waiting.delete(name)
      const next = type === 'DELETED' ? [] : shown(addresses, object)
      return note(addresses, key, object.metadata.uid ?? '', next) ? wake(addresses) : []
    },
  }

  const subnets: ObservedKind<SubnetObject> = {
    kind: Subnet,
    observe({ plane, type, key, object }) {
      const addresses = addressesOf(plane)
      const { namespace } = key
      const { spec } = object
      const block = assignedBlock(object)
      const isOfUse =
        type !== 'DELETED' &&
        spec?.subnetClass === privateSubnetClass &&
        isTrue(object.status?.conditions, 'Ready')
      const context = spec && formatObjectKey({ namespace, name: spec.networkContext.name })
      const range = isOfUse && block ? instanceRange(block) : undefined
      const before = addresses.subnets.get(formatObjectKey(key))
      if (
        before?.context === context &&
        before?.range.first === range?.first &&
        before?.range.end === range?.end
      )
        return []
      if (before) removeRange(addresses, before.context, key)
      if (range && context !== undefined) addRange(addresses, context, key, range)
      return [
        ...(range ? wake(addresses) : []),
        ...(before ? stranded(addresses, before.context) : []),
        ...(range && context !== undefined && context !== before?.context
          ? stranded(addresses, context)
          : []),
      ]
    },
  }

  function addRange(
    { ranges, subnets }: PlaneAddresses,
    context: string,
    key: ObjectKey,
    range: AddressRange,
  ): void {
    const known = ranges.get(context) ?? new Map<string, AddressRange>()
    ranges.set(context, known.set(key.name, range))
    subnets.set(formatObjectKey(key), { context, range })
  }

  function removeRange({ ranges, subnets }: PlaneAddresses, context: string, key: ObjectKey): void {
    subnets.delete(formatObjectKey(key))
    const known = ranges.get(context)
    known?.delete(key.name)
    if (known?.size === 0) ranges.delete(context)
  }

  /**
   * Instances with an address that lies in no subnet of the context: only where somebody has moved or deleted one. They
   * are in the order of these addresses, and so will be those that they get.
   */
  function stranded({ ranges, held }: PlaneAddresses, context: string): ObjectKey[] {
    const valid = [...(ranges.get(context)?.values() ?? [])]
    const lost: { key: ObjectKey; address: bigint }[] = []
    for (const { key, holder, addresses } of held.values()) {
      const found = addresses.find(
        (each) =>
          each.context === context && !valid.some((range) => each.book.mayKeep(each.address, range, holder)),
      )
      if (found) lost.push({ key, address: parseIpAddress(found.address)?.value ?? 0n })
    }
    return lost
      .sort((left, right) => (left.address < right.address ? -1 : left.address > right.address ? 1 : 0))
      .map(({ key }) => key)
  }

  return {
    observed: [instances, subnets],

    assign(plane, key, instance) {
      const addresses = addressesOf(plane)
      const name = formatObjectKey(key)
      const holder = instance.metadata.uid ?? ''
      const decided: Held[] = []
      const assignments: Assignment[] = []

      const pick = (
        book: AddressBook,
        ranges: readonly AddressRange[],
        current: string | undefined,
        context?: string,
      ) => {
        const kept = current !== undefined && ranges.some((range) => book.mayKeep(current, range, holder))
        let address = kept ? current : undefined
        for (const range of ranges) address ??= book.lowestFree(range)
        if (address === undefined) return undefined
        book.hold(address, holder)
        decided.push({ book, address, ...(context === undefined ? {} : { context }) })
        return address
      }
      const wait = (
        reason: 'NetworkNotReady' | 'AddressPoolExhausted',
        message: string,
      ): AssignmentDecision => {
        for (const { book, address } of decided) book.release(address, holder)
        // What is shown in the status is held on, whatever was decided and taken back.
        note(addresses, key, holder, shown(addresses, instance))
        addresses.waiting.set(name, key)
        return { reason, message }
      }

      for (const [index, { network }] of (instance.spec?.networkInterfaces ?? []).entries()) {
        const place = placeOf(instance, index)
        const current = instance.status?.networkInterfaces?.[index]?.assignments
        const ranges = preferredRanges(addresses.ranges.get(place?.context ?? ''))
        if (!place || ranges.length === 0)
          return wait('NetworkNotReady', `Network ${network.name} has no subnet here`)
        const networkIP = pick(bookOf(addresses, place.network), ranges, current?.networkIP, place.context)
        if (networkIP === undefined) {
          return wait(
            'AddressPoolExhausted',
            `The subnets of network ${network.name} have no free address here`,
          )
        }
        const externalIP = pick(addresses.external, [external], current?.externalIP)
        if (externalIP === undefined)
          return wait('AddressPoolExhausted', 'The external addresses are all in use')
        assignments.push({ networkIP, externalIP })
      }
      note(addresses, key, holder, decided)
      addresses.waiting.delete(name)
      return { assignments }
    },

    revoke(plane, key, instance) {
      const addresses = addressesOf(plane)
      note(addresses, key, instance.metadata.uid ?? '', shown(addresses, instance))
    },

    forgetPlane: (plane) => planes.delete(plane),
  }
}

/** What an interface is connected to: its network, and the context of that in the instance's location. */
function placeOf(
  { metadata, spec }: InstanceObject,
  index: number,
): { readonly network: string; readonly context: string } | undefined {
  const network = spec?.networkInterfaces[index]?.network
  if (!network || !spec.location) return undefined
  const namespace = network.namespace ?? metadata.namespace
  return {
    network: formatObjectKey({ namespace, name: network.name }),
    context: formatObjectKey({ namespace, name: networkContextName(network.name, spec.location) }),
  }
}

/** The IPv4 ranges in the order of their addresses; the IPv6 ones where there is no IPv4. */
function preferredRanges(ranges: ReadonlyMap<string, AddressRange> | undefined): AddressRange[] {
  const all = [...(ranges?.values() ?? [])].sort((left, right) => (left.first < right.first ? -1 : 1))
  const ipv4 = all.filter(({ family }) => family === 'IPv4')
  return ipv4.length > 0 ? ipv4 : all
}
