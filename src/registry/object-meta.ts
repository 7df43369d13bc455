import type { JsonValue, KubernetesObject, ObjectMeta } from '../apimachinery/object.ts'
import { cannotRestore, cannotUnmarshal, timeFault, timeLayout } from '../apimachinery/typed-json.ts'

/**
 * `metadata` is typed on a real server, for custom resources too: what it does not know is dropped (and reported),
 * and a value of the wrong type cannot be decoded at all.
 */

type Shape = 'string' | 'integer' | 'boolean' | 'strings' | 'stringMap' | 'owners' | 'managers'

const fields: Readonly<Record<string, Shape>> = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  selfLink: 'string',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'integer',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'integer',
  labels: 'stringMap',
  annotations: 'stringMap',
  ownerReferences: 'owners',
  finalizers: 'strings',
  managedFields: 'managers',
}

const ownerFields: Readonly<Record<string, Shape>> = {
  apiVersion: 'string',
  kind: 'string',
  name: 'string',
  uid: 'string',
  controller: 'boolean',
  blockOwnerDeletion: 'boolean',
}

const managerFields: Readonly<Record<string, Shape | 'object'>> = {
  manager: 'string',
  operation: 'string',
  apiVersion: 'string',
  time: 'string',
  fieldsType: 'string',
  fieldsV1: 'object',
  subresource: 'string',
}

/** A value of `metadata` that a typed decoder cannot take; the message is in Go's words. */
export class MetadataTypeError extends Error {
  override readonly name = 'MetadataTypeError'

  /** What the converter says through which strategic patches go. */
  readonly converted: string

  constructor(message: string, converted: string = message) {
    super(message)
    this.converted = converted
  }
}

function mismatch(value: unknown, struct: string, path: string, goType: string): MetadataTypeError {
  return new MetadataTypeError(
    cannotUnmarshal(value, `struct field ${struct}.${path}`, goType),
    cannotRestore(value, goKindOf(goType), goType),
  )
}

function goKindOf(goType: string): string {
  if (goType.startsWith('map[')) return 'map'
  if (goType.startsWith('[]')) return 'slice'
  return goType.startsWith('v1.') ? 'struct' : goType
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decodeString(value: unknown, struct: string, path: string): string {
  if (value === null) return ''
  if (typeof value !== 'string') throw mismatch(value, struct, path, 'string')
  return value
}

function decodeStringMap(value: unknown, path: string): Record<string, string> {
  if (!isRecord(value)) throw mismatch(value, 'ObjectMeta', path, 'map[string]string')
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, decodeString(member, 'ObjectMeta', path)]),
  )
}

function decodeStruct(
  value: unknown,
  known: Readonly<Record<string, Shape | 'object'>>,
  struct: string,
  path: string,
  unknown: string[],
  index: string,
): Record<string, JsonValue> {
  if (!isRecord(value)) throw mismatch(value, 'ObjectMeta', path, `v1.${struct}`)
  const result: Record<string, JsonValue> = {}
  for (const [key, member] of Object.entries(value)) {
    const shape = Object.hasOwn(known, key) ? known[key] : undefined
    if (shape === undefined) unknown.push(`${path}${index}.${key}`)
    else if (member === null) continue
    else if (shape === 'boolean') {
      if (typeof member !== 'boolean') throw mismatch(member, struct, `${path}.${key}`, 'bool')
      result[key] = member
    } else if (key === 'time') {
      const time = decodeTime(member, `${path}.${key}`)
      if (time !== undefined) result[key] = time
    } else if (shape === 'object') {
      if (!isRecord(member)) throw mismatch(member, struct, `${path}.${key}`, 'v1.FieldsV1')
      result[key] = member as JsonValue
    } else result[key] = decodeString(member, struct, `${path}.${key}`)
  }
  return result
}

function decodeList(value: unknown, path: string, goType: string): unknown[] {
  if (!Array.isArray(value)) throw mismatch(value, 'ObjectMeta', path, goType)
  return value
}

/** A time with an offset or a fraction becomes the whole-second UTC form in which times are kept. */
function decodeTime(value: unknown, path: string): string | undefined {
  const text = decodeString(value, 'ObjectMeta', path)
  if (text === '') return undefined
  const fault = timeFault(text, timeLayout)
  if (fault !== undefined) throw new MetadataTypeError(fault)
  return `${new Date(Date.parse(text)).toISOString().slice(0, 19)}Z`
}

/**
 * Makes `object.metadata` what a typed decoder would make of it, in place. Returns the paths of unknown fields.
 * Throws `MetadataTypeError` for values of the wrong type. Of a custom resource a real server decodes the metadata
 * apart, and its messages do not say where that was. What is the very value of `old`, metadata that was decoded before,
 * is not looked into.
 */
export function decodeObjectMeta(object: KubernetesObject, isCustom: boolean, old?: ObjectMeta): string[] {
  try {
    return decodeMetadata(object, old)
  } catch (error) {
    if (!isCustom || !(error instanceof MetadataTypeError)) throw error
    throw new MetadataTypeError(
      error.message
        .replace('Go struct field ObjectMeta.metadata of type', 'Go value of type')
        .replace(/(Go struct field \w+)\.metadata\./, '$1.'),
    )
  }
}

function decodeMetadata(object: KubernetesObject, old: ObjectMeta | undefined): string[] {
  const unknown: string[] = []
  const given: unknown = object.metadata ?? {}
  if (!isRecord(given)) throw mismatch(given, 'ObjectMeta', 'metadata', 'v1.ObjectMeta')
  const metadata: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(given)) {
    const path = `metadata.${key}`
    const shape = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (shape === undefined) unknown.push(path)
    else if (value === null || key === 'selfLink') continue
    else if (value === old?.[key as keyof ObjectMeta]) metadata[key] = value
    else if (key.endsWith('Timestamp')) {
      const time = decodeTime(value, path)
      if (time !== undefined) metadata[key] = time
    } else if (shape === 'string') {
      const text = decodeString(value, 'ObjectMeta', path)
      if (text !== '') metadata[key] = text
    } else if (shape === 'integer') {
      if (typeof value !== 'number' || !Number.isInteger(value))
        throw mismatch(value, 'ObjectMeta', path, 'int64')
      metadata[key] = value
    } else if (shape === 'stringMap') {
      const map = decodeStringMap(value, path)
      if (Object.keys(map).length > 0) metadata[key] = map
    } else if (shape === 'strings') {
      const list = decodeList(value, path, '[]string').map((each) => decodeString(each, 'ObjectMeta', path))
      if (list.length > 0) metadata[key] = list
    } else {
      const [known, struct] =
        shape === 'owners'
          ? ([ownerFields, 'OwnerReference'] as const)
          : ([managerFields, 'ManagedFieldsEntry'] as const)
      const list = decodeList(value, path, `[]v1.${struct}`).map((each, index) =>
        decodeStruct(each, known, struct, path, unknown, `[${index}]`),
      )
      // An empty list of managers says something (forget them all); an empty list of owners does not.
      if (list.length > 0 || shape === 'managers') metadata[key] = list
    }
  }
  object.metadata = metadata as unknown as ObjectMeta
  return unknown
}
