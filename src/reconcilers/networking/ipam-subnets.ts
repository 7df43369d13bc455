import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import {
  addressBits,
  alignedBlock,
  blockEnd,
  blockSize,
  type Cidr,
  contains,
  formatCidr,
  overlaps,
  parseAddress,
} from './ipam-cidr.ts'
import { defaultIpv4Range, type NetworkRanges } from './ipam-ranges.ts'

/** A block that a subnet of the network holds, and the city of its location as far as that is known. */
export interface HeldBlock {
  readonly block: Cidr
  readonly city: string | undefined
  /** The name of the subnet, for messages. */
  readonly subnet: string
}

/** What is asked for: any block (no start, length 0), or a certain one. */
export interface BlockRequest {
  readonly family: IpFamily
  readonly city: string | undefined
  readonly startAddress: string
  readonly prefixLength: number
}

export type BlockDecision =
  | { readonly block: Cidr }
  | { readonly reason: 'AddressPoolExhausted' | 'AddressRefused'; readonly message: string }

/** Cities that have a place of their own in the default range, in the order of the places. */
const knownCities: readonly string[] = ['DFW', 'DLS', 'LHR']

/** Every second /16 of the default range is the place of a city: 10.128.0.0, 10.130.0.0, … */
const placeLength = 16
const placeDistance = 2n * blockSize('IPv4', placeLength)

const ipv6SubnetLength = 64

/** How long the prefix of a subnet in a range of this length is. */
export function subnetPrefixLength(family: IpFamily, rangeLength: number): number {
  return family === 'IPv6' ? ipv6SubnetLength : Math.min(28, Math.max(20, rangeLength + 4))
}

/**
 * Decides which block a subnet gets. Pure: the same network, the same held blocks, the same answer. Whoever calls it
 * must see to it that what it decides is stored before it is called again for the same network.
 */
export function chooseBlock(
  request: BlockRequest,
  network: NetworkRanges,
  held: readonly HeldBlock[],
): BlockDecision {
  const { family } = request
  const relevant = held.filter(({ block }) => block.family === family)
  if (request.startAddress !== '') return honour(request, network, relevant)
  const blocks = relevant.map(({ block }) => block)
  for (const range of network.ranges) {
    const length = request.prefixLength || subnetPrefixLength(family, range.prefixLength)
    if (!fitsInto(range, length)) continue
    const block =
      (family === 'IPv4' && network.isDefault ? cityBlock(request.city, length, relevant) : undefined) ??
      firstFit(range, length, blocks)
    if (block) return { block }
  }
  const ranges = network.ranges.map(formatCidr).join(', ') || 'none'
  const { prefixLength } = request
  if (prefixLength !== 0 && !network.ranges.some((range) => fitsInto(range, prefixLength))) {
    const message = `A block of length ${prefixLength} fits into no ${family} range of the network (${ranges})`
    return { reason: 'AddressRefused', message }
  }
  return {
    reason: 'AddressPoolExhausted',
    message: `The ${family} ranges of the network (${ranges}) have no free block for another subnet`,
  }
}

function fitsInto(range: Cidr, length: number): boolean {
  return length >= range.prefixLength && length <= addressBits(range.family)
}

/** A certain block is given when it lies in a range of the network and nobody has any of it. */
function honour(request: BlockRequest, network: NetworkRanges, held: readonly HeldBlock[]): BlockDecision {
  const { family, startAddress } = request
  const refused = (message: string): BlockDecision => ({ reason: 'AddressRefused', message })
  const start = parseAddress(family, startAddress)
  if (start === undefined) return refused(`${startAddress} is not an ${family} address`)
  const range = network.ranges.find((each) => each.start <= start && start < blockEnd(each))
  if (!range) return refused(`${startAddress} lies in no ${family} range of the network`)
  const length = request.prefixLength || subnetPrefixLength(family, range.prefixLength)
  const block = alignedBlock(family, start, length)
  if (!block) return refused(`${startAddress}/${length} is not a block: host bits are set`)
  if (!contains(range, block)) return refused(`${formatCidr(block)} is larger than ${formatCidr(range)}`)
  const other = held.find((each) => overlaps(each.block, block))
  if (other)
    return refused(`${formatCidr(block)} overlaps ${formatCidr(other.block)} of subnet ${other.subnet}`)
  return { block }
}

/** A block at the place of the city in the default range: its own, or for a new city the next free one. */
function cityBlock(city: string | undefined, length: number, held: readonly HeldBlock[]): Cidr | undefined {
  if (city === undefined || length < placeLength) return undefined
  const blocks = held.map(({ block }) => block)
  const place = placeOf(city, held)
  return place && firstFit(place, length, blocks)
}

function placeOf(city: string, held: readonly HeldBlock[]): Cidr | undefined {
  const known = knownCities.indexOf(city)
  if (known !== -1) return place(known)
  const places = Number(blockSize('IPv4', defaultIpv4Range.prefixLength) / placeDistance)
  let free: Cidr | undefined
  for (let index = knownCities.length; index < places; index++) {
    const candidate = place(index)
    const there = held.filter(({ block }) => overlaps(block, candidate))
    if (there.some((each) => each.city === city)) return candidate
    if (there.length === 0) free ??= candidate
  }
  return free
}

function place(index: number): Cidr {
  return {
    family: 'IPv4',
    start: defaultIpv4Range.start + BigInt(index) * placeDistance,
    prefixLength: placeLength,
  }
}

/** The lowest block of this length in the range that overlaps none of `blocks`. */
export function firstFit(range: Cidr, prefixLength: number, blocks: readonly Cidr[]): Cidr | undefined {
  const size = blockSize(range.family, prefixLength)
  const end = blockEnd(range)
  const obstacles = blocks
    .filter((block) => overlaps(block, range))
    .sort((left, right) => (left.start < right.start ? -1 : left.start > right.start ? 1 : 0))
  let start = range.start
  for (const obstacle of obstacles) {
    if (start + size <= obstacle.start) break
    const behind = blockEnd(obstacle)
    // Up to the next multiple of the size.
    if (behind > start) start = ((behind + size - 1n) / size) * size
  }
  return start + size <= end ? { family: range.family, start, prefixLength } : undefined
}
