import type Database from 'better-sqlite3'
import { createCollectionTotals } from './collection-totals.ts'
import { keyRange } from './key-range.ts'
import type { RecordCache } from './record-cache.ts'
import { createRemainders } from './remainders.ts'
import type { Change, Page, Range, StoredRecord } from './store.ts'

/** What is: current records, and the records of a past revision, out of the tables. */
export interface RecordReader {
  read(key: string): StoredRecord | undefined
  /** `revision` is the one to read at; `newest` says that nothing has been written since. */
  list(range: Range, revision: number, newest: boolean): Page
  listByTerm(prefix: string, term: string): StoredRecord[]
  /** To be called when rows of the past have been removed other than by compaction. */
  forget(): void
  /** To be called with every commit. */
  notice(changes: readonly Change[]): void
}

interface RangeParameters {
  readonly start: string
  readonly end: string | Buffer
}

/** The first row, going back from a key's newest, that is not younger than `@revision`; null: there was none yet. */
const rowAtRevision = `
  CASE WHEN keys.revision <= @revision THEN keys.revision ELSE (
    WITH RECURSIVE chain (revision, previous) AS (
      SELECT revision, previous FROM log WHERE revision = keys.revision
      UNION ALL
      SELECT log.revision, log.previous FROM chain CROSS JOIN log ON log.revision = chain.previous
      WHERE chain.revision > @revision
    )
    SELECT revision FROM chain WHERE revision <= @revision
  ) END`

/** CROSS JOIN keeps the order of the loops: along the keys, and from each to its text. */
const liveAtRevision = `
  FROM keys CROSS JOIN log ON log.revision = ${rowAtRevision}
  WHERE keys.key >= @start AND keys.key < @end AND log.type <> 'deleted'`

/** As many records as fit, one at least. */
function takePage(
  rows: Iterable<StoredRecord>,
  limit: number,
  length: number,
): { records: StoredRecord[]; more: boolean } {
  const records: StoredRecord[] = []
  let characters = 0
  for (const row of rows) {
    characters += row.text.length
    if (records.length === limit || (records.length > 0 && characters > length))
      return { records, more: true }
    records.push(row)
  }
  return { records, more: false }
}

export function createRecordReader(database: Database.Database, cache: RecordCache): RecordReader {
  const current = database.prepare<[string], StoredRecord>(`
    SELECT keys.key, log.revision, log.text FROM keys CROSS JOIN log ON log.revision = keys.revision
    WHERE keys.key = ? AND keys.live = 1`)
  const page = database.prepare<RangeParameters & { limit: number }, StoredRecord>(`
    SELECT keys.key, log.revision, log.text FROM keys CROSS JOIN log ON log.revision = keys.revision
    WHERE keys.key >= @start AND keys.key < @end AND keys.live = 1 ORDER BY keys.key LIMIT @limit`)
  const pageAt = database.prepare<RangeParameters & { limit: number; revision: number }, StoredRecord>(
    `SELECT keys.key, log.revision, log.text ${liveAtRevision} ORDER BY keys.key LIMIT @limit`,
  )
  const count = database
    .prepare<RangeParameters, number>(
      'SELECT count(*) FROM keys WHERE key >= @start AND key < @end AND live = 1',
    )
    .pluck()
  const countAt = database
    .prepare<RangeParameters & { revision: number }, number>(`SELECT count(*) ${liveAtRevision}`)
    .pluck()
  const withTerm = database
    .prepare<RangeParameters & { term: string }, string>(`
      SELECT key FROM terms WHERE term = @term AND key >= @start AND key < @end ORDER BY key`)
    .pluck()

  const remainders = createRemainders()
  const totals = createCollectionTotals()

  function countBehind(prefix: string, last: string, revision: number, newest: boolean): number {
    const range = keyRange(prefix, last)
    return (newest ? count.get(range) : countAt.get({ ...range, revision })) ?? 0
  }

  /** How many records a page and what is behind it have together, where that is known without counting. */
  function countFrom(prefix: string, after: string | undefined, revision: number, newest: boolean) {
    if (after !== undefined) return remainders.take(prefix, after, revision)
    return newest ? totals.of(prefix, () => count.get(keyRange(prefix)) ?? 0) : undefined
  }

  function read(key: string): StoredRecord | undefined {
    const kept = cache.get(key)
    if (kept !== undefined) return kept
    const record = current.get(key)
    if (record !== undefined) cache.add(record)
    return record
  }

  return {
    read,

    list({ prefix, after, limit, length = Number.POSITIVE_INFINITY }, revision, newest) {
      const isWhole = newest && after === undefined && limit === undefined
      const kept = isWhole ? cache.collection(prefix) : undefined
      if (kept !== undefined) return { records: kept, revision, more: false, remaining: 0 }
      const range = keyRange(prefix, after)
      if (limit === undefined) {
        // SQLite's word for no limit.
        const bounds = { ...range, limit: -1 }
        const records = newest ? page.all(bounds) : pageAt.all({ ...bounds, revision })
        if (isWhole) cache.addCollection(prefix, records)
        return { records, revision, more: false, remaining: 0 }
      }
      // One more than asked for tells whether there are more.
      const bounds = { ...range, limit: limit + 1 }
      const rows = newest ? page.iterate(bounds) : pageAt.iterate({ ...bounds, revision })
      const { records, more } = takePage(rows, limit, length)
      if (!more) return { records, revision, more, remaining: 0 }
      const last = records.at(-1)?.key ?? after ?? ''
      const before = countFrom(prefix, after, revision, newest)
      const remaining =
        before === undefined ? countBehind(prefix, last, revision, newest) : before - records.length
      remainders.keep(prefix, last, revision, remaining)
      return { records, revision, more: true, remaining }
    },

    // One by one: most of what is asked for by its owner was written a moment ago.
    listByTerm: (prefix, term) =>
      withTerm.all({ ...keyRange(prefix), term }).flatMap((key) => read(key) ?? []),
    notice: (changes) => totals.notice(changes),
    forget() {
      remainders.forget()
      totals.forget()
      cache.clear()
    },
  }
}
