import { deepEqual } from '../apimachinery/equality.ts'
import { applyConflict, badRequest } from '../apimachinery/errors.ts'
import { compareText, type FieldPath, formatFieldPath } from '../apimachinery/field-path.ts'
import { FieldSet } from '../apimachinery/field-set.ts'
import {
  type JsonObject,
  type KubernetesObject,
  type ManagedFieldsEntry,
  parseGroupVersion,
} from '../apimachinery/object.ts'
import {
  describeManager,
  type FieldManager,
  type FieldManagers,
  managerKey,
  readStoredManagers,
  resetFields,
  withoutUnowned,
  writeManagers,
} from './field-manager.ts'
import { appliedBefore, withLastApplied } from './last-applied.ts'
import { disown, reconcileManagers, recordUpdate, withoutBooks, withoutReset } from './managed-fields.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { compareObjects } from './structured-merge/compare-objects.ts'
import { fieldSetOfType } from './structured-merge/field-set-of.ts'
import { mergeObjects } from './structured-merge/merge-objects.ts'
import { type MergeType, mergeTypeOf } from './structured-merge/merge-type.ts'
import { prune } from './structured-merge/prune.ts'
import { describeFaults } from './structured-merge/validate-object.ts'

/** A server-side apply of one object. */
export interface Apply {
  /** Of the whole object, in the version of `apiVersion`. */
  readonly schema: StructuralSchema
  /** The object that is there, with or without its books; absent when the apply creates it. */
  readonly live: KubernetesObject | undefined
  /** What an object is made of before anything is said of it; of what is in it nobody becomes the owner. Default: nothing. */
  readonly zeroValue?: KubernetesObject | undefined
  /** What the manager wants to be so. Needs `apiVersion` and `kind`. */
  readonly applied: KubernetesObject
  /** The books of the live object. */
  readonly entries: readonly ManagedFieldsEntry[] | undefined
  readonly manager: string
  /** Take over what others own. */
  readonly force: boolean
  readonly apiVersion: string
  /** Absent for the main resource. */
  readonly subresource?: string | undefined
  readonly hasStatusSubresource: boolean
  /** RFC 3339. */
  readonly time: string
  /** Which versions the books may name; entries of others are dropped. Default: all. */
  readonly servesVersion?: ((apiVersion: string) => boolean) | undefined
}

export interface Applied {
  /** The merged object with its books; not defaulted, not validated. Deep-equal to `live` when nothing changed. */
  readonly object: KubernetesObject
  readonly managedFields: ManagedFieldsEntry[]
}

/**
 * Merges what a manager applies into the live object: it owns what it says, loses (and with that removes, unless
 * somebody else owns it too) what it said before and says no more, and may not change what others own unless forced.
 * Throws a Conflict StatusError with a cause per field, or BadRequest for an object that cannot be applied.
 */
export function applyMerge(apply: Apply): Applied {
  checkApplied(apply)
  const type = mergeTypeOf(apply.schema)
  const applied = withoutBooks(apply.applied)
  const faults = describeFaults(type, applied)
  if (faults !== undefined) {
    throw badRequest(`failed to create typed patch object (${describeObject(apply)}): ${faults}`)
  }
  const live = liveObject(apply)
  const managers = trackedManagers(apply, live)

  let merged = attempt(apply, type, live, applied, managers, apply.force)
  if ('conflicts' in merged && apply.manager === 'kubectl') {
    const allowed = appliedBefore(type, live, apply.apiVersion)
    const remaining = merged.conflicts.filter(({ path }) => !allowed.has(path))
    merged =
      remaining.length === 0 ? attempt(apply, type, live, applied, managers, true) : { conflicts: remaining }
  }
  if ('conflicts' in merged) throw conflictError(merged.conflicts)
  const object = apply.manager === 'kubectl' ? withLastApplied(merged.object, applied) : merged.object
  const managedFields = writeManagers(merged.managers)
  return { object: withBooks(object, managedFields), managedFields }
}

