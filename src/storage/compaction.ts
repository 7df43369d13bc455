import type Database from 'better-sqlite3'
import type { Counters } from './counters.ts'
import { reportingFailure } from './storage-failed.ts'
import type { Change } from './store.ts'

/** Forgetting: at once for those who ask, and bit by bit on disk. */
export interface Compaction {
  /** The oldest revision from which a watch can start and at which a list can be read. */
  readonly compacted: number
  /**
   * Moves `compacted` forwards, never back, and removes the rows that nobody may ask for any more, also those that
   * a failure or the end of the process left. Resolves when they are gone.
   */
  compact(revision: number): Promise<void>
}

export interface CompactionOptions {
  readonly database: Database.Database
  readonly counters: Counters
  /** The revision of the newest committed change. */
  readonly newest: () => number
  /** Resolves on a later tick; rejects when the store has been closed. */
  readonly nextTick: () => Promise<void>
}

/** So many rows are looked at in one step: about a millisecond. */
const rowsPerStep = 100

interface LogRow {
  readonly revision: number
  readonly key: string
  readonly type: Change['type']
  readonly previous: number | null
}

export function createCompaction(options: CompactionOptions): Compaction {
  const { database, counters, newest, nextTick } = options
  const rows = database.prepare<{ after: number; through: number; limit: number }, LogRow>(`
    SELECT revision, key, type, previous FROM log
    WHERE revision > @after AND revision <= @through ORDER BY revision LIMIT @limit`)
  const removeRow = database.prepare<[number]>('DELETE FROM log WHERE revision = ?')
  const removeKey = database.prepare<[string, number]>('DELETE FROM keys WHERE key = ? AND revision = ?')
  let compacted = counters.get('compacted')
  let swept = counters.get('swept')
  let sweeping: Promise<void> | undefined

  /** A row says itself what it makes superfluous: the one it replaced, and itself when it is a deletion. */
  const sweepStep = database.transaction((through: number): number => {
    const step = rows.all({ after: swept, through, limit: rowsPerStep })
    for (const { revision, key, type, previous } of step) {
      if (previous !== null) removeRow.run(previous)
      if (type !== 'deleted') continue
      removeRow.run(revision)
      removeKey.run(key, revision)
    }
    const reached = step.length < rowsPerStep ? through : (step.at(-1)?.revision ?? through)
    counters.set('revision', newest())
    counters.set('swept', reached)
    return reached
  })

  async function sweep(): Promise<void> {
    while (swept < compacted) {
      swept = reportingFailure(() => sweepStep.immediate(compacted))
      if (swept < compacted) await nextTick()
    }
  }

  function resume(): Promise<void> {
    sweeping ??= sweep().finally(() => {
      sweeping = undefined
    })
    return sweeping
  }

  return {
    get compacted() {
      return compacted
    },
    async compact(revision) {
      if (revision > compacted) {
        reportingFailure(() => counters.set('compacted', revision))
        compacted = revision
      }
      await resume()
    },
  }
}
