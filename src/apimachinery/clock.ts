/**
 * Time as a value. Nothing in the code asks the machine for the time in another way,
 * so that a test, or a user, can hold it still or move it.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Calls `action` once, `milliseconds` from now. The returned function cancels it. */
  after(milliseconds: number, action: () => void): () => void
}

/** What Node takes for longer than this it lets pass at once. */
export const longestTimer = 2 ** 31 - 1

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, action) {
    if (milliseconds > longestTimer) {
      let cancel = systemClock.after(longestTimer, () => {
        cancel = systemClock.after(milliseconds - longestTimer, action)
      })
      return () => cancel()
    }
    const timer = setTimeout(action, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

let lastSecond = Number.NaN
let lastText = ''

/** RFC 3339 in UTC with whole seconds: the resolution of Kubernetes' `metav1.Time`. */
export function formatTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000)
  // Every write asks for the time, thousands of them for the same second.
  if (second !== lastSecond) {
    lastText = `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
    lastSecond = second
  }
  return lastText
}

/** RFC 3339 in UTC with microseconds: Kubernetes' `metav1.MicroTime` (Leases, Events). */
export function formatMicroTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`
}
