import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTimerQueue } from '../../src/controller-runtime/timer-queue.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

test('keys become due in the order of their times, each once, at the earliest time asked for', () => {
  const request = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    after: fc.integer({ min: 0, max: 50 }),
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
      const clock = createManualClock(0)
      const due: { key: string; at: number }[] = []
      const queue = createTimerQueue(clock, (key) => due.push({ key, at: clock.now() }))
      const earliest = new Map<string, number>()
      for (const { key, after } of requests) {
        queue.set(key, after)
        earliest.set(key, Math.min(earliest.get(key) ?? Number.POSITIVE_INFINITY, after))
      }
      clock.advance(100)
      expect(due.map(({ at }) => at)).toEqual(due.map(({ at }) => at).sort((left, right) => left - right))
      expect(new Map(due.map(({ key, at }) => [key, at]))).toEqual(earliest)
      expect(due).toHaveLength(earliest.size)
    }),
  )
})

test('a deleted key does not become due, and can be set again to a later time', () => {
  const clock = createManualClock(0)
  const due: string[] = []
  const queue = createTimerQueue(clock, (key) => due.push(`${key}@${clock.now()}`))
  queue.set('a', 10)
  queue.set('b', 10)
  queue.delete('a')
  queue.delete('b')
  queue.set('b', 20)
  expect(queue.size).toBe(1)
  clock.advance(100)
  expect(due).toEqual(['b@20'])
})

test('it is overdue between the time of a key and its timer', () => {
  let now = 0
  const timers: (() => void)[] = []
  const clock = {
    now: () => now,
    after: (_milliseconds: number, action: () => void) => {
      timers.push(action)
      return () => {}
    },
  }
  const queue = createTimerQueue(clock, () => {})
  queue.set('a', 5)
  expect(queue.overdue).toBe(false)
  now = 5
  expect(queue.overdue).toBe(true)
  timers.at(-1)?.()
  expect(queue.overdue).toBe(false)
})
