import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { UnusableState } from './unusable-state.ts'

/** Held as long as this process works in the folder. */
export interface StateLock {
  release(): void
}

/** Another process works in the folder, or this one does already. */
export class StateLocked extends Error {
  override readonly name = 'StateLocked'
  readonly directory: string
  /** The holder's process id; undefined when it could not be learned. */
  readonly pid: number | undefined

  constructor(directory: string, pid: number | undefined) {
    const holder = pid === undefined ? 'another process' : `the process with id ${pid}`
    super(`the state in ${directory} is in use by ${holder}. End it first, or use another folder`)
    this.directory = directory
    this.pid = pid
  }
}

/**
 * Makes this process the only one that works in `directory`, which must exist. Throws StateLocked, or UnusableState
 * when the folder cannot be written to.
 *
 * The lock is one that the kernel holds for an open file (SQLite's, on an empty database), so that it ends with the
 * process, however that ends. The process id beside it is only for people to read.
 */
export function acquireStateLock(directory: string): StateLock {
  // Nobody but SQLite may open this file: closing it would drop the lock.
  const lock = openLock(join(directory, 'lock'), directory)
  const pidFile = join(directory, 'lock.pid')
  try {
    writeWhole(pidFile, `${process.pid}\n`)
  } catch (error) {
    // A lock can be had on a read-only file system, too, and a full disk has room for none.
    lock.close()
    throw unwritable(directory, error)
  }
  return {
    release() {
      if (!lock.open) return
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}

function openLock(path: string, directory: string): Database.Database {
  let lock: Database.Database | undefined
  try {
    lock = new Database(path, { timeout: 0 })
    lock.exec('BEGIN IMMEDIATE')
    return lock
  } catch (error) {
    lock?.close()
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') {
      throw new StateLocked(directory, readPid(join(directory, 'lock.pid')))
    }
    throw unwritable(directory, error)
  }
}

function unwritable(directory: string, error: unknown): UnusableState {
  const wayOut = 'Make sure that the folder exists, can be written to and has space, or use another one.'
  return new UnusableState(directory, (error as Error).message, wayOut, { cause: error })
}

function readPid(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    return Number.isNaN(pid) ? undefined : pid
  } catch {
    // The holder has the lock but has not written its id yet.
    return undefined
  }
}

/** In one go, so that nobody reads half a number. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.new`
  writeFileSync(draft, text)
  renameSync(draft, path)
}
