import type { Clock } from '../apimachinery/clock.ts'
import { attemptDelivery, type Destination } from './delivery.ts'
import type { Sample } from './series.ts'
import { createTransport } from './transport.ts'

/** Where a sink sends, and how. Durations are in milliseconds. */
export interface SinkSettings extends Destination {
  /** How many samples make a batch. */
  readonly batchSize: number
  /** How long a sample waits for others. */
  readonly batchTimeout: number
  /** How often a batch is tried before it is given up. */
  readonly maxAttempts: number
  /** The pause between two attempts, unless the server asks for a longer one. */
  readonly backoff: number
}

/** What a sink has done since it was made, in samples; and how many requests were answered with which code. */
export interface SinkFigures {
  readonly delivered: number
  /** Not delivered in any of the attempts, or refused. */
  readonly givenUp: number
  /** Never tried, because too many were waiting. */
  readonly dropped: number
  readonly waiting: number
  readonly requests: ReadonlyMap<string, number>
}

export interface SinkObserver {
  /** A batch was given up, and why. */
  givenUp(why: string, attempts: number): void
  /** The first batch was delivered after others were given up. */
  recovered(): void
}

/** Collects samples into batches and delivers them one after another, in the background. */
export interface Sink {
  readonly figures: SinkFigures
  /** From now on, for what waits as well. */
  configure(settings: SinkSettings): void
  add(samples: readonly Sample[]): void
  /** Drops what waits and ends the request that is on its way. Nothing is reported any more. */
  close(): void
}

/** As many samples wait in a sink; beyond that the oldest are dropped, so that a server that is down costs no memory. */
export const waitingLimit = 20_000

export function createSink(options: {
  clock: Clock
  userAgent: string
  settings: SinkSettings
  observer: SinkObserver
}): Sink {
  const { clock, userAgent, observer } = options
  const transport = createTransport()
  const ending = new AbortController()
  const requests = new Map<string, number>()
  let settings = options.settings
  let open: Sample[] = []
  let sealed: Sample[][] = []
  let inDelivery = 0
  let cancelTimeout: (() => void) | undefined
  let endPause: (() => void) | undefined
  let delivering = false
  let failing = false
  const totals = { delivered: 0, givenUp: 0, dropped: 0 }

  const closed = () => ending.signal.aborted
  const waiting = () => sealed.reduce((sum, batch) => sum + batch.length, open.length) + inDelivery

  function seal(): void {
    cancelTimeout?.()
    cancelTimeout = undefined
    if (open.length === 0) return
    sealed.push(open)
    open = []
    for (let excess = waiting() - waitingLimit; excess > 0 && sealed.length > 0; ) {
      const dropped = sealed.shift()?.length ?? 0
      totals.dropped += dropped
      excess -= dropped
    }
    void deliverSealed()
  }

  async function deliverSealed(): Promise<void> {
    if (delivering) return
    delivering = true
    for (let batch = sealed.shift(); batch !== undefined && !closed(); batch = sealed.shift()) {
      inDelivery = batch.length
      await deliver(batch)
      inDelivery = 0
    }
    delivering = false
  }

  async function deliver(batch: readonly Sample[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const environment = { clock, transport, userAgent, signal: ending.signal }
      const outcome = await attemptDelivery(batch, settings, environment)
      if (closed()) return
      requests.set(outcome.code, (requests.get(outcome.code) ?? 0) + 1)
      if (outcome.result === 'delivered') {
        totals.delivered += batch.length
        if (failing) observer.recovered()
        failing = false
        return
      }
      if (outcome.result === 'refused' || attempt >= settings.maxAttempts) {
        totals.givenUp += batch.length
        failing = true
        observer.givenUp(outcome.why, attempt)
        return
      }
      await pause(Math.max(settings.backoff, outcome.notBefore))
      if (closed()) return
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(milliseconds, resolve)
      endPause = () => {
        cancel()
        resolve()
      }
    })
  }

  return {
    get figures() {
      return { ...totals, waiting: waiting(), requests }
    },
    configure(next) {
      settings = next
    },
    add(samples) {
      if (closed()) return
      for (const sample of samples) {
        open.push(sample)
        if (open.length >= settings.batchSize) seal()
      }
      if (open.length > 0) cancelTimeout ??= clock.after(settings.batchTimeout, seal)
    },
    close() {
      ending.abort()
      cancelTimeout?.()
      endPause?.()
      open = []
      sealed = []
      transport.close()
    },
  }
}
