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
 * A copy of `value` to work on. What is in it as it is in `old`, where `old` is settled under the resource's schema, is
 * not copied but shared with it: that is frozen, and nobody has a reason to change it. The object itself is always new.
 */
export function copyChanged<T extends object>(
  value: T,
  old: KubernetesObject | undefined,
  resource: Resource,
): T {
  if (!old || schemas.get(old) !== resource.definition.schema()) return cloneJson(value)
  const copy = sharing(value, old)
  return copy === old ? { ...(copy as T) } : (copy as T)
}

/** `old` where `value` says the same; otherwise a copy that shares what is the same. */
function sharing(value: unknown, old: unknown): unknown {
  if (value === old || typeof value !== 'object' || value === null) return value
  if (typeof old !== 'object' || old === null) return cloneJson(value)
  if (Array.isArray(value)) return Array.isArray(old) ? sharingItems(value, old) : cloneJson(value)
  if (Array.isArray(old) || Object.hasOwn(value, '__proto__')) return cloneJson(value)
  return sharingFields(value as Record<string, unknown>, old as Record<string, unknown>)
}

function sharingItems(values: readonly unknown[], olds: readonly unknown[]): readonly unknown[] {
  let same = values.length === olds.length
  const copy = values.map((value, index) => {
    const item = sharing(value, olds[index])
    same &&= item === olds[index]
    return item
  })
  return same ? olds : copy
}

function sharingFields(
  values: Readonly<Record<string, unknown>>,
  olds: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const copy: Record<string, unknown> = {}
  const names = Object.keys(values)
  let same = names.length === Object.keys(olds).length
  for (const name of names) {
    const before = olds[name]
    const member = sharing(values[name], before)
    copy[name] = member
    same &&= member === before && member !== undefined
  }
  return same ? olds : copy
}
