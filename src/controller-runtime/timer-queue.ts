import type { Clock } from '../apimachinery/clock.ts'

/**
 * Keys that become due at their time, on one timer of the clock however many keys there are. A key has one time:
 * the earliest that was asked for.
 */
export interface TimerQueue {
  /** Makes `key` due at `due` (milliseconds since the epoch), unless it is due sooner already. */
  set(key: string, due: number): void
  delete(key: string): void
  /** True when a key's time has come but its timer has not fired yet. */
  readonly overdue: boolean
  readonly size: number
  close(): void
}

interface Entry {
  readonly key: string
  readonly due: number
}

/** `onDue` is called once per key, when its time has come. */
export function createTimerQueue(clock: Clock, onDue: (key: string) => void): TimerQueue {
  /** A binary heap by time. Entries that `dueOf` no longer confirms are dropped when they come up. */
  let heap: Entry[] = []
  const dueOf = new Map<string, number>()
  let cancelTimer: (() => void) | undefined
  let timerDue = Number.POSITIVE_INFINITY

  function push(entry: Entry): void {
    let index = heap.length
    heap.push(entry)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Entry
      if (above.due <= entry.due) break
      heap[index] = above
      index = parent
    }
    heap[index] = entry
  }

  function pop(): void {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && right.due < (heap[child] as Entry).due) child += 1
      const smaller = heap[child] as Entry
      if (smaller.due >= last.due) break
      heap[index] = smaller
      index = child
    }
    heap[index] = last
  }

  function head(): Entry | undefined {
    for (;;) {
      const first = heap[0]
      if (first === undefined || dueOf.get(first.key) === first.due) return first
      pop()
    }
  }

  function arm(): void {
    const first = head()
    const due = first?.due ?? Number.POSITIVE_INFINITY
    if (due === timerDue) return
    cancelTimer?.()
    cancelTimer = undefined
    timerDue = due
    if (first !== undefined) cancelTimer = clock.after(Math.max(0, due - clock.now()), fire)
  }

  function fire(): void {
    cancelTimer = undefined
    timerDue = Number.POSITIVE_INFINITY
    for (let first = head(); first !== undefined && first.due <= clock.now(); first = head()) {
      pop()
      dueOf.delete(first.key)
      onDue(first.key)
    }
    arm()
  }

  return {
    set(key, due) {
      const known = dueOf.get(key)
      if (known !== undefined && known <= due) return
      dueOf.set(key, due)
      push({ key, due })
      arm()
    },
    delete(key) {
      if (dueOf.delete(key)) arm()
    },
    get overdue() {
      const first = head()
      return first !== undefined && first.due <= clock.now()
    },
    get size() {
      return dueOf.size
    },
    close() {
      cancelTimer?.()
      cancelTimer = undefined
      timerDue = Number.POSITIVE_INFINITY
      heap = []
      dueOf.clear()
    },
  }
}
