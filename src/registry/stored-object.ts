import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { StoredRecord } from '../storage/store.ts'
import { parseObjectKey } from './keys.ts'
import type { Conversion, Kind, Resource } from './kind.ts'
import type { Plane, StoredObject } from './registry.ts'

/** The text that is stored: JSON without head. `metadata` comes first, as people read it. */
export function encodeObject(object: KubernetesObject): string {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  return JSON.stringify({ metadata, ...rest })
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}

/**
 * Parsed objects by key and revision, least recently used out first. Bounded by the length of their texts:
 * a parsed object takes a few times its text.
 */
export class ObjectCache {
  readonly #limit: number
  readonly #entries = new Map<string, { revision: number; size: number; object: KubernetesObject }>()
  #size = 0

  /** `limit`: total length of the texts whose objects are kept, in characters. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get(record: StoredRecord): KubernetesObject {
    const entry = this.#entries.get(record.key)
    if (entry && entry.revision === record.revision) {
      this.#entries.delete(record.key)
      this.#entries.set(record.key, entry)
      return entry.object
    }
    const object = deepFreeze(JSON.parse(record.text) as KubernetesObject)
    // An older revision (a watcher catching up) must not push out the current one.
    if (!entry || entry.revision < record.revision) this.#put(record, object)
    return object
  }

  /** The same without keeping it: for passes over many records, which would push out everything else. */
  peek(record: StoredRecord): KubernetesObject {
    const entry = this.#entries.get(record.key)
    if (entry && entry.revision === record.revision) return entry.object
    return JSON.parse(record.text) as KubernetesObject
  }

  #put(record: StoredRecord, object: KubernetesObject): void {
    const old = this.#entries.get(record.key)
    if (old) {
      this.#size -= old.size
      this.#entries.delete(record.key)
    }
    if (record.text.length > this.#limit / 4) return
    this.#entries.set(record.key, { revision: record.revision, size: record.text.length, object })
    this.#size += record.text.length
    for (const [key, entry] of this.#entries) {
      if (this.#size <= this.#limit) break
      this.#entries.delete(key)
      this.#size -= entry.size
    }
  }
}

class LazyStoredObject implements StoredObject {
  readonly key: ObjectKey
  readonly revision: number
  readonly text: string
  readonly #record: StoredRecord
  readonly #cache: ObjectCache

  constructor(key: ObjectKey, record: StoredRecord, cache: ObjectCache) {
    this.key = key
    this.revision = record.revision
    this.text = record.text
    this.#record = record
    this.#cache = cache
  }

  get object(): KubernetesObject {
    return this.#cache.get(this.#record)
  }
}

/** A record out of the store as an object of its kind, in stored form; nothing is parsed yet. */
export function unconvertedObject(
  plane: Plane,
  kind: Kind,
  record: StoredRecord,
  cache: ObjectCache,
): StoredObject {
  return new LazyStoredObject(parseObjectKey(plane, kind, record.key), record, cache)
}

/** The same as the resource's spelling shows it. */
export function storedObject(
  plane: Plane,
  resource: Resource,
  record: StoredRecord,
  cache: ObjectCache,
): StoredObject {
  const stored = unconvertedObject(plane, resource.kind, record, cache)
  return resource.conversion ? convertStored(stored, resource.conversion) : stored
}

const converted = new WeakMap<Conversion, WeakMap<StoredObject, StoredObject>>()

/** The object as a spelling with fields of its own shows it; made once per object and spelling. */
export function convertStored(stored: StoredObject, conversion: Conversion): StoredObject {
  const known = getOrInsert(converted, conversion, () => new WeakMap<StoredObject, StoredObject>())
  return getOrInsert(known, stored, () => {
    const object = deepFreeze(conversion.fromStored(stored.object))
    return { key: stored.key, revision: stored.revision, text: encodeObject(object), object }
  })
}
