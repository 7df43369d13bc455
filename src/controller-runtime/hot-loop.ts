import type { Clock } from '../apimachinery/clock.ts'
import { formatObjectKey } from '../apimachinery/object.ts'
import type { ClientWrite } from './create-client.ts'

/**
 * Finds keys that are reconciled without end: passes that write the very same thing again and again (two writers who
 * undo each other's work, a status that flaps), or that ask for the next pass at once without having done anything.
 * Many passes alone are no sign of it: a deployment of a thousand instances has thousands, and each gets somewhere.
 */
export interface HotLoopDetector {
  /** Reports a pass that ended well, and says how hot the key is now. */
  passed(key: string, writes: readonly ClientWrite[], requeueAfter: number | undefined): Heat
}

/** How long the key has to wait at least (milliseconds), and whether this is news. */
export interface Heat {
  readonly delay: number
  readonly discovered: boolean
}

export interface HotLoopOptions {
  readonly clock: Clock
  /** Milliseconds within which repetitions count. Default one minute. */
  readonly window?: number
  /** Passes of a key within the window before its writes are compared at all. Default 100. */
  readonly unsuspected?: number
  /** Repetitions of one pass that make a key hot. Default 100. */
  readonly repetitions?: number
}

const cool: Heat = { delay: 0, discovered: false }
const firstDelay = 1_000
const longestDelay = 16_000
/** A request for another pass sooner than this, by a pass that wrote nothing, is a repetition. */
const shortestPause = 1_000

interface Count {
  passes: number
  readonly repetitions: Map<number, number>
}

interface HotKey {
  readonly signature: number
  until: number
  delay: number
}

export function createHotLoopDetector(options: HotLoopOptions): HotLoopDetector {
  const { clock, window = 60_000, unsuspected = 100, repetitions = 100 } = options
  const hot = new Map<string, HotKey>()
  /** Starts afresh with every window, so that it holds no more keys than a window can work on. */
  let counts = new Map<string, Count>()
  let started = clock.now()

  function countOf(key: string): Count {
    if (clock.now() - started > window) {
      started = clock.now()
      counts = new Map()
    }
    let count = counts.get(key)
    if (!count) {
      count = { passes: 0, repetitions: new Map() }
      counts.set(key, count)
    }
    count.passes += 1
    return count
  }

  return {
    passed(key, writes, requeueAfter) {
      const count = countOf(key)
      const known = hot.get(key)
      if (known === undefined && count.passes <= unsuspected) return cool
      if (known !== undefined && known.until < clock.now()) hot.delete(key)
      if (writes.length === 0 && (requeueAfter === undefined || requeueAfter >= shortestPause)) return cool

      const signature = signatureOf(writes)
      const current = hot.get(key)
      if (current !== undefined) {
        if (current.signature !== signature) return cool
        current.until = clock.now() + window
        current.delay = Math.min(longestDelay, current.delay * 2)
        return { delay: current.delay, discovered: false }
      }
      const seen = (count.repetitions.get(signature) ?? 0) + 1
      count.repetitions.set(signature, seen)
      if (seen < repetitions) return cool
      hot.set(key, { signature, until: clock.now() + window, delay: firstDelay })
      return { delay: firstDelay, discovered: true }
    },
  }
}

/** What differs between two otherwise equal writes. */
const times = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/** A 32-bit FNV-1a hash of what was written, times, identities and the books of field managers left out. */
function signatureOf(writes: readonly ClientWrite[]): number {
  let hash = 0x811c9dc5
  for (const { operation, kind, key, object } of writes) {
    const text = JSON.stringify(contentOf(operation, object)) ?? ''
    const steady = `${operation} ${kind.names.plural} ${formatObjectKey(key)} ${text.replace(times, '')}`
    for (let index = 0; index < steady.length; index++) {
      hash = Math.imul(hash ^ steady.charCodeAt(index), 0x01000193)
    }
  }
  return hash
}

function contentOf(operation: ClientWrite['operation'], object: ClientWrite['object']): unknown {
  if (object === undefined || operation === 'status') return object?.status
  const { metadata, status: _status, ...rest } = object
  const { labels, annotations, finalizers, ownerReferences } = metadata
  return { ...rest, labels, annotations, finalizers, ownerReferences }
}
