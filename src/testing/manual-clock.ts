import type { Clock } from '../apimachinery/clock.ts'

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /**
   * Moves time forward by `milliseconds`. What was to happen meanwhile happens on the way, in order, each at its own
   * time; what that starts for a time within the way happens too.
   */
  advance(milliseconds: number): void
}

/** `start`: milliseconds since 1970; default 2026-01-01T00:00:00Z. */
export function createManualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start
  let sequence = 0
  const timers = new Map<number, { readonly at: number; readonly action: () => void }>()

  /** The earliest timer that is due by `end`; of two for the same time the one that was set first. */
  function takeNext(end: number): { at: number; action: () => void } | undefined {
    let earliest: number | undefined
    for (const [id, timer] of timers) {
      if (timer.at > end) continue
      const best = earliest === undefined ? undefined : timers.get(earliest)
      if (!best || timer.at < best.at) earliest = id
    }
    if (earliest === undefined) return undefined
    const timer = timers.get(earliest)
    timers.delete(earliest)
    return timer
  }

  return {
    now: () => now,
    after(milliseconds, action) {
      const id = sequence++
      timers.set(id, { at: now + Math.max(0, milliseconds), action })
      return () => {
        timers.delete(id)
      }
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (let timer = takeNext(end); timer; timer = takeNext(end)) {
        now = timer.at
        timer.action()
      }
      now = end
    },
  }
}
