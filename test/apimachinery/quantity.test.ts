import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from '../../src/apimachinery/quantity.ts'

function quantity(text: string): Quantity {
  const parsed = parseQuantity(text)
  if (!parsed) throw new Error(`${text} is no quantity`)
  return parsed
}

describe('quantities', () => {
  test.each([
    ['0', '0'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1000k', '1M'],
    ['1024Ki', '1Mi'],
    ['1.5Gi', '1536Mi'],
    ['100Ki', '100Ki'],
    ['1023', '1023'],
    ['512Mi', '512Mi'],
    ['12e6', '12e6'],
    ['1E', '1E'],
    ['+5', '5'],
    ['-1.5Gi', '-1536Mi'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1n', '1n'],
    ['0.1n', '1n'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatQuantity(quantity(text))).toBe(canonical)
  })

  test.each([
    '',
    'a',
    '1.2.3',
    '1KB',
    '1 Gi',
    'Gi',
    '--1',
    '1e',
    '1e5m',
    '1ki',
    '1__proto__',
    '.',
    '1e99999',
  ])('%s is no quantity', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })

  test('amounts compare across notations', () => {
    expect(compareQuantity(quantity('1Gi'), quantity('1G'))).toBe(1)
    expect(compareQuantity(quantity('1000m'), quantity('1'))).toBe(0)
    expect(compareQuantity(quantity('-1'), quantity('0'))).toBe(-1)
  })

  test('amounts are capped at 63 bits', () => {
    expect(compareQuantity(quantity('9E'), quantity('100000E'))).toBe(-1)
    expect(compareQuantity(quantity('9223372036854775807'), quantity('100000E'))).toBe(0)
  })

  test('writing and reading again loses nothing', () => {
    const suffix = fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-3')
    fc.assert(
      fc.property(fc.integer(), fc.nat(999), suffix, (whole, fraction, unit) => {
        const parsed = quantity(`${whole}.${fraction}${unit}`)
        const text = formatQuantity(parsed)
        const again = quantity(text)
        if (parsed.format === 'BinarySI') {
          // Binary amounts are whole bytes once written; without a unit they are read as decimal ones.
          expect(quantity(formatQuantity(again)).nanos).toBe(again.nanos)
          return
        }
        expect(again.nanos).toBe(parsed.nanos)
        expect(formatQuantity(again)).toBe(text)
      }),
    )
  })
})
