import { cloneJson } from '../apimachinery/clone.ts'
import { deepEqual } from '../apimachinery/equality.ts'
import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { StoredRecord } from '../storage/store.ts'
import { applyDefaultsToStored } from './defaulting.ts'
import { parseObjectKey } from './keys.ts'
import { type Conversion, type Kind, type Resource, storageVersion } from './kind.ts'
import { prune } from './pruning.ts'
import type { Plane, StoredObject } from './registry.ts'

/** The text that is stored: JSON without head. `metadata` comes first, as people read it. */
export function encodeObject(object: KubernetesObject): string {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  return JSON.stringify({ metadata, ...rest })
}

/** Freezes JSON that is still nobody else's, and drops what its text does not show: fields without a value. */
function settle<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) {
    for (const item of value) settle(item)
    return Object.freeze(value)
  }
  const fields = value as Record<string, unknown>
  for (const name of Object.keys(fields)) {
    const member = fields[name]
    if (member === undefined) delete fields[name]
    else if (typeof member === 'object') settle(member)
  }
  return Object.freeze(value)
}

/**
 * An object in the two forms in which it is stored: as text, and decoded, so that nobody has to decode it again. The
 * object becomes the store's: it is frozen.
 */
export function storedForms(object: KubernetesObject): { text: string; decoded: KubernetesObject } {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object
  const decoded = { metadata, ...rest }
  return { text: JSON.stringify(decoded), decoded: settle(decoded) }
}

/** The object that a record's text means; decoded once for all readers of the record. */
export function decodeRecord(record: StoredRecord): KubernetesObject {
  record.decoded ??= settle(JSON.parse(record.text))
  return record.decoded as KubernetesObject
}

/** The same without keeping it: for passes over many records of which few are wanted. */
export function peekRecord(record: StoredRecord): KubernetesObject {
  return (record.decoded ?? JSON.parse(record.text)) as KubernetesObject
}

class LazyStoredObject implements StoredObject {
  readonly key: ObjectKey
  readonly revision: number
  readonly text: string
  readonly #record: StoredRecord

  constructor(key: ObjectKey, record: StoredRecord) {
    this.key = key
    this.revision = record.revision
    this.text = record.text
    this.#record = record
  }

  get object(): KubernetesObject {
    return decodeRecord(this.#record)
  }
}

/** A record out of the store as an object of its kind, in stored form; nothing is parsed yet. */
export function unconvertedObject(plane: Plane, kind: Kind, record: StoredRecord): StoredObject {
  const key = parseObjectKey(plane, kind, record.key)
  const object = fittedObject(kind, record)
  if (object === undefined) return new LazyStoredObject(key, record)
  return { key, revision: record.revision, text: encodeObject(object), object }
}

/** The object that a record means under the schema of today. */
export function currentObject(kind: Kind, record: StoredRecord): KubernetesObject {
  return fittedObject(kind, record) ?? decodeRecord(record)
}

const fitted = new WeakMap<Kind, WeakMap<StoredRecord, { readonly object: KubernetesObject | undefined }>>()

/**
 * A real server prunes and defaults what it reads by the schema that there is now. Undefined where that changes nothing:
 * of nearly every record, because it was written under this schema.
 */
function fittedObject(kind: Kind, record: StoredRecord): KubernetesObject | undefined {
  if (kind.definedAt === undefined || record.revision > kind.definedAt) return undefined
  const known = getOrInsert(fitted, kind, () => new WeakMap())
  return getOrInsert(known, record, () => {
    const schema = storageVersion(kind).schema()
    const object = cloneJson(decodeRecord(record))
    prune(schema, object)
    applyDefaultsToStored(schema, object)
    return { object: deepEqual(object, decodeRecord(record)) ? undefined : settle(object) }
  }).object
}

/** The same as the resource's spelling shows it. */
export function storedObject(plane: Plane, resource: Resource, record: StoredRecord): StoredObject {
  const stored = unconvertedObject(plane, resource.kind, record)
  return resource.conversion ? convertStored(stored, resource.conversion) : stored
}

const converted = new WeakMap<Conversion, WeakMap<StoredObject, StoredObject>>()

/** The object as a spelling with fields of its own shows it; made once per object and spelling. */
export function convertStored(stored: StoredObject, conversion: Conversion): StoredObject {
  const known = getOrInsert(converted, conversion, () => new WeakMap<StoredObject, StoredObject>())
  return getOrInsert(known, stored, () => {
    const object = settle(conversion.fromStored(stored.object))
    return { key: stored.key, revision: stored.revision, text: encodeObject(object), object }
  })
}
