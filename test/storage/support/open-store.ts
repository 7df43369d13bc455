import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore, type SqliteStoreOptions } from '../../../src/storage/sqlite-store.ts'
import { createManualClock } from './manual-clock.ts'

/** A folder of its own, and a way to remove it. */
export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'datum-local-storage-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function openStore(path: string, options: Partial<SqliteStoreOptions> = {}) {
  return createSqliteStore({ path, clock: createManualClock(), ...options })
}
