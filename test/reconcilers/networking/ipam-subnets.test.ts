import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Cidr,
  contains,
  formatCidr,
  overlaps,
  parseCidr,
} from '../../../src/reconcilers/networking/ipam-cidr.ts'
import { defaultIpv4Range, type NetworkRanges } from '../../../src/reconcilers/networking/ipam-ranges.ts'
import {
  type BlockRequest,
  chooseBlock,
  firstFit,
  type HeldBlock,
  subnetPrefixLength,
} from '../../../src/reconcilers/networking/ipam-subnets.ts'

const byDefault: NetworkRanges = { ranges: [defaultIpv4Range], isDefault: true, faults: [] }

function cidr(text: string): Cidr {
  const block = parseCidr(text.includes(':') ? 'IPv6' : 'IPv4', text)
  if (!block) throw new Error(`${text} is no block`)
  return block
}

function own(...ranges: string[]): NetworkRanges {
  return { ranges: ranges.map(cidr), isDefault: false, faults: [] }
}

function request(city: string | undefined, wanted: Partial<BlockRequest> = {}): BlockRequest {
  return { family: 'IPv4', city, startAddress: '', prefixLength: 0, ...wanted }
}

/** Hands out blocks one after another, as the worker does. */
function allocate(network: NetworkRanges, requests: readonly BlockRequest[]): string[] {
  const held: HeldBlock[] = []
  return requests.map((each, index) => {
    const decision = chooseBlock(each, network, held)
    if (!('block' in decision)) return decision.reason
    held.push({ block: decision.block, city: each.city, subnet: `s${index}` })
    return formatCidr(decision.block)
  })
}

describe('the default range', () => {
  test('the known cities have their places, in whatever order they come', () => {
    expect(
      allocate(
        byDefault,
        ['LHR', 'DFW', 'DLS'].map((city) => request(city)),
      ),
    ).toEqual(['10.132.0.0/20', '10.128.0.0/20', '10.130.0.0/20'])
  })

  test('every further city gets the next second /16, and a second location of a city the next /20 there', () => {
    const cities = ['AAA', 'BBB', 'AAA', 'DFW', 'DFW', 'BBB', 'CCC']
    expect(
      allocate(
        byDefault,
        cities.map((city) => request(city)),
      ),
    ).toEqual([
      '10.134.0.0/20',
      '10.136.0.0/20',
      '10.134.16.0/20',
      '10.128.0.0/20',
      '10.128.16.0/20',
      '10.136.16.0/20',
      '10.138.0.0/20',
    ])
  })

  test('when a place is full or all places are gone, the first block that fits is taken', () => {
    const full = allocate(
      byDefault,
      Array.from({ length: 17 }, () => request('DFW')),
    )
    expect(full.at(-2)).toBe('10.128.240.0/20')
    expect(full.at(-1)).toBe('10.129.0.0/20')
    const cities = Array.from({ length: 62 }, (_, index) => request(`C${index}`))
    const many = allocate(byDefault, cities)
    expect(many[60]).toBe('10.254.0.0/20')
    expect(many[61]).toBe('10.128.0.0/20')
  })
})

describe('ranges of a network of its own', () => {
  test('they are filled in the order listed, each with the prefix that fits its size', () => {
    expect(
      allocate(
        own('172.17.0.0/27', '10.0.0.0/16'),
        Array.from({ length: 4 }, () => request('DFW')),
      ),
    ).toEqual(['172.17.0.0/28', '172.17.0.16/28', '10.0.0.0/20', '10.0.16.0/20'])
  })

  test('the prefix is four longer than that of the range, at least 20 and at most 28; 64 for IPv6', () => {
    const expected = { 8: 20, 16: 20, 17: 21, 20: 24, 24: 28, 26: 28, 28: 28 }
    for (const [range, length] of Object.entries(expected)) {
      expect(subnetPrefixLength('IPv4', Number(range))).toBe(length)
    }
    expect(subnetPrefixLength('IPv6', 48)).toBe(64)
    expect(
      allocate(own('fd20:1234:5678::/48'), [
        request('DFW', { family: 'IPv6' }),
        request('LHR', { family: 'IPv6' }),
      ]),
    ).toEqual(['fd20:1234:5678::/64', 'fd20:1234:5678:1::/64'])
  })

  test('a range that is full is said to be, and one block given back is given again', () => {
    const network = own('172.17.0.0/27')
    expect(
      allocate(
        network,
        Array.from({ length: 3 }, () => request('DFW')),
      )[2],
    ).toBe('AddressPoolExhausted')
    const held = [{ block: cidr('172.17.0.16/28'), city: 'DFW', subnet: 'other' }]
    expect(chooseBlock(request('DFW'), network, held)).toEqual({ block: cidr('172.17.0.0/28') })
  })
})

