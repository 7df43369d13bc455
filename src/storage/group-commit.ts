import type Database from 'better-sqlite3'
import type { Clock } from '../apimachinery/clock.ts'
import type { StoreLimits } from './limits.ts'
import { checkRecordSize } from './record-size.ts'
import type { RecordWriter } from './record-writer.ts'
import { reportingFailure } from './storage-failed.ts'
import type { Change, Transform, WriteResult } from './store.ts'

export interface GroupCommitOptions {
  readonly database: Database.Database
  readonly writer: RecordWriter
  /** The revision of the newest row. */
  readonly revision: number
  /**
   * Writes that wait are divided over several commits by number and time, so that others get their turn in between;
   * one whose record would be too large is refused, and no other with it.
   */
  readonly limits: Pick<StoreLimits, 'writesPerCommit' | 'commitDuration' | 'objectBytes'>
  readonly clock: Clock
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
  const { database, writer, limits, clock, schedule, publish } = options
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  let revision = options.revision
  const waiting: WaitingWrite[] = []
  let scheduled = false
  let underWay = false

  /**
   * Inside the transaction: one write after the other, each on what the earlier ones left, until there are enough.
   * Returns how to answer them; `decided` gets those that were come to.
   */
  function run(writes: readonly WaitingWrite[], decided: WaitingWrite[], changes: Change[]): (() => void)[] {
    const end = clock.now() + limits.commitDuration
    let next = revision + 1
    const answers: (() => void)[] = []
    for (const write of writes) {
      const { key, transform, resolve, reject } = write
      decided.push(write)
      const newest = writer.newest(key)
      let transition: ReturnType<Transform> | undefined
      try {
        const decision = transform(newest?.record, next)
        checkRecordSize(decision, newest?.record, limits.objectBytes)
        transition = decision
      } catch (reason) {
        answers.push(() => reject(reason))
      }
      if (transition !== undefined) {
        const { result, change } = writer.store(key, newest, transition, next)
        if (change !== undefined) {
          changes.push(change)
          next++
        }
        answers.push(() => resolve(result))
      }
      if (clock.now() >= end) break
    }
    return answers
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
    const writes = waiting.slice(0, limits.writesPerCommit)
    const decided: WaitingWrite[] = []
    const changes: Change[] = []
    let answers: (() => void)[]
    underWay = true
    try {
      answers = reportingFailure(() => {
        begin.run()
        writer.begin()
        const found = run(writes, decided, changes)
        commit.run()
        return found
      })
    } catch (reason) {
      // Refusals too: they may rest on an earlier write of the same batch, which has not happened.
      // What fails for the one fails for the others, also for those that were not come to.
      decided.splice(0, decided.length, ...writes)
      answers = decided.map(
        ({ reject }) =>
          () =>
            reject(reason),
      )
      changes.length = 0
      abandon()
    } finally {
      underWay = false
      waiting.splice(0, decided.length)
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
