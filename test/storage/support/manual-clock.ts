import type { Clock } from '../../../src/apimachinery/clock.ts'

/** A clock that stands still until it is moved. */
export function createManualClock(): Clock & {
  advance(milliseconds: number): void
  readonly timers: number
} {
  let now = Date.UTC(2026, 0, 1)
  const timers = new Set<{ at: number; action: () => void }>()
  return {
    now: () => now,
    after(milliseconds, action) {
      const timer = { at: now + milliseconds, action }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)
        if (next === undefined) break
        timers.delete(next)
        now = next.at
        next.action()
      }
      now = end
    },
    get timers() {
      return timers.size
    },
  }
}
