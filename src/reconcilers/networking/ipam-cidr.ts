import { formatIpAddress, parseIpAddress, parseIpNetwork } from '../../apimachinery/ip-address.ts'
import type { IpFamily } from '../../schemas/networking/ip-family.ts'

/** A block of addresses: `2^(bits - prefixLength)` of them from `start` on, which is a multiple of that number. */
export interface Cidr {
  readonly family: IpFamily
  readonly start: bigint
  readonly prefixLength: number
}

function version(family: IpFamily): 4 | 6 {
  return family === 'IPv4' ? 4 : 6
}

export function addressBits(family: IpFamily): number {
  return family === 'IPv4' ? 32 : 128
}

export function blockSize(family: IpFamily, prefixLength: number): bigint {
  return 1n << BigInt(addressBits(family) - prefixLength)
}

/** The address behind the last one of the block. */
export function blockEnd(block: Cidr): bigint {
  return block.start + blockSize(block.family, block.prefixLength)
}

export function overlaps(left: Cidr, right: Cidr): boolean {
  return left.family === right.family && left.start < blockEnd(right) && right.start < blockEnd(left)
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.family === inner.family && outer.start <= inner.start && blockEnd(inner) <= blockEnd(outer)
}

/** The address as a number, or undefined when the text is not an address of the family. */
export function parseAddress(family: IpFamily, text: string): bigint | undefined {
  const address = parseIpAddress(text)
  return address?.family === version(family) ? address.value : undefined
}

/** The canonical text: dotted decimal, or RFC 5952. */
export function formatAddress(family: IpFamily, address: bigint): string {
  return formatIpAddress({ family: version(family), value: address })
}

export function formatCidr(block: Cidr): string {
  return `${formatAddress(block.family, block.start)}/${block.prefixLength}`
}

/**
 * The block that a text in CIDR notation names, or undefined when it names none: another family, no prefix length,
 * or host bits that are set.
 */
export function parseCidr(family: IpFamily, text: string): Cidr | undefined {
  const network = parseIpNetwork(text)
  if (network?.address.family !== version(family)) return undefined
  return alignedBlock(family, network.address.value, network.prefixLength)
}

/** The block with this start and length, or undefined when there is none. */
export function alignedBlock(family: IpFamily, start: bigint, prefixLength: number): Cidr | undefined {
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > addressBits(family))
    return undefined
  return start % blockSize(family, prefixLength) === 0n ? { family, start, prefixLength } : undefined
}
