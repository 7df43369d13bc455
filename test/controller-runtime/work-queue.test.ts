import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededIds } from '../../src/apimachinery/ids.ts'
import { backOffDelay, createWorkQueue, defaultBackOff } from '../../src/controller-runtime/work-queue.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

function setUp() {
  const clock = createManualClock(0)
  const queue = createWorkQueue({ clock, ids: seededIds(1), onReady: () => {} })
  return { clock, queue }
}

test('a key that is added twice is handed out once', () => {
  const { queue } = setUp()
  queue.add('a')
  queue.add('b')
  queue.add('a')
  expect([queue.take(), queue.take(), queue.take()]).toEqual(['a', 'b', undefined])
})

test('a key that is added while it is worked on waits until that is done', () => {
  const { queue } = setUp()
  queue.add('a')
  queue.take()
  queue.add('a')
  queue.add('a')
  expect(queue.take()).toBeUndefined()
  queue.done('a')
  expect(queue.take()).toBe('a')
  queue.done('a')
  expect(queue.take()).toBeUndefined()
})

test('no key is lost and none is handed out twice at once, whatever is done in whatever order', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ type: fc.constant('take' as const) }),
    fc.record({ type: fc.constant('done' as const) }),
    fc.record({ type: fc.constant('retry' as const), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ type: fc.constant('advance' as const) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, queue } = setUp()
      const owed = new Set<string>()
      // A retry may come due after its key has had a pass for another reason; it is not owed any more, but does no harm.
      const retried = new Set<string>()
      const running: string[] = []
      for (const each of steps) {
        if (each.type === 'add' || each.type === 'retry') {
          queue[each.type](each.key)
          owed.add(each.key)
          if (each.type === 'retry') retried.add(each.key)
        } else if (each.type === 'take') {
          const key = queue.take()
          if (key === undefined) continue
          expect(running).not.toContain(key)
          if (!owed.delete(key))
            expect(retried.delete(key), `${key} comes without having been asked for`).toBe(true)
          running.push(key)
        } else if (each.type === 'done') {
          const key = running.shift()
          if (key !== undefined) queue.done(key)
        } else clock.advance(20_000)
      }
      for (const key of running.splice(0)) queue.done(key)
      clock.advance(20_000)
      const left: string[] = []
      for (let key = queue.take(); key !== undefined; key = queue.take()) left.push(key)
      expect(left).toEqual(expect.arrayContaining([...owed]))
      expect(new Set(left).size).toBe(left.length)
    }),
  )
})

test('retries wait twice as long each time, from 5 ms to 16 s, by chance between half of it and all', () => {
  for (const random of [0, 0.5, 0.999]) {
    const delays = Array.from({ length: 20 }, (_, failures) => backOffDelay(defaultBackOff, failures, random))
    expect(delays[0]).toBeCloseTo(5 * (0.5 + random / 2))
    expect(delays[3]).toBeCloseTo(40 * (0.5 + random / 2))
    expect(Math.max(...delays)).toBeCloseTo(16_000 * (0.5 + random / 2))
  }
})

test('success ends the doubling', () => {
  const { clock, queue } = setUp()
  for (let round = 0; round < 12; round++) {
    queue.retry('a')
    clock.advance(20_000)
    queue.take()
    queue.done('a')
  }
  queue.forget('a')
  queue.retry('a')
  clock.advance(5)
  expect(queue.take()).toBe('a')
})

test('a key that is held back waits, however often it is asked for', () => {
  const { clock, queue } = setUp()
  queue.add('a')
  queue.take()
  queue.add('a')
  queue.hold('a', 1_000)
  queue.done('a')
  queue.add('a')
  queue.addAfter('a', 10)
  clock.advance(999)
  expect(queue.take()).toBeUndefined()
  clock.advance(1)
  expect(queue.take()).toBe('a')
  queue.done('a')
  clock.advance(10_000)
  expect(queue.take()).toBeUndefined()
})
