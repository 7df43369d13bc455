import type Database from 'better-sqlite3'
import type { RecordCache } from './record-cache.ts'
import type { Change, StoredRecord, Transition, WriteResult } from './store.ts'

/** The newest row of a key, which may be a deletion. */
export interface Newest {
  readonly revision: number
  readonly record: StoredRecord | undefined
}

export interface Outcome {
  readonly result: WriteResult
  /** Absent when nothing was stored. */
  readonly change: Change | undefined
}

/** The rows of a write. To be called inside a transaction. */
export interface RecordWriter {
  /** To be called when a transaction begins. */
  begin(): void
  newest(key: string): Newest | undefined
  /** Stores what a transform decided about `key` under `revision`. */
  store(key: string, newest: Newest | undefined, transition: Transition, revision: number): Outcome
}

export function createRecordWriter(database: Database.Database, cache: RecordCache): RecordWriter {
  const newest = database.prepare<[string], { revision: number; live: number; text: string | null }>(`
    SELECT keys.revision, keys.live, log.text
    FROM keys LEFT JOIN log ON log.revision = keys.revision AND keys.live = 1 WHERE keys.key = ?`)
  const append = database.prepare<[number, string, Change['type'], number | null, string]>(
    'INSERT INTO log (revision, key, type, previous, text) VALUES (?, ?, ?, ?, ?)',
  )
  const addKey = database.prepare<[string, number]>('INSERT INTO keys (key, revision, live) VALUES (?, ?, 1)')
  const moveKey = database.prepare<[number, number, string]>(
    'UPDATE keys SET revision = ?, live = ? WHERE key = ?',
  )
  const addTerm = database.prepare<[string, string]>('INSERT OR IGNORE INTO terms (term, key) VALUES (?, ?)')
  const removeTerm = database.prepare<[string, string]>('DELETE FROM terms WHERE term = ? AND key = ?')

  /** What this transaction has written already, which nobody else knows of. */
  const written = new Map<string, Newest>()

  return {
    begin: () => written.clear(),

    newest(key) {
      const own = written.get(key)
      if (own !== undefined) return own
      const kept = cache.get(key)
      if (kept !== undefined) return { revision: kept.revision, record: kept }
      const row = newest.get(key)
      if (row === undefined) return undefined
      const { revision, live } = row
      if (live === 0) return { revision, record: undefined }
      return { revision, record: { key, revision, text: row.text as string } }
    },

    store(key, before, transition, revision) {
      const previous = before?.record
      // There is nothing to end where there is nothing.
      if (transition.type === 'none' || (transition.type === 'delete' && previous === undefined)) {
        return { result: { type: 'none', record: previous }, change: undefined }
      }
      const { text, decoded } = transition
      const type = transition.type === 'delete' ? 'deleted' : previous === undefined ? 'created' : 'updated'
      append.run(revision, key, type, before?.revision ?? null, text)
      if (before === undefined) addKey.run(key, revision)
      else moveKey.run(revision, type === 'deleted' ? 0 : 1, key)
      for (const term of transition.removeTerms ?? []) removeTerm.run(term, key)
      if (transition.type === 'put') for (const term of transition.addTerms ?? []) addTerm.run(term, key)
      const record: StoredRecord = { key, revision, text, decoded }
      written.set(key, { revision, record: type === 'deleted' ? undefined : record })
      return {
        result: { type: transition.type, record },
        change: { type, revision, key, text, decoded, previous },
      }
    },
  }
}
