import type Database from 'better-sqlite3'
import type { Counters } from './counters.ts'
import { keyRange } from './key-range.ts'
import { reportingFailure } from './storage-failed.ts'

export interface PurgeOptions {
  readonly database: Database.Database
  readonly counters: Counters
  readonly newest: () => number
  /** Resolves on a later tick; rejects when the store has been closed. */
  readonly nextTick: () => Promise<void>
  /** Called on the tick on which records went. */
  readonly forget: () => void
}

/** Keys, and entries of the index of terms, that one step takes: about a millisecond or two. */
const keysPerStep = 50
const termsPerStep = 500

/** Removes every row below a prefix, step by step. Interrupted, it can be called again. */
export function createPurge({ database, counters, newest, nextTick, forget }: PurgeOptions) {
  const someKeys = database.prepare<
    { start: string; end: string | Buffer; limit: number },
    { key: string; revision: number }
  >('SELECT key, revision FROM keys WHERE key >= @start AND key < @end ORDER BY key LIMIT @limit')
  const removeRow = database
    .prepare<[number], number | null>('DELETE FROM log WHERE revision = ? RETURNING previous')
    .pluck()
  const removeKey = database.prepare<[string]>('DELETE FROM keys WHERE key = ?')
  const someTerms = database.prepare<
    { term: string; key: string; limit: number },
    { term: string; key: string }
  >(
    'SELECT term, key FROM terms WHERE (term, key) > (@term, @key) ORDER BY term, key LIMIT 1 OFFSET @limit - 1',
  )
  const removeTerms = database.prepare<{
    start: string
    end: string | Buffer
    term: string
    key: string
    lastTerm: string | Buffer
    lastKey: string
  }>(`
    DELETE FROM terms WHERE (term, key) > (@term, @key) AND (term, key) <= (@lastTerm, @lastKey)
      AND key >= @start AND key < @end`)

  const purgeKeys = database.transaction((prefix: string): boolean => {
    const keys = someKeys.all({ ...keyRange(prefix), limit: keysPerStep })
    counters.set('revision', newest())
    for (const { key, revision } of keys) {
      removeKey.run(key)
      for (let row: number | null | undefined = revision; row != null; ) row = removeRow.get(row)
    }
    forget()
    return keys.length === keysPerStep
  })

  return async function purge(prefix: string): Promise<void> {
    while (reportingFailure(() => purgeKeys.immediate(prefix))) await nextTick()
    // The index is ordered by term: it is walked whole, for planes go seldom and writes come often.
    const range = keyRange(prefix)
    for (let position: { term: string; key: string } | undefined = { term: '', key: '' }; position; ) {
      await nextTick()
      const from: { term: string; key: string } = position
      position = reportingFailure(() => {
        const last = someTerms.get({ ...from, limit: termsPerStep })
        // Behind the last entry there is only what sorts behind every text: a blob.
        const { term: lastTerm, key: lastKey } = last ?? { term: Buffer.alloc(0), key: '' }
        removeTerms.run({ ...range, ...from, lastTerm, lastKey })
        return last
      })
    }
  }
}
