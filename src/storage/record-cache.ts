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
  /** The least recently used first. */
  const records = new Map<string, StoredRecord>()
  const wholes = new Map<string, readonly StoredRecord[]>()
  let size = 0

  function remove(key: string): void {
    const record = records.get(key)
    if (record === undefined) return
    size -= record.text.length
    records.delete(key)
  }

  function add(record: StoredRecord): void {
    remove(record.key)
    if (record.text.length > capacity / 4) return
    records.set(record.key, record)
    size += record.text.length
    for (const oldest of records.keys()) {
      if (size <= capacity) return
      remove(oldest)
    }
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
      const record = records.get(key)
      if (record === undefined) return undefined
      records.delete(key)
      records.set(key, record)
      return record
    },

    add,
    collection: (prefix) => wholes.get(prefix),

    addCollection(prefix, found) {
      // Only folders are found again when something below them changes.
      if (found.length > recordsPerCollection || !(prefix === '' || prefix.endsWith('/'))) return
      if (found.reduce((sum, { text }) => sum + text.length, 0) > charactersPerCollection) return
      if (wholes.size >= collections) wholes.delete(wholes.keys().next().value as string)
      wholes.set(prefix, found)
    },

    notice(changes) {
      for (const { type, key, revision, text, decoded } of changes) {
        forgetCollectionsOf(key)
        if (type === 'deleted') remove(key)
        else add({ key, revision, text, decoded })
      }
    },

    clear() {
      records.clear()
      wholes.clear()
      size = 0
    },
  }
}
