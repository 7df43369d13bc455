import { expect, test } from 'vitest'
import { createEventCorrelator } from '../../src/controller-runtime/event-correlator.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

const source = (uid: string) => ({ component: 'workload', uid })

test('the same report is one; of many similar ones the first ten are told apart', () => {
  const correlator = createEventCorrelator(createManualClock())
  const keys = Array.from({ length: 10 }, (_, index) =>
    correlator.correlate(source('a'), 'Normal', 'Created', `Created ${index}`),
  )
  expect(new Set(keys.map((each) => each?.key)).size).toBe(10)
  expect(correlator.correlate(source('a'), 'Normal', 'Created', 'Created 3')?.key).toBe(keys[3]?.key)
  const next = correlator.correlate(source('a'), 'Normal', 'Created', 'Created 10')
  expect(next?.message).toBe('(combined from similar events): Created 10')
  expect(correlator.correlate(source('a'), 'Normal', 'Created', 'Created 11')?.key).toBe(next?.key)
})

test('who says too much about one object is not heard for a while; others are', () => {
  const clock = createManualClock()
  const correlator = createEventCorrelator(clock)
  const say = (uid: string) => correlator.correlate(source(uid), 'Warning', 'Failed', 'Failed')
  for (let count = 0; count < 25; count++) expect(say('a')).toBeDefined()
  expect(say('a')).toBeUndefined()
  expect(say('b')).toBeDefined()
  clock.advance(300_000)
  expect(say('a')).toBeDefined()
  expect(say('a')).toBeUndefined()
})
