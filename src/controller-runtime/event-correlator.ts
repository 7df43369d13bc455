import type { Clock } from '../apimachinery/clock.ts'
import { rememberInOrder } from '../apimachinery/remember-in-order.ts'

/**
 * Decides which reports are one: the same thing said again about the same object, and many things said of one object
 * for one reason, are counted rather than told one by one; who says very much about one object is not heard for a while.
 * The numbers are those of a real server's event recorder.
 */
export interface EventCorrelator {
  /** Under which key the report is counted, with which message; undefined: it is dropped. */
  correlate(
    source: { readonly component: string; readonly uid: string },
    type: string,
    reason: string,
    message: string,
  ): { readonly key: string; readonly message: string } | undefined
}

/** Different messages of one reason about one object within the window, before they are counted as one. */
const similarMessages = 10
const similarWindow = 600_000
const combinedPrefix = '(combined from similar events): '

/** Reports of one component about one object: so many at once, and one more each time that this much time has passed. */
const burst = 25
const refill = 300_000

/** What is remembered of reasons and of sources, each: the least recently used is forgotten. */
export const remembered = 4096

export function createEventCorrelator(clock: Clock): EventCorrelator {
  const messages = new Map<string, { readonly since: number; readonly told: Set<string> }>()
  const budgets = new Map<string, { left: number; at: number }>()

  function isHeard(source: string): boolean {
    const now = clock.now()
    const budget = budgets.get(source) ?? { left: burst, at: now }
    const gained = Math.floor((now - budget.at) / refill)
    if (gained > 0) {
      budget.left = Math.min(burst, budget.left + gained)
      budget.at += gained * refill
    }
    rememberInOrder(budgets, source, budget, remembered)
    if (budget.left === 0) return false
    budget.left -= 1
    return true
  }

  return {
    correlate({ component, uid }, type, reason, message) {
      if (!isHeard(`${component}\n${uid}`)) return undefined
      const group = [component, uid, type, reason].join('\n')
      let known = messages.get(group)
      if (!known || clock.now() - known.since > similarWindow) known = { since: clock.now(), told: new Set() }
      if (known.told.size < similarMessages) known.told.add(message)
      rememberInOrder(messages, group, known, remembered)
      return known.told.has(message)
        ? { key: `${group}\n${message}`, message }
        : { key: group, message: combinedPrefix + message }
    },
  }
}
