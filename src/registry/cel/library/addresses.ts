import {
  formatIpAddress,
  type IpAddress,
  type IpNetwork,
  isIpv4Mapped,
  maskedNetwork,
  networkContainsAddress,
  networkContainsNetwork,
  parseIpAddress,
  parseIpNetwork,
} from '../../../apimachinery/ip-address.ts'
import { ipAddressFault, ipNetworkFault } from '../../../apimachinery/ip-address-fault.ts'
import { type CelFunction, define, type Meter, traversal } from '../function.ts'
import { CelCidr, CelError, CelIp, type CelValue, noSuchOverload } from '../values.ts'

/** Addresses that hide an IPv4 one inside of IPv6 are refused, as Kubernetes does. */
function readAddress(text: CelValue | undefined, meter: Meter): IpAddress {
  if (typeof text !== 'string') throw new CelError(noSuchOverload)
  meter.charge(traversal(text.length))
  const address = parseIpAddress(text)
  if (!address) {
    const shown = JSON.stringify(text)
    if (text.includes('%') && parseIpAddress(text.slice(0, text.indexOf('%')))?.family === 6) {
      throw new CelError(`IP address ${shown} with zone value is not allowed`)
    }
    throw new CelError(
      `IP Address ${shown} parse error during conversion from string: ${ipAddressFault(text)}`,
    )
  }
  if (isIpv4Mapped(address))
    throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return address
}

function readNetwork(text: CelValue | undefined, meter: Meter): IpNetwork {
  if (typeof text !== 'string') throw new CelError(noSuchOverload)
  meter.charge(traversal(text.length))
  const network = parseIpNetwork(text)
  const unreadable = 'network address parse error during conversion from string'
  if (!network) throw new CelError(`${unreadable}: ${unreadable}: ${ipNetworkFault(text)}`)
  if (isIpv4Mapped(network.address)) {
    throw new CelError(`${unreadable}: IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  }
  return network
}

function succeeds(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

function ip(value: CelValue | undefined): IpAddress {
  if (!(value instanceof CelIp)) throw new CelError(noSuchOverload)
  return value.address
}

function cidr(value: CelValue | undefined): IpNetwork {
  if (!(value instanceof CelCidr)) throw new CelError(noSuchOverload)
  return value.network
}

function within(address: IpAddress, ipv4: string, ipv6: string): boolean {
  const network = parseIpNetwork(address.family === 4 ? ipv4 : ipv6)
  return network !== undefined && networkContainsAddress(network, address)
}

function isUnspecified(address: IpAddress): boolean {
  return address.value === 0n
}

function isLoopback(address: IpAddress): boolean {
  return within(address, '127.0.0.0/8', '::1/128')
}

function isLinkLocalUnicast(address: IpAddress): boolean {
  return within(address, '169.254.0.0/16', 'fe80::/10')
}

function isMulticast(address: IpAddress): boolean {
  return within(address, '224.0.0.0/4', 'ff00::/8')
}

function isGlobalUnicast(address: IpAddress): boolean {
  const broadcast = address.family === 4 && address.value === 0xffffffffn
  return ![isUnspecified, isLoopback, isLinkLocalUnicast, isMulticast].some((is) => is(address)) && !broadcast
}

function addressPredicate(name: string, holds: (address: IpAddress) => boolean): CelFunction {
  return define(name, ['ip.() -> bool'], ([target]) => holds(ip(target)))
}

export const addresses: readonly CelFunction[] = [
  define('ip', ['(string) -> ip', 'cidr.() -> ip'], ([value], meter) =>
    value instanceof CelCidr ? new CelIp(value.network.address) : new CelIp(readAddress(value, meter)),
  ),
  define('isIP', ['(string) -> bool'], ([text], meter) => succeeds(() => readAddress(text, meter))),
  define(
    'ip.isCanonical',
    ['(string) -> bool'],
    ([text], meter) => formatIpAddress(readAddress(text, meter)) === text,
  ),
  define('family', ['ip.() -> int'], ([target]) => BigInt(ip(target).family)),
  addressPredicate('isUnspecified', isUnspecified),
  addressPredicate('isLoopback', isLoopback),
  addressPredicate('isLinkLocalUnicast', isLinkLocalUnicast),
  addressPredicate('isLinkLocalMulticast', (address) => within(address, '224.0.0.0/24', 'ff02::/16')),
  addressPredicate('isGlobalUnicast', isGlobalUnicast),
  define('cidr', ['(string) -> cidr'], ([text], meter) => new CelCidr(readNetwork(text, meter))),
  define('isCIDR', ['(string) -> bool'], ([text], meter) => succeeds(() => readNetwork(text, meter))),
  define('containsIP', ['cidr.(ip) -> bool', 'cidr.(string) -> bool'], ([target, other], meter) =>
    networkContainsAddress(cidr(target), other instanceof CelIp ? other.address : readAddress(other, meter)),
  ),
  define('containsCIDR', ['cidr.(cidr) -> bool', 'cidr.(string) -> bool'], ([target, other], meter) =>
    networkContainsNetwork(
      cidr(target),
      other instanceof CelCidr ? other.network : readNetwork(other, meter),
    ),
  ),
  define('masked', ['cidr.() -> cidr'], ([target]) => new CelCidr(maskedNetwork(cidr(target)))),
  define('prefixLength', ['cidr.() -> int'], ([target]) => BigInt(cidr(target).prefixLength)),
]
