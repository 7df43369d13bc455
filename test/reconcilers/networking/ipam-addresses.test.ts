import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAddressBook,
  externalRange,
  instanceRange,
} from '../../../src/reconcilers/networking/ipam-addresses.ts'
import { type Cidr, parseCidr } from '../../../src/reconcilers/networking/ipam-cidr.ts'

function cidr(family: 'IPv4' | 'IPv6', text: string): Cidr {
  return parseCidr(family, text) as Cidr
}

describe('what of a subnet goes to instances', () => {
  test('neither the network, nor the gateway, nor the last two addresses', () => {
    const book = createAddressBook()
    const range = instanceRange(cidr('IPv4', '10.0.0.0/28'))
    const given: string[] = []
    for (let address = book.lowestFree(range); address !== undefined; address = book.lowestFree(range)) {
      given.push(address)
      book.hold(address, address)
    }
    expect(given).toEqual(Array.from({ length: 12 }, (_, index) => `10.0.0.${index + 2}`))
  })

  test('IPv6 likewise', () => {
    expect(createAddressBook().lowestFree(instanceRange(cidr('IPv6', 'fd20:1:2:3::/64')))).toBe(
      'fd20:1:2:3::2',
    )
  })

  test('of the public pool, neither the first nor the last', () => {
    expect(createAddressBook().lowestFree(externalRange(cidr('IPv4', '198.18.0.0/15')))).toBe('198.18.0.1')
  })
})

test('an address that two hold is the first one’s', () => {
  const book = createAddressBook()
  const range = instanceRange(cidr('IPv4', '10.0.0.0/24'))
  book.hold('10.0.0.2', 'a')
  book.hold('10.0.0.2', 'b')
  expect([book.mayKeep('10.0.0.2', range, 'a'), book.mayKeep('10.0.0.2', range, 'b')]).toEqual([true, false])
  book.release('10.0.0.2', 'a')
  expect(book.mayKeep('10.0.0.2', range, 'b')).toBe(true)
  expect(book.lowestFree(range)).toBe('10.0.0.3')
})

test('nobody may keep what is outside of the range, kept back, or no address', () => {
  const book = createAddressBook()
  const range = instanceRange(cidr('IPv4', '10.0.0.0/24'))
  for (const address of ['10.0.1.2', '10.0.0.1', '10.0.0.254', 'nonsense', '', 'fd20::2']) {
    expect(book.mayKeep(address, range, 'a')).toBe(false)
  }
})

test('one address goes to one holder at a time, the lowest free one first, in any order of taking and giving back', () => {
  const range = instanceRange(cidr('IPv4', '10.0.0.0/27'))
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(40), { nil: undefined }), { maxLength: 120 }), (steps) => {
      const book = createAddressBook()
      const held = new Map<string, string>()
      for (const [number, release] of steps.entries()) {
        const address = release === undefined ? undefined : [...held.keys()][release % Math.max(1, held.size)]
        if (release !== undefined) {
          if (address === undefined) continue
          book.release(address, held.get(address) as string)
          held.delete(address)
          continue
        }
        const next = book.lowestFree(range)
        const free = Array.from({ length: 28 }, (_, index) => `10.0.0.${index + 2}`).find(
          (each) => !held.has(each),
        )
        expect(next).toBe(free)
        if (next === undefined) continue
        book.hold(next, `holder ${number}`)
        held.set(next, `holder ${number}`)
      }
    }),
  )
})
