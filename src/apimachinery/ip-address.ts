/**
 * IP addresses and networks as Go's `netip` reads them: no leading zeros, no zones. Addresses are integers, so that
 * containment and order are arithmetic.
 */
export interface IpAddress {
  readonly family: 4 | 6
  readonly value: bigint
}

export interface IpNetwork {
  readonly address: IpAddress
  readonly prefixLength: number
}

export function addressBits(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128
}

export function parseIpAddress(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): IpAddress | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  let value = 0n
  for (const part of match.slice(1)) {
    if ((part.length > 1 && part.startsWith('0')) || Number(part) > 255) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return { family: 4, value }
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] as string, halves.length === 1)
  if (!head) return undefined
  if (halves.length === 1) return head.length === 8 ? fromGroups(head) : undefined
  const tail = parseGroups(halves[1] as string, true)
  if (!tail || head.length + tail.length > 7) return undefined
  return fromGroups([...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail])
}

/** The groups of one side of a `::`; a dotted tail counts as two. */
function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part)
      if (!embedded) return undefined
      groups.push(Number(embedded.value >> 16n), Number(embedded.value & 0xffffn))
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
    } else {
      return undefined
    }
  }
  return groups.length <= 8 ? groups : undefined
}

function fromGroups(groups: readonly number[]): IpAddress {
  return { family: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) }
}

/** Reads `10.0.0.0/8`; host bits may be set. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const slash = text.lastIndexOf('/')
  if (slash === -1) return undefined
  const address = parseIpAddress(text.slice(0, slash))
  const length = text.slice(slash + 1)
  if (!address || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  const prefixLength = Number(length)
  return prefixLength <= addressBits(address.family) ? { address, prefixLength } : undefined
}

/** True for `::ffff:a.b.c.d`, which is an IPv4 address in other clothes. */
export function isIpv4Mapped(address: IpAddress): boolean {
  return address.family === 6 && address.value >> 32n === 0xffffn
}

/** The canonical text: RFC 5952 for IPv6. */
export function formatIpAddress(address: IpAddress): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (address.value >> shift) & 0xffn).join('.')
  }
  if (isIpv4Mapped(address)) {
    return `::ffff:${formatIpAddress({ family: 4, value: address.value & 0xffffffffn })}`
  }
  const groups = Array.from(
    { length: 8 },
    (_, index) => (address.value >> BigInt(112 - 16 * index)) & 0xffffn,
  )
  const run = longestZeroRun(groups)
  const hex = (part: readonly bigint[]) => part.map((group) => group.toString(16)).join(':')
  if (run.length < 2) return hex(groups)
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`
}

function longestZeroRun(groups: readonly bigint[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (let index = 0; index <= groups.length; index++) {
    if (groups[index] === 0n) continue
    if (index - start > best.length) best = { start, length: index - start }
    start = index + 1
  }
  return best
}

export function formatIpNetwork(network: IpNetwork): string {
  return `${formatIpAddress(network.address)}/${network.prefixLength}`
}

/** The network with its host bits cleared. */
export function maskedNetwork(network: IpNetwork): IpNetwork {
  const hostBits = BigInt(addressBits(network.address.family) - network.prefixLength)
  const value = (network.address.value >> hostBits) << hostBits
  return { address: { family: network.address.family, value }, prefixLength: network.prefixLength }
}

export function networkContainsAddress(network: IpNetwork, address: IpAddress): boolean {
  if (network.address.family !== address.family) return false
  const hostBits = BigInt(addressBits(address.family) - network.prefixLength)
  return network.address.value >> hostBits === address.value >> hostBits
}

export function networkContainsNetwork(outer: IpNetwork, inner: IpNetwork): boolean {
  return outer.prefixLength <= inner.prefixLength && networkContainsAddress(outer, inner.address)
}
