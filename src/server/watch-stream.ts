import type { ServerResponse } from 'node:http'
import type { WatchEvent } from '../registry/registry.ts'
import { cutOff } from './cut-off.ts'
import type { View } from './encode.ts'
import type { FanOut, Told } from './fan-out.ts'
import type { WatchEncodings } from './watch-event.ts'

export interface WatchStreamOptions {
  readonly view: View
  readonly encodings: WatchEncodings
  readonly fanOut: FanOut
  /** How many events may wait for a reader who does not keep up, beside those of the first list. */
  readonly queueEvents: number
  /** Told of a fault of ours, for which the reader has been let go. */
  readonly onFailure: (error: unknown) => void
}

/** A write of this length is handed over before the next event is added to it. */
const writeLength = 64 * 1024

/**
 * One watcher's events on their way to its connection. What the connection does not take waits here as events, which all
 * watchers share, and is encoded when its turn comes. A reader who falls too far behind, or stands still, is cut off.
 */
export class WatchStream implements Told {
  readonly #options: WatchStreamOptions
  #response: ServerResponse | undefined
  #queue: WatchEvent[] = []
  /** How many events of the queue have been written. */
  #written = 0
  /** How many of the queue belong to the first list, which may be long. */
  #initial = 0
  #live = false
  #blocked = false
  #blockedAtTick = false
  #headersSent = false
  #ending = false

  constructor(options: WatchStreamOptions) {
    this.#options = options
  }

  /** Takes events as they come; before `open` they only wait. */
  push(events: readonly WatchEvent[]): void {
    if (this.#ending) return
    for (const event of events) {
      this.#queue.push(event)
      if (event.type === 'ERROR') this.#ending = true
    }
    if (!this.#live) this.#initial = this.#queue.length
    if (!this.#response) return
    if (!this.#blocked) this.#options.fanOut.tell(this)
    else if (this.#queue.length - Math.max(this.#written, this.#initial) > this.#options.queueEvents)
      this.cut()
  }

  /** From here on events are changes: how many may wait is bounded. */
  live(): void {
    this.#live = true
  }

  /** `response` has its head sent already. */
  open(response: ServerResponse): void {
    this.#response = response
    response.on('drain', () => {
      this.#blocked = false
      this.#blockedAtTick = false
      this.flush()
    })
    this.flush()
  }

  /** Writes what waits and ends the stream in order. */
  end(): void {
    this.#ending = true
    if (!this.#blocked) this.flush()
  }

  /** The reader is gone: nothing is written any more. */
  close(): void {
    this.#response = undefined
    this.#ending = true
    this.#queue = []
  }

  /** Lets go of a reader who does not read. */
  cut(): void {
    this.#ending = true
    this.#queue = []
    if (this.#response) cutOff(this.#response)
  }

  /** Called from time to time: cuts off who has read nothing since the last time. */
  checkProgress(): void {
    if (this.#blocked && this.#blockedAtTick) this.cut()
    this.#blockedAtTick = this.#blocked
  }

  /** True when nothing waits: the moment for a bookmark. */
  get idle(): boolean {
    return this.#queue.length === 0 && !this.#blocked
  }

  /** Does not throw: who calls has others to write to, or nobody who listens. */
  flush(): void {
    try {
      this.#write()
    } catch (error) {
      this.cut()
      this.#options.onFailure(error)
    }
  }

  #write(): void {
    const response = this.#response
    if (!response) return
    while (this.#written < this.#queue.length && !this.#blocked) {
      this.#blocked = !response.write(this.#nextWrite())
    }
    if (this.#written < this.#queue.length) {
      this.#forgetWritten()
      return
    }
    this.#queue = []
    this.#written = 0
    this.#initial = 0
    if (this.#ending) response.end()
  }

  /** A reader who is slow but reads must not hold what it has read. */
  #forgetWritten(): void {
    if (this.#written < 1000) return
    this.#queue = this.#queue.slice(this.#written)
    this.#initial = Math.max(0, this.#initial - this.#written)
    this.#written = 0
  }

  /** The lines of the next events, as many as make a good write. */
  #nextWrite(): Buffer {
    const { view, encodings } = this.#options
    const lines: Buffer[] = []
    let length = 0
    while (this.#written < this.#queue.length && length < writeLength) {
      const event = this.#queue[this.#written++] as WatchEvent
      const line = encodings.encode(view, event, !this.#headersSent)
      this.#headersSent = true
      lines.push(line)
      length += line.length
    }
    return lines.length === 1 ? (lines[0] as Buffer) : Buffer.concat(lines, length)
  }
}
