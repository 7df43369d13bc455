import type { Migration } from './migration.ts'

/**
 * `log` holds the text of every record once, current or past; `previous` is the revision of the row that this one
 * replaced (for a created one: of the deletion before it, if that is still kept), so that the rows of a key form a
 * chain from the newest to the oldest. `text` is the last column: whoever needs only the others does not read it.
 *
 * `keys` says where each chain begins. A deleted key keeps its row, with `live` 0, until the deletion is compacted:
 * therefore a past state can be listed by walking the keys in order, without an index over the log and without a
 * scan of it.
 *
 * `terms` is the index for owners and labels. `counters` holds what the rows do not tell.
 */
export const initial: Migration = {
  version: 1,
  statements: `
    CREATE TABLE log (
      revision INTEGER PRIMARY KEY,
      key TEXT NOT NULL,
      type TEXT NOT NULL,
      previous INTEGER,
      text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE keys (
      key TEXT PRIMARY KEY,
      revision INTEGER NOT NULL,
      live INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE terms (
      term TEXT NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (term, key)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE counters (
      name TEXT PRIMARY KEY,
      value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
