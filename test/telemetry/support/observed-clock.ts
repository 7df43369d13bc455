import { createManualClock, type ManualClock } from '../../../src/testing/manual-clock.ts'

/** A clock that stands still, and of which one can see what waits for it. */
export interface ObservedClock extends ManualClock {
  /** How many timers of this length (milliseconds) have been set and have neither fired nor been cancelled. */
  pending(length: number): number
}

export function createObservedClock(): ObservedClock {
  const clock = createManualClock()
  const pending = new Map<object, number>()
  return {
    ...clock,
    after(length, action) {
      const timer = {}
      pending.set(timer, length)
      const cancel = clock.after(length, () => {
        pending.delete(timer)
        action()
      })
      return () => {
        pending.delete(timer)
        cancel()
      }
    },
    pending: (length) => [...pending.values()].filter((each) => each === length).length,
  }
}
