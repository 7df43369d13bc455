import { deepEqual } from '../apimachinery/equality.ts'
import { FieldSet } from '../apimachinery/field-set.ts'
import type { JsonObject, KubernetesObject, ManagedFieldsEntry } from '../apimachinery/object.ts'
import {
  capUpdateManagers,
  type FieldManager,
  type FieldManagers,
  type ManagerIdentity,
  managerKey,
  readSentManagers,
  readStoredManagers,
  resetFields,
  withoutUnowned,
  writeManagers,
} from './field-manager.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { type Comparison, compareObjects } from './structured-merge/compare-objects.ts'
import { type MergeType, mergeTypeOf } from './structured-merge/merge-type.ts'
import { reconcileFieldSet } from './structured-merge/reconcile-field-set.ts'

/** A write other than server-side apply, as the books see it. */
export interface TrackedUpdate {
  /** Of the whole object, in the version of `apiVersion`. */
  readonly schema: StructuralSchema
  /** The object as it was, with the books it had; absent for a create. */
  readonly before: KubernetesObject | undefined
  /** What a create starts from: of what is in it nobody becomes the owner. Default: nothing. */
  readonly zeroValue?: KubernetesObject | undefined
  /** The object as it will be stored. Its own `managedFields` are not looked at. */
  readonly after: KubernetesObject
  /**
   * The `managedFields` of the object that the client sent; absent when it sent none. `[]` and `[{}]` wipe the books.
   * What cannot be read, or comes through a subresource, counts as not sent.
   */
  readonly entries?: readonly ManagedFieldsEntry[] | undefined
  readonly manager: string
  readonly apiVersion: string
  /** Absent for the main resource. */
  readonly subresource?: string | undefined
  /** Whether the kind has `/status`, so that neither door owns what the other one sets. */
  readonly hasStatusSubresource: boolean
  /** RFC 3339. */
  readonly time: string
  /** Which versions the books may name; entries of others are dropped. Default: all. */
  readonly servesVersion?: ((apiVersion: string) => boolean) | undefined
}

/**
 * The books after a create, update or patch: the caller owns what it changed, everybody else loses that, and
 * what is gone is owned by nobody. Objects whose books were wiped are not tracked again before they are applied.
 * Throws a StatusError (413) where managers would own too much, and nothing else: objects come from validation.
 */
export function trackUpdate(update: TrackedUpdate): ManagedFieldsEntry[] {
  const managers = currentManagers(update)
  if (managers.size === 0 && update.before !== undefined) return []
  recordUpdate(managers, update)
  capUpdateManagers(managers)
  return writeManagers(managers)
}

function currentManagers({ before, entries, subresource }: TrackedUpdate): FieldManagers {
  const live = before?.metadata.managedFields ?? []
  if (!subresource && entries !== undefined && !deepEqual(entries, live)) {
    if (isReset(entries)) return new Map()
    const sent = readSentManagers(entries)
    if (sent !== undefined && sent.size > 0) return sent
  }
  return readStoredManagers(live)
}

function isReset(entries: readonly ManagedFieldsEntry[]): boolean {
  const [first] = entries
  return first === undefined || (entries.length === 1 && Object.keys(first).length === 0)
}

/** Books the difference between `before` and `after` in `managers`. */
export function recordUpdate(managers: FieldManagers, update: TrackedUpdate): void {
  const type = mergeTypeOf(update.schema)
  reconcileManagers(managers, type, update.servesVersion)
  const before = update.before ?? update.zeroValue ?? {}
  const comparison = compareObjects(type, before as JsonObject, update.after as unknown as JsonObject)
  const subresource = update.subresource ?? ''
  const changes = withoutReset(comparison, resetFields(update.hasStatusSubresource, subresource))
  disown(managers, changes)

  const identity: ManagerIdentity = {
    manager: update.manager === '' ? 'unknown' : update.manager,
    operation: 'Update',
    apiVersion: update.apiVersion,
    subresource,
  }
  const set = withoutUnowned(changes.modified.union(changes.added))
  if (set.isEmpty) return
  const key = managerKey(identity)
  const fields = set.union(managers.get(key)?.fields ?? FieldSet.empty)
  managers.set(key, { identity, fields, time: update.time })
}

/** The object without its books, which own nothing and are owned by nobody. */
export function withoutBooks(object: KubernetesObject): JsonObject {
  const { managedFields: _managedFields, ...metadata } = object.metadata
  return { ...object, metadata } as unknown as JsonObject
}

/** Makes the books fit the schema of today, and drops entries of versions that are no more. */
export function reconcileManagers(
  managers: FieldManagers,
  type: MergeType,
  servesVersion: ((apiVersion: string) => boolean) | undefined,
): void {
  for (const [key, manager] of managers) {
    if (servesVersion && !servesVersion(manager.identity.apiVersion)) {
      managers.delete(key)
      continue
    }
    const fields = reconcileFieldSet(type, manager.fields)
    if (fields !== manager.fields) managers.set(key, withFields(manager, fields))
  }
}

/** The same manager with other fields, and so with another line in the books. */
export function withFields({ identity, time }: FieldManager, fields: FieldSet): FieldManager {
  return { identity, fields, time }
}

export function withoutReset(comparison: Comparison, reset: FieldSet): Comparison {
  if (reset.isEmpty || comparison.isSame) return comparison
  return {
    removed: comparison.removed.recursiveDifference(reset),
    modified: comparison.modified.recursiveDifference(reset),
    added: comparison.added.recursiveDifference(reset),
    isSame: false,
  }
}

/** Takes what changed from everybody but `except`; who owns nothing any more is forgotten. */
export function disown(managers: FieldManagers, changes: Comparison, except?: string): void {
  if (changes.isSame) return
  const gone = changes.removed.union(changes.modified).union(changes.added)
  for (const [key, manager] of managers) {
    const fields = key === except ? manager.fields : manager.fields.difference(gone)
    if (fields.isEmpty) managers.delete(key)
    else if (fields !== manager.fields) managers.set(key, withFields(manager, fields))
  }
}

/**
 * Whether two states of an object differ in nothing but the times of their books. Such a write must keep the old
 * times: it changed nothing. `resourceVersion` has to be the same in both.
 */
export function isSameButForTimes(before: KubernetesObject, after: KubernetesObject): boolean {
  const { managedFields: olds = [] } = before.metadata
  const { managedFields: news = [] } = after.metadata
  return (
    olds.length === news.length &&
    olds.every((old, index) => isSameButForTime(old, news[index] as ManagedFieldsEntry)) &&
    deepEqual(withoutBooks(before), withoutBooks(after))
  )
}

function isSameButForTime(before: ManagedFieldsEntry, after: ManagedFieldsEntry): boolean {
  return before === after || deepEqual({ ...before, time: undefined }, { ...after, time: undefined })
}
