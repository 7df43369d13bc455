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
  /** One book for each context: the subnets of a context do not overlap. */
  readonly books: Map<string, AddressBook>
  /** The ranges that instances of each context get their addresses out of, by subnet. */
  readonly ranges: Map<string, Map<string, AddressRange>>
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
        held: new Map(),
        waiting: new Map(),
      }
      planes.set(plane, addresses)
    }
    return addresses
  }

  function bookOf({ books }: PlaneAddresses, context: string): AddressBook {
    let book = books.get(context)
    if (!book) {
      book = createAddressBook()
      books.set(context, book)
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
      const context = contextOf(instance, index)
      if (context !== undefined && assignments?.networkIP) {
        held.push({ book: bookOf(addresses, context), address: assignments.networkIP })
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
      const { spec } = object
      if (!spec || spec.subnetClass !== privateSubnetClass) return []
      const addresses = addressesOf(plane)
      const context = formatObjectKey({ namespace: key.namespace, name: spec.networkContext.name })
      const ranges = addresses.ranges.get(context) ?? new Map<string, AddressRange>()
      addresses.ranges.set(context, ranges)
      const block = assignedBlock(object)
      const before = ranges.get(key.name)
      if (type === 'DELETED' || !block || !isTrue(object.status?.conditions, 'Ready')) {
        ranges.delete(key.name)
        if (ranges.size === 0) addresses.ranges.delete(context)
        return before ? stranded(addresses, context) : []
      }
      const range = instanceRange(block)
      ranges.set(key.name, range)
      if (before?.first === range.first && before.end === range.end) return []
      return [...wake(addresses), ...stranded(addresses, context)]
    },
  }

  /** Instances with an address that lies in no subnet of the context: only where somebody has moved or deleted one. */
  function stranded({ books, ranges, held }: PlaneAddresses, context: string): ObjectKey[] {
    const book = books.get(context)
    const valid = [...(ranges.get(context)?.values() ?? [])]
    const keys: ObjectKey[] = []
    for (const { key, holder, addresses } of held.values()) {
      const lost = addresses.some(
        (each) =>
          each.book === book && !valid.some((range) => each.book.mayKeep(each.address, range, holder)),
      )
      if (lost) keys.push(key)
    }
    return keys
  }

  return {
    observed: [instances, subnets],

    assign(plane, key, instance) {
      const addresses = addressesOf(plane)
      const name = formatObjectKey(key)
      const holder = instance.metadata.uid ?? ''
      const decided: Held[] = []
      const assignments: Assignment[] = []

      const pick = (book: AddressBook, ranges: readonly AddressRange[], current: string | undefined) => {
        const kept = current !== undefined && ranges.some((range) => book.mayKeep(current, range, holder))
        let address = kept ? current : undefined
        for (const range of ranges) address ??= book.lowestFree(range)
        if (address === undefined) return undefined
        book.hold(address, holder)
        decided.push({ book, address })
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
        const context = contextOf(instance, index) ?? ''
        const current = instance.status?.networkInterfaces?.[index]?.assignments
        const ranges = preferredRanges(addresses.ranges.get(context))
        if (ranges.length === 0) return wait('NetworkNotReady', `Network ${network.name} has no subnet here`)
        const networkIP = pick(bookOf(addresses, context), ranges, current?.networkIP)
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

/** The context that an interface is connected through: that of its network in the instance's location. */
function contextOf({ metadata, spec }: InstanceObject, index: number): string | undefined {
  const network = spec?.networkInterfaces[index]?.network
  if (!network || !spec.location) return undefined
  const namespace = network.namespace ?? metadata.namespace
  return formatObjectKey({ namespace, name: networkContextName(network.name, spec.location) })
}

/** The IPv4 ranges in the order of their addresses; the IPv6 ones where there is no IPv4. */
function preferredRanges(ranges: ReadonlyMap<string, AddressRange> | undefined): AddressRange[] {
  const all = [...(ranges?.values() ?? [])].sort((left, right) => (left.first < right.first ? -1 : 1))
  const ipv4 = all.filter(({ family }) => family === 'IPv4')
  return ipv4.length > 0 ? ipv4 : all
}
