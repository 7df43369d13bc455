import { deepEqual } from '../../apimachinery/equality.ts'
import { type FieldError, forbiddenField, invalid } from '../../apimachinery/field-error.ts'
import type { KubernetesObject } from '../../apimachinery/object.ts'

/** Refuses a new value for a field that may never change. */
export function unchanged(path: string, value: unknown, old: unknown): FieldError[] {
  return deepEqual(value ?? null, old ?? null) ? [] : [invalid(path, value, 'field is immutable')]
}

/**
 * For Secrets and ConfigMaps: once `immutable` is set, it stays, and so do these fields. A map with nothing in it is
 * another than none.
 */
export function frozenFields(
  object: KubernetesObject,
  old: KubernetesObject,
  fields: readonly string[],
): FieldError[] {
  if (old.immutable !== true) return []
  const detail = 'field is immutable when `immutable` is set'
  const errors = object.immutable === true ? [] : [forbiddenField('immutable', detail)]
  for (const field of fields) {
    if (!deepEqual(object[field], old[field])) errors.push(forbiddenField(field, detail))
  }
  return errors
}
