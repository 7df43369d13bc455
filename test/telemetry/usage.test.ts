import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createUsage } from '../../src/telemetry/usage.ts'

const start = Date.UTC(2026, 0, 1)
const times = fc.integer({ min: start, max: start + 10 ** 10 })
const means = fc.double({ min: 0.01, max: 1e9, noNaN: true })

test('a counter never falls, and differs from its mean by little in the long run', () => {
  fc.assert(
    fc.property(
      fc.string(),
      means,
      times,
      fc.integer({ min: 0, max: 10 ** 8 }),
      (identity, mean, from, length) => {
        const usage = createUsage(identity, mean)
        const half = usage.total(from, from + length / 2)
        const whole = usage.total(from, from + length)
        expect(half).toBeGreaterThanOrEqual(0)
        expect(whole).toBeGreaterThanOrEqual(half)
        expect(whole).toBeLessThanOrEqual((length / 1000) * mean * 3)
        expect(usage.rate(from)).toBeGreaterThanOrEqual(0)
      },
    ),
  )
})

test('the total is the integral of the rate', () => {
  fc.assert(
    fc.property(fc.string(), times, (identity, from) => {
      const usage = createUsage(identity, 10)
      const slope = usage.total(start, from + 1000) - usage.total(start, from)
      expect(slope).toBeCloseTo(usage.rate(from + 500), 2)
    }),
  )
})

test('the same identity uses the same, another one something else', () => {
  const totals = ['a', 'a', 'b', 'c'].map((identity) => createUsage(identity, 1).total(start, start + 1e6))
  expect(totals[0]).toBe(totals[1])
  expect(new Set(totals).size).toBe(3)
})

test('nothing is used before its time, or when the time is not known', () => {
  expect(createUsage('a', 1).total(start, start - 1000)).toBe(0)
  expect(createUsage('a', 1).total(Number.NaN, start)).toBe(0)
})
