import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatIpAddress,
  formatIpNetwork,
  maskedNetwork,
  networkContainsAddress,
  networkContainsNetwork,
  parseIpAddress,
  parseIpNetwork,
} from '../../src/apimachinery/ip-address.ts'

describe('IP addresses', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::', '::'],
    ['1::', '1::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['fe80:0:1:0:1:0:1:0', 'fe80:0:1:0:1:0:1:0'],
  ])('%s is written %s', (text, canonical) => {
    const address = parseIpAddress(text)
    expect(address && formatIpAddress(address)).toBe(canonical)
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '::g',
    '1:2:3:4:5:6:7::8',
    'fe80::1%eth0',
  ])('%s is none', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })

  test('an address that is written is the address that is read', () => {
    const address = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => ({ family: 4 as const, value })),
      fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => ({ family: 6 as const, value })),
    )
    fc.assert(
      fc.property(address, (each) => {
        expect(parseIpAddress(formatIpAddress(each))).toEqual(each)
      }),
    )
  })
})

describe('IP networks', () => {
  const network = (text: string) => {
    const parsed = parseIpNetwork(text)
    if (!parsed) throw new Error(`${text} is no network`)
    return parsed
  }

  test('contain what begins as they do', () => {
    expect(networkContainsNetwork(network('10.128.0.0/9'), network('10.130.0.0/20'))).toBe(true)
    expect(networkContainsNetwork(network('10.130.0.0/20'), network('10.128.0.0/9'))).toBe(false)
    expect(
      networkContainsAddress(network('10.128.0.0/20'), {
        family: 4,
        value: network('10.128.15.255/32').address.value,
      }),
    ).toBe(true)
    expect(networkContainsAddress(network('0.0.0.0/0'), { family: 6, value: 0n })).toBe(false)
  })

  test('lose their host bits when masked', () => {
    expect(formatIpNetwork(maskedNetwork(network('10.128.3.7/20')))).toBe('10.128.0.0/20')
    expect(formatIpNetwork(maskedNetwork(network('fd20::1/20')))).toBe('fd20::/20')
  })
})
