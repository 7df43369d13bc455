/**
 * Starts pieces of work one after another, each on a turn of the event loop of its own, so that requests get
 * their turn in between however much there is to reconcile. It knows when nothing is left.
 */
export interface Dispatcher {
  /** Starts `work` after everything that was handed in before has started. `work` must not reject. */
  run(work: () => Promise<void>): void
  /** Starts `work` when nothing else waits or runs: for what nobody waits for. */
  runLast(work: () => Promise<void>): void
  /** True when no work waits or runs. */
  readonly idle: boolean
  /** Resolves the next time that no work waits or runs; at once when that is so now. */
  whenIdle(): Promise<void>
  /** Drops what has not started; what runs is left to end. */
  stop(): void
}

/** How many started pieces of work the array may carry along before it is cut. */
const longestTail = 1024

export function createDispatcher(): Dispatcher {
  let waiting: (() => Promise<void>)[] = []
  /** Index of the next work: cutting the array only now and then keeps taking the first one cheap. */
  let next = 0
  let last: (() => Promise<void>)[] = []
  let running = 0
  let turn: NodeJS.Immediate | undefined
  let stopped = false
  let listeners: (() => void)[] = []

  const isIdle = () => running === 0 && next >= waiting.length && last.length === 0

  function tellIdle(): void {
    if (!isIdle()) return
    const told = listeners
    listeners = []
    for (const listener of told) listener()
  }

  function takeWork(): (() => Promise<void>) | undefined {
    const work = waiting[next]
    if (work === undefined) return running === 0 ? last.shift() : undefined
    next += 1
    if (next >= waiting.length || next >= longestTail) {
      waiting = waiting.slice(next)
      next = 0
    }
    return work
  }

  function takeTurn(): void {
    turn = undefined
    const work = takeWork()
    if (work === undefined) return
    running += 1
    void work().finally(() => {
      running -= 1
      if (running === 0 && last.length > 0) askTurn()
      tellIdle()
    })
    if (waiting.length > 0) askTurn()
  }

  function askTurn(): void {
    if (!stopped) turn ??= setImmediate(takeTurn)
  }

  return {
    run(work) {
      if (stopped) return
      waiting.push(work)
      askTurn()
    },
    runLast(work) {
      if (stopped) return
      last.push(work)
      askTurn()
    },
    get idle() {
      return isIdle()
    },
    whenIdle() {
      return isIdle() ? Promise.resolve() : new Promise((resolve) => listeners.push(resolve))
    },
    stop() {
      stopped = true
      if (turn) clearImmediate(turn)
      turn = undefined
      waiting = []
      last = []
      next = 0
      tellIdle()
    },
  }
}
