import type Database from 'better-sqlite3'
import { initial } from './initial.ts'
import type { Migration } from './migration.ts'

/** In order, without gaps. A released migration is never edited: a change of the schema is a further one. */
const migrations: readonly Migration[] = [initial]

/** The version that this program reads and writes. */
export const schemaVersion = migrations.length

/**
 * Brings a database of an older version, or an empty one (version 0), to the present version, all steps or none.
 * The version is SQLite's own `user_version`, and `applicationId` marks the file as ours.
 */
export function migrate(database: Database.Database, applicationId: number): void {
  const from = database.pragma('user_version', { simple: true }) as number
  if (from === schemaVersion) return
  database
    .transaction(() => {
      for (const migration of migrations.slice(from)) database.exec(migration.statements)
      database.pragma(`application_id = ${applicationId}`)
      database.pragma(`user_version = ${schemaVersion}`)
    })
    .immediate()
}
