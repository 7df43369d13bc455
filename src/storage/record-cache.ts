import { rememberInOrder } from '../apimachinery/remember-in-order.ts'
import type { Change, StoredRecord } from './store.ts'

/**
 * Current records, so that what was written or read a moment ago is neither read nor decoded again. Nothing of it can
 * be stale: this process alone writes, and every commit passes through here before anybody hears of it.
 */
export interface RecordCache {
  get(key: string): StoredRecord | undefined
  /** A record as it was just read: it is the newest of its key. */
  add(record: StoredRecord): void
  /** What is kept of a collection that was read whole. */
  collection(prefix: string): readonly StoredRecord[] | undefined
  addCollection(prefix: string, records: readonly StoredRecord[]): void
  /** To be called with every commit. */
  notice(changes: readonly Change[]): void
  /** To be called when records have gone without a change. */
  clear(): void
}

/**
 * Whole collections that are kept, and how many records and characters one may have: what admission asks at every write
 * (the Locations of a project), not what users fill.
 */
const collections = 64
const recordsPerCollection = 64
const charactersPerCollection = 64 * 1024

/** `capacity`: total length of the texts of the kept records, in characters; decoded, each takes a few times its text. */
export function createRecordCache(capacity: number): RecordCache {
  /**
   * In two generations: what was used since the older one was full, and what was used before. A read moves at most one
   * record, and the older generation is dropped as a whole; an order of use that is kept exactly costs every read two
   * changes of a large map.
   */
  let recent = new Map<string, StoredRecord>()
  let older = new Map<string, StoredRecord>()
  let recentSize = 0
  const wholes = new Map<string, readonly StoredRecord[]>()

  function remove(key: string): void {
    older.delete(key)
    const record = recent.get(key)
    if (record === undefined) return
    recentSize -= record.text.length
    recent.delete(key)
  }

  function add(record: StoredRecord): void {
    const { key, text } = record
    const before = recent.get(key)
    if (before === undefined) older.delete(key)
    else recentSize -= before.text.length
    if (text.length > capacity / 4) {
      recent.delete(key)
      return
    }
    if (recentSize + text.length > capacity / 2) {
      recent.delete(key)
      older = recent
      recent = new Map()
      recentSize = 0
    }
    recent.set(key, record)
    recentSize += text.length
  }

  /** From the whole store ('') down to the innermost folder. */
  function forgetCollectionsOf(key: string): void {
    if (wholes.size === 0) return
    for (let end = 0; ; end++) {
      wholes.delete(key.slice(0, end))
      end = key.indexOf('/', end)
      if (end === -1) return
    }
  }

  return {
    get(key) {
      const record = recent.get(key)
      if (record !== undefined) return record
      const before = older.get(key)
      if (before !== undefined) add(before)
      return before
    },

    add,
    collection: (prefix) => wholes.get(prefix),

    addCollection(prefix, found) {
      // Only folders are found again when something below them changes.
      if (found.length > recordsPerCollection || !(prefix === '' || prefix.endsWith('/'))) return
      if (found.reduce((sum, { text }) => sum + text.length, 0) > charactersPerCollection) return
      rememberInOrder(wholes, prefix, found, collections)
    },

    notice(changes) {
      for (const { type, key, revision, text, decoded } of changes) {
        forgetCollectionsOf(key)
        if (type === 'deleted') remove(key)
        else add({ key, revision, text, decoded })
      }
    },

    clear() {
      recent = new Map()
      older = new Map()
      recentSize = 0
      wholes.clear()
    },
  }
}
