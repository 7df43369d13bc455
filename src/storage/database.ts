import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { migrate, schemaVersion } from './migrations/migrate.ts'
import { startAfresh, UnusableState } from './unusable-state.ts'
import { checkWriteAheadLog } from './write-ahead-log.ts'

export interface DatabaseOptions {
  /** A file, made if it does not exist (its folder must), or `:memory:`. */
  readonly path: string
  /** `full` waits for the disk at every commit; `normal` survives a crash of the process, not of the machine. */
  readonly durability: 'normal' | 'full'
  /** The file may not grow beyond this many bytes; absent or 0: as far as the disk goes. */
  readonly maximumBytes?: number | undefined
  /** With the path `:memory:`: the state to begin with, as `serialize` of another database gave it. */
  readonly image?: Uint8Array | undefined
}

/** "dtml" in ASCII: what the header of our files says in the place where SQLite lets programs put their mark. */
const applicationId = 0x64746d6c

/** Where the header of a file says how it is written and read (one byte each), and the value for "without a log". */
const readVersionOffset = 18
const rollbackJournal = 1

/**
 * One object of the usual 3 kB fits on a page. A commit writes whole pages, several of them in the trees of keys and
 * terms: twice the size made single writes about a tenth slower and saved less than that on disk.
 */
const pageSize = 4096

/**
 * So many pages (1.6 MB) are written before they are moved from the write-ahead log into the file. This happens
 * within a commit and waits for the disk: four times as many made every such commit take 10 ms and more. Where much is
 * written, a thread does most of it: see `createCheckpoints`.
 */
export const pagesPerCheckpoint = 400
/** How long the log may become (pages) beside a thread before a commit does what that has left. */
export const pagesBesideThread = 5 * pagesPerCheckpoint

/** Files up to this size (bytes) are checked whole when they are opened: about 0.4 ms per MB. */
const checkedSize = 64 * 1024 * 1024

/** Opens the state, made or migrated as needed. Throws UnusableState and leaves alone what it cannot use. */
export function openDatabase({ path, durability, maximumBytes, image }: DatabaseOptions): Database.Database {
  let database: Database.Database | undefined
  try {
    if (path !== ':memory:') {
      prepareFile(path)
      checkWriteAheadLog(path)
    }
    // Nobody else should write here (see state-lock); who does so by hand is waited for this long (milliseconds).
    database = new Database(image ? inMemory(image) : path, { timeout: 1000 })
    refuseForeign(database, path)
    configure(database, durability, maximumBytes)
    migrate(database, applicationId)
    if (path !== ':memory:') check(database, path)
    return database
  } catch (error) {
    database?.close()
    throw unusable(path, error)
  }
}

/** A copy of an image that says of itself that it keeps no write-ahead log: what is in memory cannot have one. */
function inMemory(image: Uint8Array): Buffer {
  const copy = Buffer.from(image)
  copy.fill(rollbackJournal, readVersionOffset, readVersionOffset + 2)
  return copy
}

/** Makes the file, readable by its owner alone (Secrets are kept in it); `-wal` and `-shm` get the same mode. */
function prepareFile(path: string): void {
  // SQLite would open what it may not write for reading, and tell at the first write.
  accessSync(dirname(path), constants.W_OK)
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    // An existing file is not opened here: closing it would drop the locks that SQLite may hold on it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    accessSync(path, constants.R_OK | constants.W_OK)
  }
}

/** Looks before anything is changed; the first statement also tells whether the file is an SQLite database at all. */
function refuseForeign(database: Database.Database, path: string): void {
  const mark = database.pragma('application_id', { simple: true })
  const version = database.pragma('user_version', { simple: true }) as number
  const tables = database.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get()
  if (mark === 0 && version === 0 && tables === 0) return
  if (mark !== applicationId) {
    throw new UnusableState(path, 'it is a database of another program', startAfresh)
  }
  if (version > schemaVersion) {
    throw new UnusableState(
      path,
      `it was written by a newer version (schema ${version}; this one knows schemas up to ${schemaVersion})`,
      `Use that version again, or start afresh: ${startAfresh}`,
    )
  }
  if (version < 1) throw new UnusableState(path, `its schema version ${version} is unknown`, startAfresh)
}

function configure(
  database: Database.Database,
  durability: 'normal' | 'full',
  maximumBytes: number | undefined,
): void {
  database.pragma(`page_size = ${pageSize}`)
  database.pragma('journal_mode = WAL')
  database.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
  // 8 MB of pages: the inner pages of the trees and what is written just now. The rest is the kernel's to cache.
  database.pragma('cache_size = -8000')
  // Mapped pages would count as ours, and turn an error of the disk into a signal that ends the process.
  database.pragma('mmap_size = 0')
  database.pragma(`wal_autocheckpoint = ${pagesPerCheckpoint}`)
  // What a burst made of the write-ahead log is cut back to what it needs beside a thread.
  database.pragma(`journal_size_limit = ${(pagesBesideThread + pagesPerCheckpoint) * pageSize}`)
  if (maximumBytes) {
    const size = database.pragma('page_size', { simple: true }) as number
    database.pragma(`max_page_count = ${Math.max(1, Math.floor(maximumBytes / size))}`)
  }
}

function check(database: Database.Database, path: string): void {
  if (statSync(path).size > checkedSize) return
  const verdict = String(database.pragma('quick_check(1)', { simple: true }))
  // One verdict may have several lines.
  if (verdict !== 'ok')
    throw new UnusableState(path, `it is damaged (${verdict.replaceAll('\n', ' ')})`, startAfresh)
}

function unusable(path: string, error: unknown): unknown {
  if (error instanceof UnusableState || !(error instanceof Error)) return error
  const code = (error as { code?: unknown }).code
  const options = { cause: error }
  if (code === 'SQLITE_NOTADB') {
    return new UnusableState(path, 'it is not an SQLite database', startAfresh, options)
  }
  if (typeof code === 'string' && code.startsWith('SQLITE_CORRUPT')) {
    return new UnusableState(path, `it is damaged (${error.message})`, startAfresh, options)
  }
  if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) {
    const wayOut = 'End that program, or use another folder.'
    return new UnusableState(path, 'another program holds it locked', wayOut, options)
  }
  const wayOut = 'Make sure that the folder exists, can be written to and has space, or use another one.'
  return new UnusableState(path, error.message, wayOut, options)
}
