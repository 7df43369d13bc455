/** Plain JSON, as it is parsed from a request and stored in a row. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [field: string]: JsonValue }
export type JsonObject = { [field: string]: JsonValue }

/** A reference from a dependent to its owner; the garbage collector follows it. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** Which fields one manager set, with which operation, in which API version (fieldsV1 notation). */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: JsonObject
  subresource?: string
}

/** `metadata` of every object. Times are RFC 3339 in UTC with whole seconds. */
export interface ObjectMeta {
  name: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: ManagedFieldsEntry[]
}

/**
 * An object as the API speaks it. Inside the registry `apiVersion` and `kind` are those of the request's URL;
 * in the store they are absent, because the same object may be asked for under several spellings.
 */
export interface KubernetesObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
  [field: string]: unknown
}

/** Where an object lives within its control plane; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string | undefined
  readonly name: string
}

/** `namespace/name`, or `name` alone for cluster-scoped objects: how logs and work queues name an object. */
export function formatObjectKey(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`
}

/** The `group/version` of an `apiVersion` string; the core group is the empty string. */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** The `apiVersion` string of a group and version: `v1` in the core group, `group/version` elsewhere. */
export function formatGroupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}
