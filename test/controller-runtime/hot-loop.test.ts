import { expect, test } from 'vitest'
import type { ClientWrite } from '../../src/controller-runtime/create-client.ts'
import { createHotLoopDetector } from '../../src/controller-runtime/hot-loop.ts'
import type { Kind } from '../../src/registry/kind.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

const kind = { group: '', names: { plural: 'things' } } as Kind

function statusWrite(status: unknown, time: string): ClientWrite {
  const object = {
    metadata: { name: 'a', resourceVersion: time },
    status: { status, lastTransitionTime: time },
  }
  return { operation: 'status', kind, key: { name: 'a' }, object }
}

const second = (number: number) => `2026-01-01T00:00:${String(number % 60).padStart(2, '0')}Z`

test('a status that flaps is found, told once, and slowed down more and more', () => {
  const detector = createHotLoopDetector({ clock: createManualClock(), unsuspected: 10, repetitions: 10 })
  const heats = Array.from({ length: 60 }, (_, pass) =>
    detector.passed('a', [statusWrite(pass % 2, second(pass))], undefined),
  )
  expect(heats.filter(({ discovered }) => discovered)).toHaveLength(1)
  const delays = heats.map(({ delay }) => delay).filter((delay) => delay > 0)
  expect(delays[0]).toBe(1_000)
  expect(Math.max(...delays)).toBe(16_000)
})

test('any number of passes that get somewhere are none', () => {
  const detector = createHotLoopDetector({ clock: createManualClock(), unsuspected: 10, repetitions: 10 })
  for (let pass = 0; pass < 500; pass++) {
    expect(detector.passed('a', [statusWrite(pass, second(pass))], undefined).delay).toBe(0)
  }
})

test('passes that change nothing are none, unless they ask for the next one themselves', () => {
  const detector = createHotLoopDetector({ clock: createManualClock(), unsuspected: 10, repetitions: 10 })
  for (let pass = 0; pass < 100; pass++) expect(detector.passed('quiet', [], undefined).delay).toBe(0)
  for (let pass = 0; pass < 100; pass++) expect(detector.passed('patient', [], 5_000).delay).toBe(0)
  const heats = Array.from({ length: 100 }, () => detector.passed('busy', [], 0))
  expect(heats.some(({ discovered }) => discovered)).toBe(true)
})

test('a key that was hot is cool again when it has been quiet for a while', () => {
  const clock = createManualClock()
  const detector = createHotLoopDetector({ clock, unsuspected: 10, repetitions: 10 })
  const write = [statusWrite('same', second(0))]
  for (let pass = 0; pass < 40; pass++) detector.passed('a', write, undefined)
  expect(detector.passed('a', write, undefined).delay).toBeGreaterThan(0)
  clock.advance(120_000)
  expect(detector.passed('a', write, undefined).delay).toBe(0)
})
