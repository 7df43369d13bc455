import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import type { NetworkObject } from '../../schemas/networking/network.ts'
import { blockSize, type Cidr, contains, formatCidr, overlaps, parseCidr } from './ipam-cidr.ts'

/** The documented IPv4 range of a network that names none. */
export const defaultIpv4Range: Cidr = { family: 'IPv4', start: 0x0a800000n, prefixLength: 9 }

/** Networks that name no IPv6 range get a /48 out of this one. */
export const defaultIpv6Pool: Cidr = { family: 'IPv6', start: 0xfd20n << 112n, prefixLength: 20 }

const networkIpv6PrefixLength = 48

/** The longest prefix of an IPv4 range out of which a subnet can be cut. */
const longestIpv4Range = 28
/** The longest prefix of an IPv6 range: a subnet is a /64. */
const longestIpv6Range = 64

/** The families that instances on the network get addresses of. */
export function ipFamiliesOf(network: NetworkObject): readonly IpFamily[] {
  return network.spec.ipFamilies ?? ['IPv4']
}

/** The ranges that the network's spec names, as they are written there. */
export function ownRanges(network: NetworkObject, family: IpFamily): readonly string[] {
  const { ipv4Range, ipv4Ranges, ipv6Range, ipv6Ranges } = network.spec.ipam
  const [list, single] = family === 'IPv4' ? [ipv4Ranges, ipv4Range] : [ipv6Ranges, ipv6Range]
  if (list !== undefined && list.length > 0) return list
  return single === undefined || single === '' ? [] : [single]
}

/** The ranges that subnets of the network are cut out of, in the order in which they are filled. */
export interface NetworkRanges {
  readonly ranges: readonly Cidr[]
  /** True when these are the documented defaults, in which cities have their places. */
  readonly isDefault: boolean
  /** What is wrong with ranges that the spec names, a text for each. They are left out. */
  readonly faults: readonly string[]
}

/** `ipv6Prefix` is the /48 that the network was given, where its spec names no IPv6 range. */
export function rangesOf(network: NetworkObject, family: IpFamily, ipv6Prefix?: string): NetworkRanges {
  const own = ownRanges(network, family)
  if (own.length > 0) return { ...checkRanges(family, own), isDefault: false }
  if (family === 'IPv4') return { ranges: [defaultIpv4Range], isDefault: true, faults: [] }
  const prefix = ipv6Prefix === undefined ? undefined : parseCidr('IPv6', ipv6Prefix)
  return { ranges: prefix ? [prefix] : [], isDefault: true, faults: [] }
}

function checkRanges(family: IpFamily, texts: readonly string[]): { ranges: Cidr[]; faults: string[] } {
  const ranges: Cidr[] = []
  const faults: string[] = []
  const longest = family === 'IPv4' ? longestIpv4Range : longestIpv6Range
  for (const text of texts) {
    const range = parseCidr(family, text)
    const other = range && ranges.find((each) => overlaps(each, range))
    if (!range) faults.push(`${text} is not an ${family} range in CIDR notation without host bits`)
    else if (range.prefixLength > longest) faults.push(`${text} is smaller than a /${longest}`)
    else if (other) faults.push(`${text} overlaps ${formatCidr(other)}`)
    else ranges.push(range)
  }
  return { ranges, faults }
}

/**
 * A /48 of fd20::/20 that overlaps none of `taken`: where the network's uid points to, or the next one behind, so that
 * networks of different projects are unlikely to share one. Undefined when all are taken.
 */
export function chooseIpv6Prefix(uid: string, taken: readonly Cidr[]): Cidr | undefined {
  const size = blockSize('IPv6', networkIpv6PrefixLength)
  const count = blockSize('IPv6', defaultIpv6Pool.prefixLength) / size
  const first = BigInt(hash(uid)) % count
  const relevant = taken.filter((each) => overlaps(each, defaultIpv6Pool))
  if (relevant.some((each) => contains(each, defaultIpv6Pool))) return undefined
  let index = first
  // Each step leaves one of `relevant` behind, unless it wraps around.
  for (let steps = 0; steps <= relevant.length + 1; steps++) {
    const candidate: Cidr = {
      family: 'IPv6',
      start: defaultIpv6Pool.start + index * size,
      prefixLength: networkIpv6PrefixLength,
    }
    const obstacle = relevant.find((each) => overlaps(each, candidate))
    if (!obstacle) return candidate
    const behind =
      obstacle.start + blockSize('IPv6', Math.min(obstacle.prefixLength, networkIpv6PrefixLength))
    index = ((behind - defaultIpv6Pool.start) / size) % count
  }
  return undefined
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}
