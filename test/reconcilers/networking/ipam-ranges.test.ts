import { expect, test } from 'vitest'
import { contains, formatCidr, overlaps } from '../../../src/reconcilers/networking/ipam-cidr.ts'
import {
  chooseIpv6Prefix,
  defaultIpv6Pool,
  rangesOf,
} from '../../../src/reconcilers/networking/ipam-ranges.ts'
import type { NetworkObject } from '../../../src/schemas/networking/network.ts'

function network(ipam: Omit<NetworkObject['spec']['ipam'], 'mode'>): NetworkObject {
  return { metadata: { name: 'net' }, spec: { ipam: { mode: 'Auto', ...ipam } } }
}

test('a network without ranges has the documented ones', () => {
  const ipv4 = rangesOf(network({}), 'IPv4')
  expect(ipv4.ranges.map(formatCidr)).toEqual(['10.128.0.0/9'])
  expect(ipv4.isDefault).toBe(true)
  expect(rangesOf(network({}), 'IPv6').ranges).toEqual([])
  expect(rangesOf(network({}), 'IPv6', 'fd20:1:2::/48').ranges.map(formatCidr)).toEqual(['fd20:1:2::/48'])
})

test('both spellings of its own ranges count', () => {
  const listed = network({ ipv4Ranges: ['10.1.0.0/16', '10.2.0.0/16'], ipv6Ranges: ['fd00:1::/48'] })
  expect(rangesOf(listed, 'IPv4').ranges.map(formatCidr)).toEqual(['10.1.0.0/16', '10.2.0.0/16'])
  expect(rangesOf(listed, 'IPv6').ranges.map(formatCidr)).toEqual(['fd00:1::/48'])
  expect(rangesOf(network({ ipv4Range: '10.3.0.0/16' }), 'IPv4').ranges.map(formatCidr)).toEqual([
    '10.3.0.0/16',
  ])
})

test('ranges that make no sense are told and left out', () => {
  const odd = network({
    ipv4Ranges: ['10.1.0.0/16', '10.1.2.3/16', 'x', '10.1.128.0/17', '10.2.0.0/29', 'fd20::/48'],
  })
  const { ranges, faults } = rangesOf(odd, 'IPv4')
  expect(ranges.map(formatCidr)).toEqual(['10.1.0.0/16'])
  expect(faults).toEqual([
    '10.1.2.3/16 is not an IPv4 range in CIDR notation without host bits',
    'x is not an IPv4 range in CIDR notation without host bits',
    '10.1.128.0/17 overlaps 10.1.0.0/16',
    '10.2.0.0/29 is smaller than a /28',
    'fd20::/48 is not an IPv4 range in CIDR notation without host bits',
  ])
})

test('prefixes of networks lie in fd20::/20, are /48, do not overlap, and are the same when asked again', () => {
  const taken = []
  for (let number = 0; number < 200; number++) {
    const prefix = chooseIpv6Prefix(`uid-${number}`, taken)
    expect(prefix).toEqual(chooseIpv6Prefix(`uid-${number}`, taken))
    if (!prefix) throw new Error('no prefix')
    expect(prefix.prefixLength).toBe(48)
    expect(contains(defaultIpv6Pool, prefix)).toBe(true)
    expect(taken.filter((each) => overlaps(each, prefix))).toEqual([])
    taken.push(prefix)
  }
})

test('a prefix that is taken is stepped over, also by a larger range; nothing is left when the pool is', () => {
  const first = chooseIpv6Prefix('uid', [])
  if (!first) throw new Error('no prefix')
  const second = chooseIpv6Prefix('uid', [first])
  expect(second?.start).toBe(first.start + (1n << 80n))
  const larger = { ...first, start: (first.start >> 88n) << 88n, prefixLength: 40 }
  const third = chooseIpv6Prefix('uid', [larger])
  expect(third && overlaps(third, larger)).toBe(false)
  expect(chooseIpv6Prefix('uid', [defaultIpv6Pool])).toBeUndefined()
})
