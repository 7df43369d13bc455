import type { Clock } from '../apimachinery/clock.ts'
import { createCheckpoints } from './checkpoints.ts'
import { createCompaction } from './compaction.ts'
import { createCounters } from './counters.ts'
import { openDatabase } from './database.ts'
import { follow } from './follower.ts'
import { createGroupCommit } from './group-commit.ts'
import { createHistory } from './history.ts'
import { defaultStoreLimits, type StoreLimits } from './limits.ts'
import { createPurge } from './purge.ts'
import { createRecordCache } from './record-cache.ts'
import { createRecordReader } from './record-reader.ts'
import { createRecordWriter } from './record-writer.ts'
import { createRetention } from './retention.ts'
import { reportingFailure } from './storage-failed.ts'
import { Compacted, FutureRevision, type Store } from './store.ts'
import { createWatchHub } from './watch-hub.ts'

export interface SqliteStoreOptions {
  /** A file in an existing folder, made if it does not exist; or `:memory:`. */
  readonly path: string
  readonly clock: Clock
  /**
   * `full` answers a write only when the disk has it; `normal`, the default, when the kernel has it: that survives
   * any end of the process, but not one of the machine.
   */
  readonly durability?: 'normal' | 'full'
  /** With the path `:memory:`: what the store begins with, as `snapshot` of another gave it. */
  readonly image?: Uint8Array | undefined
  readonly limits?: Partial<StoreLimits>
  /** Calls `action` on a later turn of the event loop. Default: setImmediate. */
  readonly schedule?: (action: () => void) => void
  /** Hears what listeners throw. Default: thrown on a tick of its own, which nobody can overlook. */
  readonly onListenerError?: (error: unknown) => void
  /** Hears why the automatic compaction failed; it tries again later. Default: as for `onListenerError`. */
  readonly onCompactionError?: (error: unknown) => void
}

export interface SqliteStore extends Store {
  /** Everything that is committed, current and past: another store can begin with it. */
  snapshot(): Uint8Array
  /** Lets go of what is in memory only so that it need not be read again. */
  releaseMemory(): void
}

/** The revision of an empty store. As in etcd it is 1, since resource version 0 means "any" to Kubernetes. */
const firstRevision = 1

/**
 * The store contract on SQLite. Throws UnusableState when there is something at `path` that it cannot use.
 * Methods reject with StorageFailed where the disk or the database fails.
 */
export function createSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { path, clock, durability = 'normal', schedule = setImmediate } = options
  const { onListenerError = throwOnItsOwn, onCompactionError = throwOnItsOwn } = options
  const limits: StoreLimits = { ...defaultStoreLimits, ...options.limits }
  const database = openDatabase({
    path,
    durability,
    maximumBytes: limits.maximumBytes,
    image: options.image,
  })

  const counters = createCounters(database)
  const lastRow = database.prepare<[], number>('SELECT max(revision) FROM log').pluck().get() ?? 0
  const newestAtStart = Math.max(firstRevision, lastRow, counters.get('revision'))
  const cache = createRecordCache(limits.recordCacheLength)
  const reader = createRecordReader(database, cache)
  const history = createHistory(database)
  const hub = createWatchHub(newestAtStart)
  const checkpoints = createCheckpoints(database, clock)
  let closed = false

  const commits = createGroupCommit({
    database,
    writer: createRecordWriter(database, cache),
    revision: newestAtStart,
    limits,
    clock,
    schedule,
    publish(changes) {
      cache.notice(changes)
      reader.notice(changes)
      hub.publish(changes)
      retention.noticeChanges()
      checkpoints.noticeChanges(changes.length)
    },
  })
  const newest = () => commits.revision
  const nextTick = async () => {
    await new Promise<void>((resolve) => schedule(resolve))
    refuseWhenClosed()
  }
  const compaction = createCompaction({ database, counters, newest, nextTick })
  let purge: ReturnType<typeof createPurge> | undefined
  const revisions = {
    get newest() {
      return commits.revision
    },
    get compacted() {
      return compaction.compacted
    },
  }
  const compactQuietly = (revision: number) => {
    compaction.compact(revision).catch((error) => {
      if (!closed) onCompactionError(error)
    })
  }
  const retention = createRetention({ clock, ...limits, revisions, compact: compactQuietly })
  // What the last process did not finish; retention's next look tries again if this fails.
  compactQuietly(compaction.compacted)

  function refuseWhenClosed(): void {
    if (closed) throw new Error('the store is closed')
  }

  function checkReadable(): void {
    refuseWhenClosed()
    if (commits.underWay) throw new Error('a transform may not ask the store for anything')
  }

  function checkRevision(revision: number): void {
    if (revision > commits.revision) throw new FutureRevision(revision, commits.revision)
    if (revision < compaction.compacted) throw new Compacted(revision, compaction.compacted)
  }

  return {
    async read(key) {
      checkReadable()
      return reportingFailure(() => reader.read(key))
    },

    async write(key, transform) {
      refuseWhenClosed()
      return commits.write(key, transform)
    },

    async list(range) {
      checkReadable()
      const { revision = commits.revision } = range
      checkRevision(revision)
      return reportingFailure(() => reader.list(range, revision, revision === commits.revision))
    },

    async listByTerm(prefix, term) {
      checkReadable()
      return reportingFailure(() => reader.listByTerm(prefix, term))
    },

    async watch(prefix, fromRevision, listener, onLost = onListenerError) {
      checkReadable()
      checkRevision(fromRevision)
      const sources = { history, hub, revisions, schedule, onListenerError, isClosed: () => closed }
      return follow(sources, { prefix, fromRevision, listener, onLost })
    },

    get revision() {
      return commits.revision
    },

    get compactedRevision() {
      return compaction.compacted
    },

    async compact(revision) {
      checkReadable()
      if (revision > commits.revision) throw new FutureRevision(revision, commits.revision)
      await compaction.compact(revision)
    },

    async purge(prefix) {
      checkReadable()
      purge ??= createPurge({ database, counters, newest, nextTick, forget: () => reader.forget() })
      await purge(prefix)
    },

    snapshot() {
      checkReadable()
      return reportingFailure(() => database.serialize())
    },

    releaseMemory: () => cache.clear(),

    async close() {
      if (closed) return
      closed = true
      retention.stop()
      // Not within a listener's call: those behind it have yet to be told of the commit before.
      await undefined
      commits.flush()
      await checkpoints.close()
      reportingFailure(() => database.close())
    },
  }
}

function throwOnItsOwn(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
