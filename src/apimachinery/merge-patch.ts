import { badRequest } from './errors.ts'
import type { JsonObject, JsonValue } from './object.ts'
import { cannotUnmarshal } from './typed-json.ts'

/**
 * A JSON merge patch (RFC 7386) on an object; the document itself is left alone, and what the patch does not touch is
 * shared. As on a real server, fields that are null inside lists of the patch go too. Throws BadRequest.
 */
export function applyMergePatch(document: JsonObject, patch: JsonValue): JsonObject {
  if (patch === null) throw badRequest('Invalid JSON Patch')
  if (typeof patch !== 'object' || Array.isArray(patch)) {
    throw badRequest(`error decoding patch: ${cannotUnmarshal(patch, 'value', 'map[string]interface {}')}`)
  }
  return mergeJson(document, patch) as JsonObject
}

/** The algorithm of RFC 7386 on any JSON. */
export function mergeJson(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return withoutNullFields(patch)
  // Not assigned but defined in the end: `__proto__` is a name like any other.
  const fields = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) fields.delete(field)
    else fields.set(field, mergeJson(fields.get(field), value))
  }
  return Object.fromEntries(fields)
}

function withoutNullFields(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNullFields)
  return isObject(value) ? mergeJson(undefined, value) : value
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
