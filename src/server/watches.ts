import type { Clock } from '../apimachinery/clock.ts'
import { tooManyRequests } from '../apimachinery/errors.ts'
import type { Caller } from '../registry/kind.ts'
import type { Deadlines } from './deadlines.ts'
import { FanOut } from './fan-out.ts'
import type { Limits } from './limits.ts'
import { WatchEncodings } from './watch-event.ts'

/** A watch as the server sees it: something that can be ended and that wants to hear from time to time. */
export interface OpenWatch {
  /** Called every `bookmarkInterval`. */
  tick(): void
  /** Ends the stream in order. */
  end(): void
}

/** All the watches of one server: counted, told the time by one timer, ended together. */
export class Watches {
  readonly encodings = new WatchEncodings()
  readonly deadlines: Deadlines
  readonly fanOut: FanOut
  readonly #limits: Limits
  readonly #random: () => number
  readonly #clock: Clock
  readonly #open = new Set<OpenWatch>()
  readonly #perCaller = new Map<string, number>()
  #cancelTick: (() => void) | undefined

  constructor(options: { limits: Limits; deadlines: Deadlines; clock: Clock; random: () => number }) {
    this.#limits = options.limits
    this.deadlines = options.deadlines
    this.#clock = options.clock
    this.fanOut = new FanOut({ clock: options.clock, longestPause: options.limits.watchPause })
    this.#random = options.random
  }

  get size(): number {
    return this.#open.size
  }

  /** Counts a watch of `caller` from before it begins. Throws 429 when there are too many. Release it once. */
  admit(caller: Caller): () => void {
    const count = this.#perCaller.get(caller.name) ?? 0
    if (count >= this.#limits.watchesPerCaller) {
      throw tooManyRequests(`user ${JSON.stringify(caller.name)} has ${count} watches open already`, 1)
    }
    this.#perCaller.set(caller.name, count + 1)
    return () => {
      const left = (this.#perCaller.get(caller.name) ?? 1) - 1
      if (left === 0) this.#perCaller.delete(caller.name)
      else this.#perCaller.set(caller.name, left)
    }
  }

  /** How long a watch lasts whose client does not say: spread out, so that they do not all come back at once. */
  defaultDuration(): number {
    return this.#limits.watchDuration * (1 + this.#random())
  }

  add(watch: OpenWatch): void {
    this.#open.add(watch)
    this.#scheduleTick()
  }

  delete(watch: OpenWatch): void {
    this.#open.delete(watch)
  }

  endAll(): void {
    this.#cancelTick?.()
    this.#cancelTick = undefined
    for (const watch of [...this.#open]) watch.end()
  }

  #scheduleTick(): void {
    this.#cancelTick ??= this.#clock.after(this.#limits.bookmarkInterval, () => {
      this.#cancelTick = undefined
      for (const watch of [...this.#open]) watch.tick()
      if (this.#open.size > 0) this.#scheduleTick()
    })
  }
}
