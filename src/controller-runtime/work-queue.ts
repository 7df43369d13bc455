import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { ControllerFigures } from './metrics.ts'
import { createTimerQueue } from './timer-queue.ts'

/**
 * Keys waiting for a pass. A key waits at most once, and is never handed out while a pass over it is still running:
 * a key that is added meanwhile waits for `done`.
 */
export interface WorkQueue {
  add(key: string): void
  /** Adds the key after `milliseconds`, or at the time that was asked for before if that is sooner. */
  addAfter(key: string, milliseconds: number): void
  /** Adds the key after a time that doubles with every call until `forget`; returns how many calls that makes. */
  retry(key: string): number
  forget(key: string): void
  /** Puts off the next pass over a key that is processed now by `milliseconds`, whoever asks for it meanwhile. */
  hold(key: string, milliseconds: number): void
  /** The key that has waited longest; the caller owes a `done`. */
  take(): string | undefined
  done(key: string): void
  /** How many keys wait (delayed ones not counted). */
  readonly depth: number
  /** True when a delayed key's time has come but its timer has not fired yet. */
  readonly overdue: boolean
  close(): void
}

export interface WorkQueueOptions {
  readonly clock: Clock
  readonly ids: Ids
  /** Called when a key can be taken; a `take` in it is allowed. */
  readonly onReady: () => void
  readonly backOff?: BackOff
  readonly metrics?: ControllerFigures | undefined
}

/** Milliseconds before the first retry, and at most between two. */
export interface BackOff {
  readonly first: number
  readonly longest: number
}

export const defaultBackOff: BackOff = { first: 5, longest: 16_000 }

/**
 * The delay before retry number `failures` (from 0): doubling from `first` to `longest`, and of that between a half
 * and the whole by chance, so that what failed together is not retried together.
 */
export function backOffDelay(backOff: BackOff, failures: number, random: number): number {
  const full = Math.min(backOff.longest, backOff.first * 2 ** Math.min(failures, 40))
  return full * (0.5 + random / 2)
}

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, ids, onReady, metrics } = options
  const backOff = options.backOff ?? defaultBackOff
  /** Waiting keys in order, with the time since when they wait. A Map keeps the order in which keys came. */
  const waiting = new Map<string, number>()
  const processing = new Set<string>()
  /** Keys that were added while they were processed. */
  const again = new Set<string>()
  const failures = new Map<string, number>()
  /** Until when keys are kept back. */
  const held = new Map<string, number>()
  let closed = false

  const delayed = createTimerQueue(clock, (key) => {
    held.delete(key)
    queue.add(key)
  })

  function enqueue(key: string): void {
    waiting.set(key, clock.now())
    metrics?.queueDepth(1)
    onReady()
  }

  const queue: WorkQueue = {
    add(key) {
      if (closed || waiting.has(key) || again.has(key)) return
      metrics?.queueAdd()
      const heldUntil = held.get(key)
      if (heldUntil !== undefined && heldUntil > clock.now()) delayed.set(key, heldUntil)
      else if (processing.has(key)) again.add(key)
      else enqueue(key)
    },
    addAfter(key, milliseconds) {
      if (closed) return
      const due = Math.max(clock.now() + milliseconds, held.get(key) ?? 0)
      if (due <= clock.now()) queue.add(key)
      else delayed.set(key, due)
    },
    retry(key) {
      const count = failures.get(key) ?? 0
      if (closed) return count
      failures.set(key, count + 1)
      metrics?.queueRetry()
      queue.addAfter(key, backOffDelay(backOff, count, ids.random()))
      return count + 1
    },
    forget(key) {
      failures.delete(key)
    },
    hold(key, milliseconds) {
      const until = clock.now() + milliseconds
      held.set(key, until)
      again.delete(key)
      delayed.delete(key)
      delayed.set(key, until)
    },
    take() {
      for (const [key, since] of waiting) {
        waiting.delete(key)
        processing.add(key)
        metrics?.queueDepth(-1)
        metrics?.queueDuration((clock.now() - since) / 1000)
        return key
      }
      return undefined
    },
    done(key) {
      processing.delete(key)
      if (again.delete(key) && !closed) enqueue(key)
    },
    get depth() {
      return waiting.size
    },
    get overdue() {
      return delayed.overdue
    },
    close() {
      closed = true
      metrics?.queueDepth(-waiting.size)
      waiting.clear()
      again.clear()
      failures.clear()
      held.clear()
      delayed.close()
    },
  }
  return queue
}
