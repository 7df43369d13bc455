import type { Clock } from '../apimachinery/clock.ts'
import { rememberInOrder } from '../apimachinery/remember-in-order.ts'

/**
 * Decides which reports are one: the same thing said again about the same object, and many things said of one object
 * for one reason, are counted rather than told one by one; who says very much about one object is not heard for a while.
 * The numbers are those of a real server's event recorder.
 */
export interface EventCorrelator {
  correlate(
    source: { readonly component: string; readonly uid: string },
    type: string,
    reason: string,
    message: string,
  ): Correlation
}

export interface Correlation {
  /** Under which the report is counted. */
  readonly key: string
  readonly message: string
  /** False: it is counted, and not told before the next one that is. */
  readonly heard: boolean
}

/** So many different messages of one reason about one object are too many to be told apart, until there is a pause. */
const similarMessages = 10
const pause = 600_000
const combinedPrefix = '(combined from similar events): '

/** Reports of one component about one object: so many at once, and one more each time that this much time has passed. */
const burst = 25
const refill = 300_000

/** What is remembered of reasons and of sources, each: the least recently used is forgotten. */
export const remembered = 4096

export function createEventCorrelator(clock: Clock): EventCorrelator {
  const messages = new Map<string, { last: number; readonly told: Set<string> }>()
  const budgets = new Map<string, { left: number; at: number }>()

  function isHeard(source: string): boolean {
    const now = clock.now()
    const budget = budgets.get(source) ?? { left: burst, at: now }
    const gained = Math.floor((now - budget.at) / refill)
    // What is full gains nothing, not even a part.
    if (budget.left + gained >= burst) Object.assign(budget, { left: burst, at: now })
    else Object.assign(budget, { left: budget.left + gained, at: budget.at + gained * refill })
    rememberInOrder(budgets, source, budget, remembered)
    if (budget.left === 0) return false
    budget.left -= 1
    return true
  }

  return {
    correlate({ component, uid }, type, reason, message) {
      const now = clock.now()
      const group = [component, uid, type, reason].join('\n')
      let known = messages.get(group)
      if (!known || now - known.last > pause) known = { last: now, told: new Set() }
      known.last = now
      if (known.told.size < similarMessages - 1) known.told.add(message)
      rememberInOrder(messages, group, known, remembered)
      const isTold = known.told.has(message)
      return {
        key: isTold ? `${group}\n${message}` : group,
        message: isTold ? message : combinedPrefix + message,
        heard: isHeard(`${component}\n${uid}`),
      }
    },
  }
}
