import type { History } from './history.ts'
import { reportingFailure } from './storage-failed.ts'
import { type ChangeListener, Compacted, type Subscription } from './store.ts'
import type { Subscriber, WatchHub } from './watch-hub.ts'

export interface FollowerOptions {
  readonly history: History
  readonly hub: WatchHub
  /** The revision of the newest committed change, and the oldest that can be followed. */
  readonly revisions: { readonly newest: number; readonly compacted: number }
  readonly schedule: (action: () => void) => void
  readonly onListenerError: (error: unknown) => void
  /** True once the store has been closed: then nobody is told anything more. */
  readonly isClosed: () => boolean
}

export interface Following {
  readonly prefix: string
  readonly fromRevision: number
  readonly listener: ChangeListener
  readonly onLost: (reason: Error) => void
}

/**
 * One subscription. It reads the log, a step at a time, until it has caught up; then it joins the hub, on the same
 * tick, so that nothing is missed or told twice. A listener that returns a promise leaves the hub until that is kept
 * and goes on from the log: what a slow reader has not read yet waits on disk, not in memory.
 */
export function follow(options: FollowerOptions, following: Following): Subscription {
  const { history, hub, revisions, schedule, onListenerError, isClosed } = options
  const { prefix, listener, onLost } = following
  let state: 'behind' | 'live' | 'paused' | 'closed' = 'behind'
  let delivered = following.fromRevision

  const subscriber: Subscriber = {
    prefix,
    deliver(changes) {
      const last = changes.at(-1)?.revision ?? 0
      // Whoever joined while a commit was being told has read it in the log already.
      if (state === 'live' && last > delivered) tell(changes, last)
    },
  }

  function tell(changes: Parameters<ChangeListener>[0], through: number): void {
    delivered = through
    try {
      const answer: unknown = listener(changes)
      if (answer instanceof Promise) pause(answer)
    } catch (error) {
      onListenerError(error)
    }
  }

  function pause(until: Promise<unknown>): void {
    if (state === 'closed') return
    leave('paused')
    const resume = () => {
      if (state !== 'paused') return
      state = 'behind'
      catchUp()
    }
    until.catch(onListenerError).then(resume, resume)
  }

  function catchUp(): void {
    if (state !== 'behind' || isClosed()) return
    try {
      readOn()
    } catch (reason) {
      leave('closed')
      onLost(reason as Error)
    }
  }

  function readOn(): void {
    if (delivered < revisions.compacted) throw new Compacted(delivered, revisions.compacted)
    const { changes, through } = reportingFailure(() => history.changes(prefix, delivered, revisions.newest))
    if (changes.length > 0) tell(changes, through)
    else delivered = through
    if (state === 'behind') joinOrGoOn()
  }

  function joinOrGoOn(): void {
    if (delivered === revisions.newest) {
      state = 'live'
      hub.add(subscriber)
    } else {
      schedule(catchUp)
    }
  }

  function leave(next: 'paused' | 'closed'): void {
    if (state === 'live') hub.remove(subscriber)
    state = next
  }

  joinOrGoOn()

  return {
    get revision() {
      return state === 'live' ? Math.max(delivered, hub.revision) : delivered
    },
    close: () => leave('closed'),
  }
}