function checkApplied({ applied, apiVersion }: Apply): void {
  if (applied.apiVersion !== undefined && applied.apiVersion !== apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion}, expected: ${apiVersion}`,
    )
  }
  if (applied.metadata?.managedFields !== undefined && applied.metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil')
  }
}

/** `namespace/name; group/version, Kind=Kind`, as a real server names the object. */
function describeObject({ applied, apiVersion }: Apply): string {
  const { group, version } = parseGroupVersion(apiVersion)
  const place = `${applied.metadata?.namespace ?? ''}/${applied.metadata?.name ?? ''}`
  return `${place}; ${group}/${version}, Kind=${applied.kind ?? ''}`
}

/** What is there, with the head under which it is applied; for a create nothing but the head. */
function liveObject({ live, applied, apiVersion }: Apply): JsonObject {
  const head = { apiVersion, ...(applied.kind === undefined ? {} : { kind: applied.kind }) }
  return live === undefined ? head : { ...withoutBooks(live), ...head }
}

/** The books as they are; an object that has none was set by somebody before the first apply. */
function trackedManagers(apply: Apply, live: JsonObject): FieldManagers {
  const managers = readStoredManagers(apply.entries ?? [])
  if (managers.size > 0 || apply.live === undefined) return managers
  recordUpdate(managers, {
    ...apply,
    before: undefined,
    after: live as unknown as KubernetesObject,
    manager: 'before-first-apply',
  })
  return managers
}

interface Conflict {
  readonly owner: FieldManager
  readonly path: FieldPath
}

type Attempt =
  | { readonly object: JsonObject; readonly managers: FieldManagers }
  | { readonly conflicts: Conflict[] }

function attempt(
  apply: Apply,
  type: MergeType,
  live: JsonObject,
  applied: JsonObject,
  current: FieldManagers,
  force: boolean,
): Attempt {
  const managers: FieldManagers = new Map(current)
  reconcileManagers(managers, type, apply.servesVersion)
  const subresource = apply.subresource ?? ''
  const identity = {
    manager: apply.manager,
    operation: 'Apply' as const,
    apiVersion: apply.apiVersion,
    subresource,
  }
  const key = managerKey(identity)
  const reset = resetFields(apply.hasStatusSubresource, subresource)
  const previous = managers.get(key)
  const said = fieldSetOfType(type, applied).recursiveDifference(reset)
  managers.set(key, { identity, fields: said, time: previous?.time })
  const own = withoutUnowned(said)
  // Mostly an applier says again what it said before: the same set need not be looked into any more.
  const fields = previous?.fields.equals(own) ? previous.fields : own

  const merged = mergeObjects(type, live, applied)
  const object =
    previous === undefined || previous.fields === fields
      ? merged
      : withoutGivenUp(type, merged, previous.fields, managers, said)

  const comparison = compareObjects(type, live, object)
  const changes = withoutReset(comparison, reset)
  if (!force) {
    const conflicts = findConflicts(managers, key, changes.modified.union(changes.added))
    if (conflicts.length > 0) return { conflicts }
  }
  disown(managers, changes, key)
  // The order of a list changes nothing that anybody owns, but it does change the object.
  const isSame = comparison.isSame && deepEqual(live, object)
  // An applier that says nothing has no entry.
  if (fields.isEmpty) managers.delete(key)
  else managers.set(key, { identity, fields, time: isSame ? previous?.time : apply.time })
  return { object, managers }
}

/** What the applier said before and does not say now goes, unless somebody else owns it. Mostly there is nothing. */
function withoutGivenUp(
  type: MergeType,
  merged: JsonObject,
  before: FieldSet,
  managers: FieldManagers,
  now: FieldSet,
): JsonObject {
  if (before.difference(now).isEmpty) return merged
  const owned = [...managers.values()].reduce((all, manager) => all.union(manager.fields), FieldSet.empty)
  return prune(type, merged, before, owned)
}

/** What others own of `changed`, by manager and then by place. */
function findConflicts(managers: FieldManagers, self: string, changed: FieldSet): Conflict[] {
  if (changed.isEmpty) return []
  return [...managers]
    .filter(([key]) => key !== self)
    .sort(([left], [right]) => compareText(left, right))
    .flatMap(([, owner]) => [...owner.fields.intersection(changed).paths()].map((path) => ({ owner, path })))
}

function conflictError(conflicts: readonly Conflict[]) {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeManager(owner.identity)}`,
    field: formatFieldPath(path),
  }))
  const [only] = causes
  if (causes.length === 1 && only) {
    return applyConflict(`Apply failed with 1 conflict: ${only.message}: ${only.field}`, causes)
  }
  const lines: string[] = []
  let heading: string | undefined
  for (const { message, field } of causes) {
    if (message !== heading) lines.push(`${message.replace('conflict', 'conflicts')}:`)
    heading = message
    lines.push(`- ${field}`)
  }
  return applyConflict(`Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`, causes)
}

function withBooks(object: JsonObject, managedFields: ManagedFieldsEntry[]): KubernetesObject {
  const metadata = object.metadata as JsonObject | undefined
  return {
    ...object,
    metadata: { ...metadata, ...(managedFields.length > 0 ? { managedFields } : {}) },
  } as unknown as KubernetesObject
}
