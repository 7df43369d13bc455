import { cloneJson } from '../apimachinery/clone.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Resource } from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Stored objects that have been pruned and defaulted under a schema. To do so again would change nothing about them, so
 * that a write may share with the object that it replaces what it does not change: that is neither copied nor, as it is
 * the same, compared, validated or entered into the books.
 */
const schemas = new WeakMap<KubernetesObject, StructuralSchema>()

/** Whether the schema is all that shapes the objects of this resource. Those of core kinds are decoded as types are. */
function isShapedBySchema({ conversion, kind }: Resource): boolean {
  const { mutate, stamp } = kind.admission ?? {}
  return kind.origin !== 'core' && !conversion && !mutate && !stamp
}

/** To be called with the decoded form of what a create or an update has prepared. */
export function markSettled(resource: Resource, object: KubernetesObject): void {
  if (isShapedBySchema(resource)) schemas.set(object, resource.definition.schema())
}

/**
 * A copy of `value` to work on. Where it is part of `old`, and `old` is settled under the resource's schema, that part is
 * shared: it is frozen, and nobody has a reason to change it.
 */
export function copyChanged<T>(value: T, old: KubernetesObject | undefined, resource: Resource): T {
  if (!old || schemas.get(old) !== resource.definition.schema()) return cloneJson(value)
  return copyUnless(value, old) as T
}

function copyUnless(value: unknown, old: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (typeof old !== 'object' || old === null) return cloneJson(value)
  if (Array.isArray(value)) {
    const items: readonly unknown[] = Array.isArray(old) ? old : []
    return value.map((item, index) => (item === items[index] ? item : copyUnless(item, items[index])))
  }
  if (Object.hasOwn(value, '__proto__')) return cloneJson(value)
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name]
    const before = (old as Record<string, unknown>)[name]
    copy[name] = member === before ? member : copyUnless(member, before)
  }
  return copy
}
