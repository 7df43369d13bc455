import { deepEqual } from '../../apimachinery/equality.ts'
import type { PathElement } from '../../apimachinery/field-path.ts'
import type { JsonObject, JsonValue } from '../../apimachinery/object.ts'
import { asList, asMap, isEmptyMap } from './compare-objects.ts'
import { elementOrUndefined } from './list-items.ts'
import { type ListType, type MapType, type MergeType, sortOf } from './merge-type.ts'

/**
 * `live` with everything that `applied` says; nothing is removed. Associative lists have the items of both, in the
 * order of `applied` where it says one, each item of `live` alone near the neighbour it had. What stays as it is in
 * `live` is the very value, so that nobody need look into it again.
 */
export function mergeObjects(type: MergeType, live: JsonObject, applied: JsonObject): JsonObject {
  return (merge(type, live, applied) ?? {}) as JsonObject
}

function merge(
  type: MergeType,
  live: JsonValue | undefined,
  applied: JsonValue | undefined,
): JsonValue | undefined {
  if (applied === undefined) return live
  switch (sortOf(type, applied)) {
    case 'scalar':
      return applied
    case 'map':
      return mergeMaps(type.map as MapType, live, applied)
    case 'list':
      return mergeLists(type.list as ListType, live, applied)
  }
}

function mergeMaps(type: MapType, live: JsonValue | undefined, applied: JsonValue): JsonValue {
  const left = asMap(live) ?? {}
  const right = asMap(applied) ?? {}
  if (type.atomic || (isEmptyMap(left) && isEmptyMap(right))) return sameOr(live, applied)
  let result: JsonObject | undefined
  for (const field of Object.keys(right)) {
    const value = right[field] as JsonValue
    const old = Object.hasOwn(left, field) ? left[field] : undefined
    const fieldType = type.fieldType(field)
    const merged = fieldType ? merge(fieldType, old, value) : value
    if (merged === undefined || merged === old) continue
    result ??= { ...left }
    // A field may be called `__proto__`: it is defined, not assigned to.
    if (field in result) Object.defineProperty(result, field, { ...plainField, value: merged })
    else result[field] = merged
  }
  return result ?? (live === left ? left : {})
}

const plainField = { configurable: true, enumerable: true, writable: true }

/** `live` where both say the same. */
function sameOr(live: JsonValue | undefined, applied: JsonValue): JsonValue {
  return live !== undefined && deepEqual(live, applied) ? live : applied
}

function mergeLists(type: ListType, live: JsonValue | undefined, applied: JsonValue): JsonValue {
  const left = asList(live) ?? []
  const right = asList(applied) ?? []
  if (type.atomic || (left.length === 0 && right.length === 0)) return sameOr(live, applied)
  const merged = mergeItems(type, indexItems(type, left), indexItems(type, right))
  return merged.length === left.length && merged.every((item, index) => item === left[index])
    ? (live as JsonValue)
    : merged
}

interface IndexedItems {
  readonly items: readonly JsonValue[]
  readonly elements: readonly PathElement[]
  /** By element; null for duplicates, which are merged with nothing. */
  readonly byElement: ReadonlyMap<PathElement, JsonValue>
}

function indexItems(type: ListType, items: readonly JsonValue[]): IndexedItems {
  const elements: PathElement[] = []
  const byElement = new Map<PathElement, JsonValue>()
  items.forEach((item, index) => {
    // What cannot be told apart (an old object may hold it) is like nothing else.
    const element = elementOrUndefined(type, item) ?? `?${index}`
    elements.push(element)
    byElement.set(element, byElement.has(element) ? null : item)
  })
  return { items, elements, byElement }
}

/**
 * Walks both lists at once. Items on both sides set the pace, in the order of the right: what only the left has is
 * taken as it is met, and a shared item that is not the next in order on the right is passed over until its turn.
 */
function mergeItems(type: ListType, left: IndexedItems, right: IndexedItems): JsonValue[] {
  const result: JsonValue[] = []
  const shared = right.elements.filter((element) => left.byElement.has(element))
  const merged = new Set<PathElement>()
  let nextShared = 0
  let leftIndex = 0
  let rightIndex = 0

  const takeRight = (element: PathElement) => {
    merged.add(element)
    const item = merge(type.element(), left.byElement.get(element), right.byElement.get(element))
    if (item !== undefined) result.push(item)
    rightIndex++
  }

  while (leftIndex < left.elements.length || rightIndex < right.elements.length) {
    const leftElement = left.elements[leftIndex]
    const rightElement = right.elements[rightIndex]
    if (leftElement !== undefined && rightElement !== undefined) {
      if (leftElement === rightElement) {
        takeRight(leftElement)
        leftIndex++
        nextShared++
        continue
      }
      const wanted = shared[nextShared]
      if (right.byElement.has(leftElement) && wanted !== undefined && wanted !== leftElement) {
        leftIndex++
        continue
      }
    }
    if (leftElement !== undefined) {
      if (!right.byElement.has(leftElement)) {
        result.push(left.items[leftIndex] as JsonValue)
        leftIndex++
        continue
      }
      if (merged.has(leftElement)) leftIndex++
    }
    if (rightElement !== undefined) {
      takeRight(rightElement)
      if (shared[nextShared] === rightElement) nextShared++
    }
  }
  return result
}
