import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import { blockEnd, type Cidr, formatAddress, parseAddress } from './ipam-cidr.ts'

/** Addresses that may be handed out: from `first` up to, but not including, `end`. */
export interface AddressRange {
  readonly family: IpFamily
  readonly first: bigint
  readonly end: bigint
}

/** Of a subnet, the network, the gateway (the first), and the last two are kept back. */
export function instanceRange(block: Cidr): AddressRange {
  return { family: block.family, first: block.start + 2n, end: blockEnd(block) - 2n }
}

/** Of the public pool, the first and the last are kept back. */
export function externalRange(block: Cidr): AddressRange {
  return { family: block.family, first: block.start + 1n, end: blockEnd(block) - 1n }
}

/**
 * Who holds which address. What is held is noted from the objects; the book decides nothing but which address of a
 * range is the lowest that nobody holds. Finding it does not get slower with the number of addresses held.
 */
export interface AddressBook {
  /** Notes that `holder` has the address; texts that are no addresses are passed over. */
  hold(address: string, holder: string): void
  release(address: string, holder: string): void
  /** Undefined when every address of the range is held. */
  lowestFree(range: AddressRange): string | undefined
  /** True when the address lies in the range and `holder` is the first of those who hold it, or nobody does. */
  mayKeep(address: string, range: AddressRange, holder: string): boolean
}

export function createAddressBook(): AddressBook {
  /** Holders by address, in the order in which they came: more than one only where a user has meddled. */
  const holders = new Map<string, Set<string>>()
  /** By the first address of each range asked for: no address of the range below this one is free. */
  const lowest = new Map<bigint, { range: AddressRange; address: bigint }>()

  /** One spelling for each address. */
  function parse(text: string): { family: IpFamily; address: bigint; name: string } | undefined {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const address = parseAddress(family, text)
      if (address !== undefined) return { family, address, name: formatAddress(family, address) }
    }
    return undefined
  }

  return {
    hold(text, holder) {
      const parsed = parse(text)
      if (!parsed) return
      const known = holders.get(parsed.name)
      if (known) known.add(holder)
      else holders.set(parsed.name, new Set([holder]))
    },
    release(text, holder) {
      const parsed = parse(text)
      if (!parsed) return
      const known = holders.get(parsed.name)
      if (!known?.delete(holder) || known.size > 0) return
      holders.delete(parsed.name)
      for (const hint of lowest.values()) {
        const { family, first } = hint.range
        if (family === parsed.family && first <= parsed.address && parsed.address < hint.address) {
          hint.address = parsed.address
        }
      }
    },
    lowestFree(range) {
      let hint = lowest.get(range.first)
      if (!hint) {
        hint = { range, address: range.first }
        lowest.set(range.first, hint)
      }
      while (hint.address < range.end && holders.has(formatAddress(range.family, hint.address))) {
        hint.address += 1n
      }
      return hint.address < range.end ? formatAddress(range.family, hint.address) : undefined
    },
    mayKeep(text, range, holder) {
      const parsed = parse(text)
      if (!parsed || parsed.family !== range.family) return false
      if (parsed.address < range.first || parsed.address >= range.end) return false
      const known = holders.get(parsed.name)
      if (!known) return true
      for (const earliest of known) return earliest === holder
      return true
    },
  }
}
