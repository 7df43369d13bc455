import fc from 'fast-check'
import { expect, test } from 'vitest'
import { latencies, median, percentile, spread } from '../../bench/statistics.mjs'

const durations = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 })

test('a percentile is one of the numbers, and no more than its share lie below it', () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 0.999, noNaN: true }), (numbers, share) => {
      const sorted = Float64Array.from(numbers).sort()
      const found = percentile(sorted, share)
      expect(numbers).toContain(found)
      expect(numbers.filter((each) => each < found).length).toBeLessThanOrEqual(numbers.length * share)
    }),
  )
})

test('latencies are in order', () => {
  fc.assert(
    fc.property(durations, (numbers) => {
      const { p50, p90, p99, max } = latencies(numbers)
      expect([p50, p90, p99, max]).toEqual([p50, p90, p99, max].sort((one, other) => one - other))
      expect(max).toBe(Math.max(...numbers))
    }),
  )
})

test('the median is in the middle, and the spread is the half of what lies between the ends', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(spread([80, 100, 120])).toBeCloseTo(0.2)
})
