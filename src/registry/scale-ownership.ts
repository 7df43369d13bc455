import { fieldPath } from '../apimachinery/field-path.ts'
import { FieldSet } from '../apimachinery/field-set.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../apimachinery/object.ts'
import { readStoredManagers, setManager, writeManagers } from './field-manager.ts'
import type { Resource } from './kind.ts'
import { withFields } from './managed-fields.ts'
import { replicasOf, replicasPath, scaleApiVersion } from './scale.ts'

/** A Scale that is written, as the books of its object see it. */
export interface ScaleWrite {
  readonly resource: Resource
  readonly before: KubernetesObject
  readonly after: KubernetesObject
  readonly manager: string
  /** What the Scale itself says. */
  readonly apiVersion: unknown
}

/**
 * The books of an object whose Scale was written. A Scale has books of its own, made of those entries that own the
 * number of replicas: where nobody owns it, it has none, and none are begun. What becomes of them is written back, so
 * that another number is no longer owned by who owned it. Its new owner is who wrote the Scale, without a time, which
 * is not known there; and nobody, where the Scale does not say in which version it is, or where the number is nothing,
 * which a Scale does not show.
 */
export function scaleBooks({
  resource,
  before,
  after,
  manager,
  apiVersion,
}: ScaleWrite): ManagedFieldsEntry[] {
  const entries = before.metadata.managedFields ?? []
  const number = replicasOf(resource, after)
  if (number === replicasOf(resource, before)) return [...entries]
  const managers = readStoredManagers(entries)
  const path = fieldPath(...replicasPath(resource))
  const owners = [...managers].filter(([, { fields }]) => fields.has(path))
  if (owners.length === 0) return [...entries]

  const replicas = FieldSet.of(path)
  for (const [key, owner] of owners) {
    const fields = owner.fields.difference(replicas)
    if (fields.isEmpty) managers.delete(key)
    else managers.set(key, withFields(owner, fields))
  }
  if (apiVersion === scaleApiVersion && number !== 0) {
    setManager(managers, {
      identity: { manager, operation: 'Update', apiVersion: resource.apiVersion, subresource: 'scale' },
      fields: replicas,
      time: undefined,
    })
  }
  return writeManagers(managers)
}
