import type Database from 'better-sqlite3'

/**
 * What the rows do not tell.
 *
 * - `revision`: the newest revision at the time when rows were last removed, for the newest row may be among them.
 * - `compacted`: what happened up to this revision is refused.
 * - `swept`: the rows that nobody may ask for any more have been removed up to this revision.
 */
export type Counter = 'revision' | 'compacted' | 'swept'

export interface Counters {
  get(counter: Counter): number
  set(counter: Counter, value: number): void
}

export function createCounters(database: Database.Database): Counters {
  const get = database.prepare<[Counter], number>('SELECT value FROM counters WHERE name = ?').pluck()
  const set = database.prepare<[Counter, number]>(
    'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  )
  return {
    get: (counter) => get.get(counter) ?? 0,
    set: (counter, value) => void set.run(counter, value),
  }
}
