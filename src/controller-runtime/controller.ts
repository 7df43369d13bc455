import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import { isReason, StatusError } from '../apimachinery/errors.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { ClientWrite } from './create-client.ts'
import type { Dispatcher } from './dispatcher.ts'
import { createHotLoopDetector } from './hot-loop.ts'
import { defaultControllerLimits } from './limits.ts'
import type { ControllerMetrics } from './metrics.ts'
import type { Result } from './reconciler.ts'
import { createWorkQueue } from './work-queue.ts'

/** A queue of keys and the workers that make passes over them, on one plane. */
export interface Controller {
  /** Asks for a pass over `key`. */
  add(key: string): void
  /** Asks for one because the object of `key` has changed, unless the pass that runs over it has written this revision. */
  changed(key: string, revision: number): void
  /** Begins to make passes; keys may be added before. */
  start(): void
  /** Makes no further passes, and resolves when those that run have ended. */
  stop(): Promise<void>
  /** True when a delayed key's time has come but its timer has not fired yet. */
  readonly overdue: boolean
}

export interface ControllerOptions {
  readonly name: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly dispatcher: Dispatcher
  /** Keys that may be worked on at once. Default 1. */
  readonly concurrency?: number | undefined
  /** Milliseconds that one pass may take. Default one minute. */
  readonly timeout?: number | undefined
  readonly metrics?: ControllerMetrics | undefined
  /** One pass. A rejection is logged and retried with back-off. */
  process(key: string, pass: Pass): Promise<Result>
  /** Told of every pass over `key`: why it failed and how many have failed in a row, or undefined when it went well. */
  onOutcome?(key: string, failure: PassFailure | undefined): void
}

export interface PassFailure {
  readonly error: unknown
  readonly inARow: number
}

/** One pass, for the client that works in it. */
export interface Pass {
  /** Throws when the pass has taken too long, or its controller has stopped: it must change nothing any more. */
  guard(): void
  noteWrite(write: ClientWrite): void
}

/** The pass was cut off; whatever it still wants to do is refused. */
class PassEnded extends Error {
  override readonly name = 'PassEnded'
}

export function createController(options: ControllerOptions): Controller {
  const {
    name,
    clock,
    log,
    dispatcher,
    concurrency = 1,
    timeout = defaultControllerLimits.reconcileTimeout,
  } = options
  const metrics = options.metrics?.of(name)
  const hotLoops = createHotLoopDetector({ clock })
  const queue = createWorkQueue({ clock, ids: options.ids, metrics, onReady: pump })
  let started = false
  let stopped = false
  /** Workers that wait for their turn or work. */
  let workers = 0
  /** Of these, those that have not taken a key yet. */
  let waitingWorkers = 0
  let tellStopped: (() => void) | undefined
  /** Of the keys that are worked on, which revisions were told meanwhile. */
  const toldMeanwhile = new Map<string, number[]>()

  function pump(): void {
    while (started && !stopped && workers < concurrency && waitingWorkers < queue.depth) {
      workers += 1
      waitingWorkers += 1
      dispatcher.run(work)
    }
  }

  async function work(): Promise<void> {
    waitingWorkers -= 1
    const key = stopped ? undefined : queue.take()
    if (key !== undefined) {
      metrics?.activeWorkers(1)
      await makePass(key)
      metrics?.activeWorkers(-1)
      queue.done(key)
    }
    workers -= 1
    pump()
    if (workers === 0) tellStopped?.()
  }

  async function makePass(key: string): Promise<void> {
    const begun = clock.now()
    const writes: ClientWrite[] = []
    const told: number[] = []
    toldMeanwhile.set(key, told)
    let ended: string | undefined
    const pass: Pass = {
      guard() {
        if (stopped) throw new PassEnded('the controller has stopped')
        if (ended !== undefined) throw new PassEnded(ended)
      },
      noteWrite: (write) => writes.push(write),
    }
    try {
      const result = await bounded(options.process(key, pass), () => {
        ended = `the pass took longer than ${timeout} ms`
        return new PassEnded(ended)
      })
      const written = new Set(writes.map(({ revision }) => revision))
      if (!told.every((revision) => written.has(revision))) queue.add(key)
      settled(key, writes, result?.requeueAfter)
    } catch (error) {
      if (told.length > 0) queue.add(key)
      failed(key, error)
    }
    toldMeanwhile.delete(key)
    metrics?.reconcileTime((clock.now() - begun) / 1000)
  }

  function settled(key: string, writes: readonly ClientWrite[], requeueAfter: number | undefined): void {
    queue.forget(key)
    options.onOutcome?.(key, undefined)
    metrics?.reconcileResult(requeueAfter === undefined ? 'success' : 'requeue_after')
    const heat = hotLoops.passed(key, writes, requeueAfter)
    if (heat.discovered) {
      log.warn({ key }, 'a key is reconciled without end; its passes are slowed down')
    }
    if (heat.delay > 0) queue.hold(key, heat.delay)
    if (requeueAfter !== undefined) queue.addAfter(key, Math.max(requeueAfter, heat.delay))
  }

  function failed(key: string, error: unknown): void {
    if (stopped) return
    metrics?.reconcileResult('error')
    if (isReason(error, 'Conflict'))
      log.debug({ err: error, key }, 'a reconcile met a conflict; trying again')
    else if (error instanceof StatusError)
      log.info({ err: error, key }, 'a reconcile was refused; trying again')
    else log.error({ err: error, key }, 'a reconcile failed; trying again')
    const inARow = queue.retry(key)
    options.onOutcome?.(key, { error, inARow })
  }

  /** `work`, or a rejection with what `onTimeout` returns when it takes longer than a pass may take. */
  function bounded<T>(promise: Promise<T>, onTimeout: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(timeout, () => reject(onTimeout()))
      promise.then(resolve, reject).finally(cancel)
    })
  }

  return {
    add: (key) => queue.add(key),
    changed(key, revision) {
      const told = toldMeanwhile.get(key)
      if (told) told.push(revision)
      else queue.add(key)
    },
    start() {
      started = true
      pump()
    },
    stop() {
      stopped = true
      queue.close()
      if (workers === 0) return Promise.resolve()
      return new Promise((resolve) => {
        tellStopped = resolve
      })
    },
    get overdue() {
      return queue.overdue
    },
  }
}