describe('a certain block', () => {
  const held = [{ block: cidr('172.17.16.0/20'), city: 'DFW', subnet: 'other' }]
  const ask = (startAddress: string, prefixLength: number) =>
    chooseBlock(request('DFW', { startAddress, prefixLength }), own('172.17.0.0/16'), held)

  test('is given where it is free', () => {
    expect(ask('172.17.4.0', 24)).toEqual({ block: cidr('172.17.4.0/24') })
    expect(ask('172.17.32.0', 0)).toEqual({ block: cidr('172.17.32.0/20') })
    expect(chooseBlock(request('DFW', { prefixLength: 24 }), own('172.17.0.0/16'), held)).toEqual({
      block: cidr('172.17.0.0/24'),
    })
  })

  test.each([
    ['172.17.4.1', 24, 'host bits'],
    ['172.18.0.0', 24, 'lies in no IPv4 range'],
    ['172.17.0.0', 8, 'host bits'],
    ['172.17.20.0', 24, 'overlaps 172.17.16.0/20 of subnet other'],
    ['fd20::', 64, 'is not an IPv4 address'],
    ['nonsense', 24, 'is not an IPv4 address'],
  ])('%s/%i is refused: %s', (start, length, message) => {
    expect(ask(start, length)).toEqual({
      reason: 'AddressRefused',
      message: expect.stringContaining(message),
    })
  })
})

test('first fit finds the lowest free block there is, and none only when there is none', () => {
  const blocks = fc.array(
    fc.record({ index: fc.integer({ min: 0, max: 63 }), length: fc.constantFrom(26, 27, 28, 29) }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(blocks, fc.constantFrom(26, 27, 28), (taken, length) => {
      const range = cidr('10.0.0.0/24')
      const obstacles = taken.map(({ index, length: taking }): Cidr => {
        const size = 2n ** BigInt(32 - taking)
        return { family: 'IPv4', start: range.start + ((BigInt(index) * size) % 256n), prefixLength: taking }
      })
      const found = firstFit(range, length, obstacles)
      const size = 2 ** (32 - length)
      const free = Array.from({ length: 256 / size }, (_, index): Cidr => {
        return { family: 'IPv4', start: range.start + BigInt(index * size), prefixLength: length }
      }).find((candidate) => !obstacles.some((obstacle) => overlaps(obstacle, candidate)))
      expect(found).toEqual(free)
    }),
  )
})

test('within one network nothing is handed out twice, whatever is made and deleted in whatever order', () => {
  const networks = [byDefault, own('172.16.0.0/22', '10.9.0.0/26'), own('192.168.0.0/24')]
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('make' as const),
        city: fc.constantFrom('DFW', 'LHR', 'AAA', 'BBB'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), index: fc.nat(30) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('ask' as const),
        start: fc.constantFrom('10.128.0.0', '172.16.1.0', '192.168.0.32', '10.134.0.0'),
        length: fc.constantFrom(0, 24, 27, 28),
      }),
    },
  )
  fc.assert(
    fc.property(fc.constantFrom(...networks), fc.array(step, { maxLength: 60 }), (network, steps) => {
      const held: HeldBlock[] = []
      for (const [number, each] of steps.entries()) {
        if (each.type === 'delete') {
          if (held.length > 0) held.splice(each.index % held.length, 1)
          continue
        }
        const wanted =
          each.type === 'make'
            ? request(each.city)
            : request('DFW', { startAddress: each.start, prefixLength: each.length })
        const decision = chooseBlock(wanted, network, held)
        if (!('block' in decision)) continue
        expect(held.filter((other) => overlaps(other.block, decision.block))).toEqual([])
        expect(network.ranges.some((range) => contains(range, decision.block))).toBe(true)
        held.push({ block: decision.block, city: wanted.city, subnet: `s${number}` })
      }
    }),
  )
})
