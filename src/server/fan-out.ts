import type { Clock } from '../apimachinery/clock.ts'

/** A watcher's stream, to be written to when its turn comes. */
export interface Told {
  /** Writes what waits, if anything does and somebody still reads. Must not throw. */
  flush(): void
}

/** Rounds that take less are not worth a pause (milliseconds). */
const shortRound = 5

/**
 * When watchers are written to. A write to one of them costs about as much as a small request, and to five hundred of
 * them holds the thread as long as dozens of requests. So telling them takes half of the time at most: a round that took
 * long is followed by a pause as long as that, and what happens meanwhile is told with one write for each watcher.
 * Where few watch, nobody waits.
 */
export class FanOut {
  readonly #clock: Clock
  readonly #longestPause: number
  readonly #waiting = new Set<Told>()
  #roundBegan: number | undefined
  #pauseEnds = Number.NEGATIVE_INFINITY
  #timerSet = false

  /** `longestPause` in milliseconds. */
  constructor(options: { clock: Clock; longestPause: number }) {
    this.#clock = options.clock
    this.#longestPause = options.longestPause
  }

  /** Writes to `watcher` at once, or after the pause together with others. */
  tell(watcher: Told): void {
    if (this.#waiting.size > 0 || this.#pauseLeft() > 0) {
      this.#waiting.add(watcher)
      this.#wakeAfterPause()
      return
    }
    this.#begin()
    watcher.flush()
  }

  /** Milliseconds. A machine's clock may be set back: then the pause is over, and not as long as until it has caught up. */
  #pauseLeft(): number {
    const left = this.#pauseEnds - this.#clock.now()
    return left > 0 && left <= this.#longestPause ? left : 0
  }

  /** All that are told on one tick are one round: it ends when the tick does. */
  #begin(): void {
    if (this.#roundBegan !== undefined) return
    this.#roundBegan = this.#clock.now()
    queueMicrotask(() => this.#end())
  }

  #end(): void {
    const began = this.#roundBegan as number
    this.#roundBegan = undefined
    const now = this.#clock.now()
    const took = now - began
    if (took >= shortRound) this.#pauseEnds = now + Math.min(took, this.#longestPause)
  }

  #wakeAfterPause(): void {
    if (this.#timerSet) return
    this.#timerSet = true
    this.#clock.after(this.#pauseLeft(), () => {
      this.#timerSet = false
      const watchers = [...this.#waiting]
      this.#waiting.clear()
      this.#begin()
      for (const watcher of watchers) watcher.flush()
    })
  }
}
