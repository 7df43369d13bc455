import type Database from 'better-sqlite3'
import type { RecordWriter } from './record-writer.ts'
import { reportingFailure } from './storage-failed.ts'
import type { Change, Transform, WriteResult } from './store.ts'

export interface GroupCommitOptions {
  readonly database: Database.Database
  readonly writer: RecordWriter
  /** The revision of the newest row. */
  readonly revision: number
  /** More writes than this that wait are divided over several commits, so that others get their turn in between. */
  readonly writesPerCommit: number
  /** Calls `action` soon, on a tick of its own. */
  readonly schedule: (action: () => void) => void
  /** Hears of every commit that changed something, on the same tick, before the writers do. */
  readonly publish: (changes: readonly Change[]) => void
}

/** Brings writes together: what is asked for on one turn of the event loop shares one transaction. */
export interface GroupCommit {
  write(key: string, transform: Transform): Promise<WriteResult>
  /** Commits now whatever waits. */
  flush(): void
  /** The revision of the newest committed change. */
  readonly revision: number
  /** True while transforms run and nothing is decided: nobody may read now. */
  readonly underWay: boolean
}

interface WaitingWrite {
  readonly key: string
  readonly transform: Transform
  readonly resolve: (result: WriteResult) => void
  readonly reject: (reason: unknown) => void
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { database, writer, writesPerCommit, schedule, publish } = options
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  let revision = options.revision
  const waiting: WaitingWrite[] = []
  let scheduled = false
  let underWay = false

  /** Inside the transaction: every write in turn, each on what the earlier ones left. Returns how to answer them. */
  function runAll(writes: readonly WaitingWrite[], changes: Change[]): (() => void)[] {
    let next = revision + 1
    return writes.map(({ key, transform, resolve, reject }) => {
      const newest = writer.newest(key)
      let transition: ReturnType<Transform>
      try {
        transition = transform(newest?.record, next)
      } catch (reason) {
        return () => reject(reason)
      }
      const { result, change } = writer.store(key, newest, transition, next)
      if (change !== undefined) {
        changes.push(change)
        next++
      }
      return () => resolve(result)
    })
  }

  function abandon(): void {
    try {
      // On some failures SQLite has rolled back by itself.
      if (database.inTransaction) rollback.run()
    } catch {
      // The next BEGIN says what is wrong, and to whom it matters.
    }
  }

  function commitBatch(): void {
    const writes = waiting.splice(0, writesPerCommit)
    const changes: Change[] = []
    let answers: (() => void)[]
    underWay = true
    try {
      answers = reportingFailure(() => {
        begin.run()
        writer.begin()
        const decided = runAll(writes, changes)
        commit.run()
        return decided
      })
    } catch (reason) {
      // Refusals too: they may rest on an earlier write of the same batch, which has not happened.
      answers = writes.map(
        ({ reject }) =>
          () =>
            reject(reason),
      )
      changes.length = 0
      abandon()
    } finally {
      underWay = false
    }
    try {
      const last = changes.at(-1)
      if (last !== undefined) {
        revision = last.revision
        publish(changes)
      }
    } finally {
      // Whatever happens to those who listen, nobody who writes is left without an answer.
      for (const answer of answers) answer()
    }
  }

  function turn(): void {
    scheduled = false
    if (waiting.length === 0) return
    commitBatch()
    if (waiting.length > 0) scheduleTurn()
  }

  function scheduleTurn(): void {
    if (scheduled) return
    scheduled = true
    schedule(turn)
  }

  return {
    write(key, transform) {
      return new Promise((resolve, reject) => {
        waiting.push({ key, transform, resolve, reject })
        scheduleTurn()
      })
    },
    flush() {
      while (waiting.length > 0) commitBatch()
    },
    get revision() {
      return revision
    },
    get underWay() {
      return underWay
    },
  }
}
