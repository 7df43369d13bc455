import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/apimachinery/clock.ts'

const day = 24 * 60 * 60 * 1000

describe("the machine's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('waits for longer than a timer of Node can', () => {
    let heard = 0
    systemClock.after(60 * day, () => heard++)
    vi.advanceTimersByTime(60 * day - 1)
    expect(heard).toBe(0)
    vi.advanceTimersByTime(1)
    expect(heard).toBe(1)
  })

  test('is not to be heard from after a cancellation, however late', () => {
    let heard = 0
    const cancel = systemClock.after(60 * day, () => heard++)
    vi.advanceTimersByTime(40 * day)
    cancel()
    vi.advanceTimersByTime(40 * day)
    expect(heard).toBe(0)
  })
})
