import { FieldSet } from '../apimachinery/field-set.ts'
import type { JsonObject, JsonValue } from '../apimachinery/object.ts'
import { asMap, compareObjects } from './structured-merge/compare-objects.ts'
import { fieldSetOfType } from './structured-merge/field-set-of.ts'
import type { MergeType } from './structured-merge/merge-type.ts'
import { describeFaults } from './structured-merge/validate-object.ts'

/** Where client-side `kubectl apply` keeps what it applied last. */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** All annotations of an object together, in bytes. */
const maxAnnotationsSize = 256 * 1024

function annotationsOf(object: JsonObject): JsonObject | undefined {
  return asMap(asMap(object.metadata)?.annotations)
}

function lastAppliedOf(object: JsonObject): string | undefined {
  const text = annotationsOf(object)?.[lastAppliedAnnotation]
  return typeof text === 'string' && text !== '' ? text : undefined
}

/**
 * What a client-side `kubectl apply` set and nobody changed since: kubectl may take that over when it begins to apply
 * on the server, whoever's name is on it. Empty where the object was never applied that way.
 */
export function appliedBefore(type: MergeType, live: JsonObject, apiVersion: string): FieldSet {
  const text = lastAppliedOf(live)
  const lastApplied = text === undefined ? undefined : parse(text)
  if (lastApplied === undefined || lastApplied.apiVersion !== apiVersion) return FieldSet.empty
  if (describeFaults(type, lastApplied) !== undefined || describeFaults(type, live) !== undefined)
    return FieldSet.empty
  const { removed, modified, added } = compareObjects(type, lastApplied, live)
  return fieldSetOfType(type, lastApplied).difference(modified).difference(added).difference(removed)
}

function parse(text: string): JsonObject | undefined {
  try {
    return asMap(JSON.parse(text) as JsonValue)
  } catch {
    return undefined
  }
}

/**
 * Where the object carries the annotation, brings it up to what was applied now, so that client-side apply may be
 * taken up again. One that would be too long is dropped.
 */
export function withLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (lastAppliedOf(object) === undefined) return object
  const { [lastAppliedAnnotation]: _old, ...others } = annotationsOf(object) ?? {}
  const annotations: JsonObject = { ...others, [lastAppliedAnnotation]: encode(withoutAnnotation(applied)) }
  return {
    ...object,
    metadata: {
      ...asMap(object.metadata),
      annotations: sizeOf(annotations) > maxAnnotationsSize ? others : annotations,
    },
  }
}

function withoutAnnotation(applied: JsonObject): JsonObject {
  const annotations = annotationsOf(applied)
  if (annotations === undefined) return applied
  const { [lastAppliedAnnotation]: _old, ...others } = annotations
  return { ...applied, metadata: { ...asMap(applied.metadata), annotations: others } }
}

function sizeOf(annotations: JsonObject): number {
  return Object.entries(annotations).reduce(
    (size, [key, value]) => size + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  )
}

/** As Go encodes it: fields in order, a line end, and no characters that HTML could take for its own. */
function encode(value: JsonObject): string {
  const escaped = JSON.stringify(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${escaped}\n`
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.keys(value).sort()
  return Object.fromEntries(fields.map((field) => [field, sorted(value[field] as JsonValue)]))
}
