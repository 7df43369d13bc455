import type { Clock } from '../apimachinery/clock.ts'

/** Many deadlines on one timer: thousands of watches must not mean thousands of timers. */
export interface Deadlines {
  /** Calls `action` once, `milliseconds` from now or a little later. The returned function cancels it. */
  after(milliseconds: number, action: () => void): () => void
  /** Forgets them all. */
  close(): void
}

interface Deadline {
  readonly at: number
  readonly action: () => void
}

export function createDeadlines(clock: Clock): Deadlines {
  const waiting = new Set<Deadline>()
  let cancelTimer: (() => void) | undefined
  let wakesAt = Number.POSITIVE_INFINITY

  function schedule(at: number): void {
    if (at >= wakesAt) return
    cancelTimer?.()
    wakesAt = at
    cancelTimer = clock.after(Math.max(0, at - clock.now()), wake)
  }

  function wake(): void {
    cancelTimer = undefined
    wakesAt = Number.POSITIVE_INFINITY
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    for (const deadline of [...waiting]) {
      if (deadline.at <= now) {
        // One that another's action has cancelled meanwhile is no longer there.
        if (waiting.delete(deadline)) deadline.action()
      } else if (deadline.at < next) next = deadline.at
    }
    if (next !== Number.POSITIVE_INFINITY) schedule(next)
  }

  return {
    after(milliseconds, action) {
      const deadline = { at: clock.now() + milliseconds, action }
      waiting.add(deadline)
      schedule(deadline.at)
      return () => waiting.delete(deadline)
    },
    close() {
      waiting.clear()
      cancelTimer?.()
      cancelTimer = undefined
      wakesAt = Number.POSITIVE_INFINITY
    },
  }
}
