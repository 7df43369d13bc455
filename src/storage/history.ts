import type Database from 'better-sqlite3'
import { keyRange } from './key-range.ts'
import type { Change } from './store.ts'

/** What happened, out of the log. */
export interface History {
  /**
   * The changes below `prefix` after the revision `after`, as many as one step may read. `through` is the revision
   * up to which they are complete, never greater than `newest`.
   */
  changes(prefix: string, after: number, newest: number): { changes: readonly Change[]; through: number }
}

/** One step looks at so many revisions, whether they concern the prefix or not: well under 2 ms. */
const revisionsPerStep = 500

/** One step ends early when it has read texts of so many characters. */
const charactersPerStep = 1024 * 1024

interface LogRow {
  readonly type: Change['type']
  readonly revision: number
  readonly key: string
  readonly text: string
  readonly previousRevision: number | null
  readonly previousText: string | null
}

export function createHistory(database: Database.Database): History {
  const select = database.prepare<
    { after: number; through: number; start: string; end: string | Buffer },
    LogRow
  >(`
    SELECT log.type, log.revision, log.key, log.text,
      before.revision AS previousRevision, before.text AS previousText
    FROM log LEFT JOIN log AS before ON before.revision = log.previous AND log.type <> 'created'
    WHERE log.revision > @after AND log.revision <= @through AND log.key >= @start AND log.key < @end
    ORDER BY log.revision`)

  return {
    changes(prefix, after, newest) {
      const through = Math.min(newest, after + revisionsPerStep)
      const changes: Change[] = []
      let characters = 0
      for (const row of select.iterate({ after, through, ...keyRange(prefix) })) {
        changes.push(toChange(row))
        characters += row.text.length + (row.previousText?.length ?? 0)
        if (characters > charactersPerStep) return { changes, through: row.revision }
      }
      return { changes, through }
    },
  }
}

function toChange({ type, revision, key, text, previousRevision, previousText }: LogRow): Change {
  const previous =
    previousRevision === null ? undefined : { key, revision: previousRevision, text: previousText ?? '' }
  return { type, revision, key, text, previous }
}
