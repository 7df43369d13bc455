import type Database from 'better-sqlite3'
import type { Clock } from '../apimachinery/clock.ts'
import { type CheckpointThread, startCheckpointThread } from './checkpoint-thread.ts'
import { pagesBesideThread, pagesPerCheckpoint } from './database.ts'

/**
 * When what is in the write-ahead log is moved into the database. A checkpoint waits for the disk: where little is
 * written, it is part of a commit now and then, as SQLite does it; where much is, of a thread beside. The latter never
 * comes to the end of a log that grows on, so that a commit has to do the rest, but five times as seldom.
 */
export interface Checkpoints {
  /** To be called with every commit: by how many changes. */
  noticeChanges(count: number): void
  /** Ends the thread; the database must still be open. */
  close(): Promise<void>
}

/** So many changes are left to the thread at a time. */
const changesPerCheckpoint = 100
/** Within this time (milliseconds) that many changes are much; where there are fewer, the thread ends. */
const window = 2000

export function createCheckpoints(database: Database.Database, clock: Clock): Checkpoints {
  let cannot = database.memory
  let thread: CheckpointThread | undefined
  let ending: Promise<void> | undefined
  let windowBegan = Number.NEGATIVE_INFINITY
  let inWindow = 0
  /** Since the thread was last asked. */
  let waiting = 0
  let cancelLook: (() => void) | undefined

  function start(): void {
    thread = startCheckpointThread(database.name, () => {
      cannot = true
      end()
    })
    cannot = thread === undefined
    if (cannot) return
    setOwnCheckpoints(pagesBesideThread)
    cancelLook = clock.after(window, look)
  }

  function look(): void {
    if (inWindow < changesPerCheckpoint) end()
    else cancelLook = clock.after(window, look)
    inWindow = 0
  }

  function end(): void {
    cancelLook?.()
    if (thread === undefined) return
    setOwnCheckpoints(pagesPerCheckpoint)
    ending = Promise.all([ending, thread.end()]).then(() => {})
    thread = undefined
  }

  function setOwnCheckpoints(pages: number): void {
    database.pragma(`wal_autocheckpoint = ${pages}`)
  }

  function beginWindow(): void {
    const now = clock.now()
    if (now - windowBegan < window) return
    windowBegan = now
    inWindow = 0
    waiting = 0
  }

  return {
    noticeChanges(count) {
      if (cannot) return
      if (thread === undefined) beginWindow()
      inWindow += count
      waiting += count
      if (waiting < changesPerCheckpoint) return
      waiting = 0
      if (thread === undefined) start()
      thread?.checkpoint()
    },
    async close() {
      end()
      await ending
    },
  }
}
