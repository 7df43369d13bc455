import Database from 'better-sqlite3'

/**
 * The disk or the database refused. When a write rejects with it, nothing of that write was stored or told to
 * anybody; the store goes on, and the next write succeeds as soon as the cause is gone.
 */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed'
  /** SQLite's extended result code: `SQLITE_FULL`, `SQLITE_IOERR_WRITE`, … */
  readonly code: string

  constructor(cause: InstanceType<typeof Database.SqliteError>) {
    super(`the state could not be ${explain(cause.code)} (${cause.code}: ${cause.message})`, { cause })
    this.code = cause.code
  }
}

/** Runs `action`; what SQLite throws comes out as StorageFailed, everything else as it is. */
export function reportingFailure<T>(action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof Database.SqliteError ? new StorageFailed(error) : error
  }
}

function explain(code: string): string {
  if (code === 'SQLITE_FULL') return 'written: no space is left for it'
  if (code.startsWith('SQLITE_READONLY')) return 'written: the file or its folder is read-only'
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return 'written: another program holds the file locked'
  if (code.startsWith('SQLITE_IOERR')) return 'read or written: the disk reports an error'
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return 'read: the file is damaged. Stop, keep a copy of it, and start with an empty state'
  return 'read or written'
}
