import { compareText, fieldPath, PathElementError } from '../apimachinery/field-path.ts'
import { type FieldNode, FieldSet, maxOwnedFields, tooManyOwnedFields } from '../apimachinery/field-set.ts'
import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import type { JsonObject, ManagedFieldsEntry } from '../apimachinery/object.ts'

/** One line of the books: what a manager set by one operation, under one spelling, through one subresource. */
export interface FieldManager {
  readonly identity: ManagerIdentity
  readonly fields: FieldSet
  readonly time: string | undefined
  /** The line as it is stored, where it is just that. */
  readonly entry?: ManagedFieldsEntry
}

/** Appliers are the same whatever version they apply; updaters are told apart by it. */
export interface ManagerIdentity {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** Empty for the main resource. */
  readonly subresource: string
}

/** The books of one object, by the managers' keys. */
export type FieldManagers = Map<string, FieldManager>

/** The text that is the same for the same manager; conflicts are told in its order. */
export function managerKey({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  const named = manager === '' ? '' : `"manager":${JSON.stringify(manager)},`
  const versioned = operation === 'Apply' ? '' : `,"apiVersion":${JSON.stringify(apiVersion)}`
  const through = subresource === '' ? '' : `,"subresource":${JSON.stringify(subresource)}`
  return `{${named}"operation":"${operation}"${versioned}${through}}`
}

/** How conflicts name a manager: `"kubectl" with subresource "status" using apps/v1`. */
export function describeManager({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  const name = JSON.stringify(manager)
  const qualified = subresource === '' ? name : `${name} with subresource ${JSON.stringify(subresource)}`
  return operation === 'Update' ? `${qualified} using ${apiVersion}` : qualified
}

export function setManager(managers: FieldManagers, manager: FieldManager): void {
  managers.set(managerKey(manager.identity), manager)
}

interface KeyedManager {
  readonly key: string
  readonly manager: FieldManager
}

/** What entries say that were read. They outlive the object that they came with: a write takes over those of others. */
const read = new WeakMap<ManagedFieldsEntry, KeyedManager>()

/** An entry as we write it, which knows what it says: who reads it next need not look into it. */
class WrittenEntry implements ManagedFieldsEntry {
  declare manager?: string
  declare operation: ManagerIdentity['operation']
  declare apiVersion: string
  declare time?: string
  declare fieldsType: 'FieldsV1'
  declare fieldsV1: JsonObject
  declare subresource?: string
  readonly #meaning: KeyedManager

  /** What has no value is left out, and the order is that in which a real server writes. */
  constructor(key: string, { identity, fields, time }: FieldManager) {
    if (identity.manager !== '') this.manager = identity.manager
    this.operation = identity.operation
    this.apiVersion = identity.apiVersion
    if (time !== undefined) this.time = time
    this.fieldsType = 'FieldsV1'
    this.fieldsV1 = fields.toFieldsV1()
    if (identity.subresource !== '') this.subresource = identity.subresource
    this.#meaning = { key, manager: { identity, fields, time, entry: this } }
  }

  static meaningOf(entry: ManagedFieldsEntry): KeyedManager | undefined {
    return #meaning in entry ? entry.#meaning : undefined
  }
}

/** Reads entries that we wrote: their trees are canonical, so nothing is looked into. */
export function readStoredManagers(entries: readonly ManagedFieldsEntry[]): FieldManagers {
  const managers: FieldManagers = new Map()
  for (const entry of entries) {
    const { key, manager } = WrittenEntry.meaningOf(entry) ?? getOrInsert(read, entry, () => readEntry(entry))
    managers.set(key, manager)
  }
  return managers
}

function readEntry(entry: ManagedFieldsEntry): KeyedManager {
  const identity = identityOf(entry)
  const fields = FieldSet.ofNode(entry.fieldsV1 as FieldNode | undefined)
  return { key: managerKey(identity), manager: { identity, fields, time: entry.time, entry } }
}

/** Reads entries that a client sent; undefined when they are not to be read, which a real server ignores. */
export function readSentManagers(entries: readonly ManagedFieldsEntry[]): FieldManagers | undefined {
  if (!entries.every(isComplete)) return undefined
  try {
    const managers: FieldManagers = new Map()
    for (const entry of entries) {
      const fields = FieldSet.fromFieldsV1(entry.fieldsV1)
      setManager(managers, { identity: identityOf(entry), fields, time: entry.time })
    }
    return managers
  } catch (error) {
    if (error instanceof PathElementError) return undefined
    throw error
  }
}

function isComplete(entry: ManagedFieldsEntry): boolean {
  const operation = entry.operation === 'Apply' || entry.operation === 'Update'
  return operation && Boolean(entry.apiVersion) && entry.fieldsType === 'FieldsV1'
}

function identityOf({ manager, operation, apiVersion, subresource }: ManagedFieldsEntry): ManagerIdentity {
  return {
    manager: manager ?? '',
    operation: operation ?? 'Update',
    apiVersion: apiVersion ?? '',
    subresource: subresource ?? '',
  }
}

/**
 * The entries as objects carry them: appliers first, then by time, name, version and subresource. Throws a StatusError
 * (413) where they own too much.
 */
export function writeManagers(managers: FieldManagers): ManagedFieldsEntry[] {
  let owned = 0
  for (const { fields } of managers.values()) owned += fields.size
  if (owned > maxOwnedFields) throw tooManyOwnedFields()
  return [...managers]
    .sort(([, left], [, right]) => compareManagers(left, right))
    .map(([key, manager]) => manager.entry ?? new WrittenEntry(key, manager))
}

function compareManagers(left: FieldManager, right: FieldManager): number {
  return (
    compareText(left.identity.operation, right.identity.operation) ||
    compareTimes(left.time, right.time) ||
    compareText(left.identity.manager, right.identity.manager) ||
    compareText(left.identity.apiVersion, right.identity.apiVersion) ||
    compareText(left.identity.subresource, right.identity.subresource)
  )
}

/** By whole seconds; no time is the beginning of the epoch. */
function compareTimes(left: string | undefined, right: string | undefined): number {
  return left === right ? 0 : seconds(left) - seconds(right)
}

function seconds(time: string | undefined): number {
  const milliseconds = time === undefined ? 0 : Date.parse(time)
  return Number.isNaN(milliseconds) ? 0 : Math.floor(milliseconds / 1000)
}

/** What nobody owns: the head, and what the server keeps itself. */
const unownedFields = FieldSet.of(
  fieldPath('apiVersion'),
  fieldPath('kind'),
  fieldPath('metadata'),
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => fieldPath('metadata', name)),
)

export function withoutUnowned(fields: FieldSet): FieldSet {
  return fields.difference(unownedFields)
}

const specSet = FieldSet.of(fieldPath('spec'))
const statusSet = FieldSet.of(fieldPath('status'))

/** What a write through this door cannot change, and therefore does not own, whatever was sent. */
export function resetFields(hasStatusSubresource: boolean, subresource: string): FieldSet {
  if (subresource === 'status') return specSet
  return hasStatusSubresource && subresource === '' ? statusSet : FieldSet.empty
}

/** How many entries of updates an object carries; older ones are put together. */
const maxUpdateManagers = 10

/** Joins the oldest entries of updates, per version, under one name until there are few enough. */
export function capUpdateManagers(managers: FieldManagers): void {
  const updaters = [...managers].filter(([, { identity }]) => identity.operation === 'Update')
  let count = updaters.length
  if (count <= maxUpdateManagers) return
  updaters.sort(
    ([leftKey, left], [rightKey, right]) =>
      compareTimes(left.time, right.time) || compareText(leftKey, rightKey),
  )
  const oldestOfVersion = new Map<string, string>()
  for (const [key, updater] of updaters) {
    if (count <= maxUpdateManagers) return
    const { apiVersion } = updater.identity
    const oldest = oldestOfVersion.get(apiVersion)
    if (oldest === undefined) {
      oldestOfVersion.set(apiVersion, key)
      continue
    }
    const identity: ManagerIdentity = {
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion,
      subresource: '',
    }
    const bucketKey = managerKey(identity)
    let bucket = managers.get(bucketKey)
    if (bucket === undefined) {
      bucket = managers.get(oldest) as FieldManager
      managers.delete(oldest)
    }
    // The later of the two times: the bucket is as recent as what went into it last.
    managers.set(bucketKey, { identity, fields: updater.fields.union(bucket.fields), time: updater.time })
    if (key === bucketKey) continue
    managers.delete(key)
    count--
  }
}
