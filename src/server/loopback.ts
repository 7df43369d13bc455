import { BlockList, isIPv4 } from 'node:net'

/** True for an address that only this machine can reach. */
export function isLoopback(address: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  return loopback.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}
