import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatDateTime,
  formatGoDuration,
  isPlainTime,
  parseDateTime,
  parseDurationText,
  parseGoDuration,
} from '../../src/apimachinery/time-formats.ts'

describe('times', () => {
  test('the epoch is zero, and offsets count', () => {
    expect(parseDateTime('1970-01-01T00:00:00Z')).toBe(0n)
    expect(parseDateTime('1970-01-01T01:00:00+01:00')).toBe(0n)
    expect(parseDateTime('1969-12-31T23:59:59.5Z')).toBe(-500_000_000n)
  })

  test('a time that is written is the time that is read', () => {
    const seconds = fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n })
    fc.assert(
      fc.property(seconds, fc.bigInt({ min: 0n, max: 999_999_999n }), (second, fraction) => {
        const nanoseconds = second * 1_000_000_000n + fraction
        expect(parseDateTime(formatDateTime(nanoseconds))).toBe(nanoseconds)
      }),
    )
  })
})

describe('durations', () => {
  test.each([
    ['1h30m', 5_400_000_000_000n],
    ['-1.5s', -1_500_000_000n],
    ['300ms', 300_000_000n],
    ['1µs', 1_000n],
    ['.5h', 1_800_000_000_000n],
    ['0', 0n],
  ])('%s is %d nanoseconds', (text, nanoseconds) => {
    expect(parseGoDuration(text)).toBe(nanoseconds)
  })

  test.each(['', '1', 'h', '1x', '1h-1m', '3000000h'])('%s is none', (text) => {
    expect(parseGoDuration(text)).toBeUndefined()
  })

  test('words are for schemas only', () => {
    expect(parseDurationText('2 days')).toBe(172_800_000_000_000n)
    expect(parseDurationText('1 hour')).toBe(3_600_000_000_000n)
    expect(parseGoDuration('2 days')).toBeUndefined()
  })

  test.each([
    [0n, '0s'],
    [5_400_000_000_000n, '1h30m0s'],
    [1_500_000_000n, '1.5s'],
    [-300_000_000n, '-300ms'],
    [1_500n, '1.5µs'],
    [7n, '7ns'],
  ])('%d nanoseconds are written %s', (nanoseconds, text) => {
    expect(formatGoDuration(nanoseconds)).toBe(text)
  })

  test('a duration that is written is the duration that is read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (nanoseconds) => {
        expect(parseGoDuration(formatGoDuration(nanoseconds))).toBe(nanoseconds)
      }),
    )
  })
})

test('what looks like a plain time is one, whatever its day; most times are', () => {
  const digits = (most: number, width: number) =>
    fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(width, '0'))
  const time = fc
    .tuple(digits(9999, 4), digits(13, 2), digits(32, 2), digits(25, 2), digits(61, 2), digits(61, 2))
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  fc.assert(
    fc.property(time, (text) => !isPlainTime(text) || parseDateTime(text) !== undefined),
    { numRuns: 5000 },
  )
  expect(['2026-11-30T04:06:23Z', '2026-02-28T23:59:59Z'].every(isPlainTime)).toBe(true)
  expect(['2026-02-29T00:00:00Z', '2026-11-30T04:06:23+01:00', '2026-11-30'].some(isPlainTime)).toBe(false)
})
