import { type IpNetwork, parseIpNetwork } from '../../apimachinery/ip-address.ts'
import type { IpFamily } from './ip-family.ts'
import type { NetworkSpec } from './network.ts'

/** What a network has for IPv4 where it names no range. */
export const defaultIpv4Range = '10.128.0.0/9'

/** The smallest range that can be cut into subnets, as a prefix length. */
export const longestRangePrefix: Readonly<Record<IpFamily, number>> = { IPv4: 28, IPv6: 64 }

/** A range as a network spells it, and the field where it stands. */
export interface DeclaredRange {
  readonly path: string
  readonly text: string
}

const fields = {
  IPv4: { list: 'ipv4Ranges', single: 'ipv4Range' },
  IPv6: { list: 'ipv6Ranges', single: 'ipv6Range' },
} as const

/**
 * The ranges that a network names for a family, in order; none where it leaves them to us. Of the two spellings the
 * list counts, of which the single range can only be the first.
 */
export function declaredRanges(spec: NetworkSpec, family: IpFamily): DeclaredRange[] {
  const { list, single } = fields[family]
  const listed = spec.ipam[list] ?? []
  if (listed.length > 0) return listed.map((text, index) => ({ path: `spec.ipam.${list}[${index}]`, text }))
  const text = spec.ipam[single]
  return text ? [{ path: `spec.ipam.${single}`, text }] : []
}

/** The single range of a family, where it is written beside the list. */
export function rangeBesideList(spec: NetworkSpec, family: IpFamily): DeclaredRange | undefined {
  const { list, single } = fields[family]
  const text = spec.ipam[single]
  if (!text || (spec.ipam[list] ?? []).length === 0) return undefined
  return { path: `spec.ipam.${single}`, text }
}

/** The ranges that a network names, as networks; what cannot be read is left out. */
export function parsedRanges(spec: NetworkSpec, family: IpFamily): IpNetwork[] {
  return declaredRanges(spec, family).flatMap(({ text }) => parseIpNetwork(text) ?? [])
}
