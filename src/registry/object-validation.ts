import type { FieldError } from '../apimachinery/field-error.ts'
import type { KubernetesObject, ObjectMeta } from '../apimachinery/object.ts'
import type { Resource } from './kind.ts'
import {
  isSameMetadata,
  validateFinalizerDomains,
  validateMetadataForCreate,
  validateMetadataForUpdate,
} from './metadata.ts'
import { validateRules } from './rules.ts'
import { validateScale } from './scale-validation.ts'
import { storedDefinition, withHead } from './stored-form.ts'
import { validateSchema } from './validation.ts'

/** Everything that is wrong with an object. `before`: the faults of its metadata, which keep rules from being checked. */
export function validateWhole(
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  before: readonly FieldError[],
): FieldError[] {
  const { schema, subresources } = storedDefinition(resource)
  const oldWithHead = old && withHead(resource, old)
  const errors = [
    ...before,
    ...validateSchema(schema(), object, oldWithHead),
    ...(subresources?.scale ? validateScale(subresources.scale, object, 'object') : []),
  ]
  return [...errors, ...validateRules(schema(), object, oldWithHead, errors)]
}

/** Everything that is wrong with an object of which the status alone is replaced: only that is held against the schema. */
export function validateStatus(
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  before: readonly FieldError[],
): FieldError[] {
  const { schema, subresources } = storedDefinition(resource)
  const status = schema().properties?.status
  const errors = [
    ...before,
    ...(status && object.status !== undefined
      ? validateSchema(status, object.status, old.status, 'status')
      : []),
    ...(subresources?.scale ? validateScale(subresources.scale, object, 'status') : []),
  ]
  return [...errors, ...validateRules(schema(), object, withHead(resource, old), errors)]
}

/** A real server looks at the metadata of an update more than once, and tells each time what it found. */
export function metadataFaults(
  { kind, definition }: Resource,
  metadata: ObjectMeta,
  old: ObjectMeta,
): FieldError[] {
  if (isSameMetadata(metadata, old)) return []
  const namespaced = kind.scope === 'Namespaced'
  const whole = validateMetadataForCreate(metadata, {
    nameFormat: kind.nameFormat ?? 'subdomain',
    namespaced,
  })
  const update = validateMetadataForUpdate(metadata, old)
  const checks = definition.metadataChecks ?? ['update']
  const domains = checks.includes('domains') ? validateFinalizerDomains(metadata.finalizers) : []
  return [
    ...whole,
    ...update,
    ...(checks.includes('whole') ? [...whole, ...domains] : []),
    ...(checks.includes('update') ? [...update, ...domains] : []),
  ]
}
