import type { Clock } from '../apimachinery/clock.ts'

export interface RetentionOptions {
  readonly clock: Clock
  /** What happened less than this many milliseconds ago is kept, as far as `keepChanges` allows. */
  readonly keepMilliseconds: number
  /** At most about this many changes are kept, however young. */
  readonly keepChanges: number
  readonly revisions: { readonly newest: number; readonly compacted: number }
  readonly compact: (revision: number) => void
}

/** Decides what to forget. An idle store has nothing to forget after a while, and then no timer either. */
export interface Retention {
  /** To be called after every commit. */
  noticeChanges(): void
  stop(): void
}

/** The age is looked at so many times within `keepMilliseconds`; a change lives at most by this fraction longer. */
const looksPerAge = 5

export function createRetention(options: RetentionOptions): Retention {
  const { clock, keepMilliseconds, keepChanges, revisions, compact } = options
  /** Which revision was the newest at which time: at most `looksPerAge` and a few. */
  let looks: { readonly time: number; readonly revision: number }[] = []
  let cancel: (() => void) | undefined
  // A batch at a time: compacting after every single change would cost a commit each.
  const spare = Math.max(1, Math.floor(keepChanges / 10))

  function look(): void {
    cancel = undefined
    const time = clock.now()
    const old = looks.filter((each) => each.time <= time - keepMilliseconds)
    looks = looks.filter((each) => each.time > time - keepMilliseconds)
    if (looks.at(-1)?.revision !== revisions.newest) looks.push({ time, revision: revisions.newest })
    const revision = old.at(-1)?.revision ?? 0
    if (revision > revisions.compacted) compact(revision)
    lookLater()
  }

  function lookLater(): void {
    if (cancel !== undefined || revisions.compacted >= revisions.newest) return
    cancel = clock.after(keepMilliseconds / looksPerAge, look)
  }

  lookLater()

  return {
    noticeChanges() {
      if (revisions.newest - revisions.compacted > keepChanges + spare) {
        compact(revisions.newest - keepChanges)
      }
      lookLater()
    },
    stop() {
      cancel?.()
      cancel = undefined
    },
  }
}
