import { expect, test } from 'vitest'
import { createEventCorrelator } from '../../src/controller-runtime/event-correlator.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

const source = (uid: string) => ({ component: 'workload', uid })

const combined = '(combined from similar events): '

test('the same report is one; of many similar ones the first nine are told apart, until there is a pause', () => {
  const clock = createManualClock()
  const correlator = createEventCorrelator(clock)
  const say = (number: number, about = 'a') =>
    correlator.correlate(source(about), 'Normal', 'Created', `Created ${number}`)
  const keys = Array.from({ length: 9 }, (_, index) => say(index).key)
  expect(new Set(keys).size).toBe(9)
  expect(say(3)).toMatchObject({ key: keys[3], message: 'Created 3' })
  const tenth = say(9)
  expect(tenth.message).toBe(`${combined}Created 9`)
  expect(say(10)).toMatchObject({ key: tenth.key, message: `${combined}Created 10` })
  expect(say(3).key).toBe(keys[3])
  expect(say(9, 'b').message).toBe('Created 9')
  clock.advance(600_000)
  expect(say(11).message).toBe(`${combined}Created 11`)
  clock.advance(600_001)
  expect(say(12).message).toBe('Created 12')
})

/** A token bucket, as client-go's spam filter is one. */
test('who says too much about one object is not heard for a while; others are', () => {
  const clock = createManualClock()
  const correlator = createEventCorrelator(clock)
  const isHeard = (uid: string) => correlator.correlate(source(uid), 'Warning', 'Failed', 'Failed').heard
  for (let count = 0; count < 25; count++) expect(isHeard('a')).toBe(true)
  expect(isHeard('a')).toBe(false)
  expect(isHeard('b')).toBe(true)
  clock.advance(299_999)
  expect(isHeard('a')).toBe(false)
  clock.advance(1)
  expect(isHeard('a')).toBe(true)
  expect(isHeard('a')).toBe(false)
  clock.advance(600_000)
  expect([isHeard('a'), isHeard('a'), isHeard('a')]).toEqual([true, true, false])
})

test('who was quiet for long has all the room again, and no more than that', () => {
  const clock = createManualClock()
  const correlator = createEventCorrelator(clock)
  const isHeard = () => correlator.correlate(source('a'), 'Warning', 'Failed', 'Failed').heard
  isHeard()
  clock.advance(450_000)
  for (let count = 0; count < 25; count++) expect(isHeard()).toBe(true)
  clock.advance(299_999)
  expect(isHeard()).toBe(false)
  clock.advance(1)
  expect(isHeard()).toBe(true)
})
