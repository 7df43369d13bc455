import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { createSqliteStore, type SqliteStoreOptions } from '../../../src/storage/sqlite-store.ts'
import { createManualClock } from './manual-clock.ts'

/** For the tests of a file: a folder for each, and where the state is in it. */
export function useFolder(): { readonly folder: string; readonly path: string } {
  let folder: ReturnType<typeof makeFolder>
  beforeEach(() => {
    folder = makeFolder()
  })
  afterEach(() => folder.remove())
  return {
    get folder() {
      return folder.path
    },
    get path() {
      return join(folder.path, 'state.db')
    },
  }
}

/** A folder of its own, and a way to remove it. */
export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'datum-local-storage-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function openStore(path: string, options: Partial<SqliteStoreOptions> = {}) {
  return createSqliteStore({ path, clock: createManualClock(), ...options })
}
