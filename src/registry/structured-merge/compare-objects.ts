import { deepEqual } from '../../apimachinery/equality.ts'
import { fieldElement, type PathElement } from '../../apimachinery/field-path.ts'
import { type FieldNode, FieldSet, leafNode, markMember, sortNode } from '../../apimachinery/field-set.ts'
import type { JsonObject, JsonValue } from '../../apimachinery/object.ts'
import { itemsByElement } from './list-items.ts'
import { type ListType, type MapType, type MergeType, sortOf, type ValueSort } from './merge-type.ts'

/** What happened to the places of an object; no place is in more than one set. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
  readonly isSame: boolean
}

/** Trees of one place; an absent one is empty. */
interface Difference {
  removed?: FieldNode
  modified?: FieldNode
  added?: FieldNode
}

/**
 * Compares two objects place by place: leaves, and the maps and list items that came or went. Values shared by both
 * are not looked into.
 */
export function compareObjects(type: MergeType, before: JsonValue, after: JsonValue): Comparison {
  const difference = compareValues(type, before, after)
  return {
    removed: FieldSet.ofNode(difference?.removed),
    modified: FieldSet.ofNode(difference?.modified),
    added: FieldSet.ofNode(difference?.added),
    isSame: difference === undefined,
  }
}

function compareValues(type: MergeType, before: JsonValue, after: JsonValue): Difference | undefined {
  if (before === after) return undefined
  const sortBefore = sortOf(type, before)
  const sortAfter = sortOf(type, after)
  const difference = compareAs(type, sortAfter, before, after)
  if (sortBefore === sortAfter) return difference
  // A scalar that became a map, or the like: both ways of looking at it count.
  return joinDifferences(compareAs(type, sortBefore, before, after), difference)
}

function compareAs(
  type: MergeType,
  sort: ValueSort,
  before: JsonValue,
  after: JsonValue,
): Difference | undefined {
  if (sort === 'scalar') return compareLeaves(before, after)
  if (sort === 'list') return compareLists(type.list as ListType, before, after)
  return compareMaps(type.map as MapType, before, after)
}

function compareLeaves(before: JsonValue, after: JsonValue): Difference | undefined {
  return deepEqual(before, after) ? undefined : { modified: leafNode }
}

export function asMap(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

export function asList(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? value : undefined
}

export function isEmptyMap(map: JsonObject): boolean {
  for (const _field in map) return false
  return true
}

function compareMaps(type: MapType, before: JsonValue, after: JsonValue): Difference | undefined {
  const left = asMap(before) ?? {}
  const right = asMap(after) ?? {}
  if (type.atomic || (isEmptyMap(left) && isEmptyMap(right))) return compareLeaves(before, after)
  let children: Difference | undefined
  for (const field in left) {
    const old = left[field] as JsonValue
    const value = Object.hasOwn(right, field) ? (right[field] as JsonValue) : undefined
    if (value === old) continue
    const fieldType = type.fieldType(field)
    if (fieldType === undefined) continue
    const change =
      value === undefined ? { removed: wholeNode(fieldType, old) } : compareValues(fieldType, old, value)
    if (change) children = place(children, fieldElement(field), change)
  }
  for (const field in right) {
    if (Object.hasOwn(left, field)) continue
    const fieldType = type.fieldType(field)
    if (fieldType === undefined) continue
    const added = wholeNode(fieldType, right[field] as JsonValue)
    children = place(children, fieldElement(field), { added })
  }
  return sortDifference(children)
}

function compareLists(type: ListType, before: JsonValue, after: JsonValue): Difference | undefined {
  const left = asList(before) ?? []
  const right = asList(after) ?? []
  if (type.atomic || (left.length === 0 && right.length === 0)) return compareLeaves(before, after)
  if (deepEqual(left, right)) return undefined
  const olds = itemsByElement(type, left)
  const news = itemsByElement(type, right)
  let children: Difference | undefined
  for (const element of new Set([...olds.keys(), ...news.keys()])) {
    const change = compareItems(type.element(), olds.get(element) ?? [], news.get(element) ?? [])
    if (change) children = place(children, element, change)
  }
  return sortDifference(children)
}

/** Items of one element. More than one on a side are duplicates, which are owned together, as a whole. */
function compareItems(
  type: MergeType,
  olds: readonly JsonValue[],
  news: readonly JsonValue[],
): Difference | undefined {
  const [old] = olds
  const [value] = news
  if (olds.length > 1 && news.length > 1) return compareLeaves([...olds], [...news])
  if (olds.length > 1) {
    return { removed: leafNode, ...(value === undefined ? {} : { added: wholeNode(type, value) }) }
  }
  if (news.length > 1) {
    return { added: leafNode, ...(old === undefined ? {} : { removed: wholeNode(type, old) }) }
  }
  if (old === undefined) return { added: wholeNode(type, value as JsonValue) }
  if (value === undefined) return { removed: wholeNode(type, old) }
  return compareValues(type, old, value)
}

/** Every place of a value that came or went as a whole: itself, its leaves, and the maps and items between. */
export function wholeNode(type: MergeType, value: JsonValue): FieldNode {
  let children: FieldNode | undefined
  switch (sortOf(type, value)) {
    case 'scalar':
      return leafNode
    case 'map':
      children = wholeMap(type.map as MapType, value)
      break
    case 'list':
      children = wholeList(type.list as ListType, value)
  }
  return markMember(children && sortNode(children), true) as FieldNode
}

function wholeMap(type: MapType, value: JsonValue): FieldNode | undefined {
  const map = asMap(value)
  if (type.atomic || map === undefined) return undefined
  let children: FieldNode | undefined
  for (const field in map) {
    const fieldType = type.fieldType(field)
    if (fieldType === undefined) continue
    children ??= {}
    children[fieldElement(field)] = wholeNode(fieldType, map[field] as JsonValue)
  }
  return children
}

function wholeList(type: ListType, value: JsonValue): FieldNode | undefined {
  const list = asList(value)
  if (type.atomic || list === undefined || list.length === 0) return undefined
  const children: FieldNode = {}
  for (const [element, items] of itemsByElement(type, list)) {
    children[element] = items.length > 1 ? leafNode : wholeNode(type.element(), items[0] as JsonValue)
  }
  return children
}

const parts = ['removed', 'modified', 'added'] as const

/** Hangs a child's difference below `element`. */
function place(children: Difference | undefined, element: PathElement, change: Difference): Difference {
  const result = children ?? {}
  for (const part of parts) {
    const node = change[part]
    if (node === undefined) continue
    const siblings = result[part]
    if (siblings === undefined) result[part] = { [element]: node }
    else siblings[element] = node
  }
  return result
}

function sortDifference(difference: Difference | undefined): Difference | undefined {
  if (difference === undefined) return undefined
  for (const part of parts) {
    const node = difference[part]
    if (node !== undefined) difference[part] = sortNode(node)
  }
  return difference
}

/** Both are of one place; where one says that the place itself changed, so does the result. */
function joinDifferences(
  left: Difference | undefined,
  right: Difference | undefined,
): Difference | undefined {
  if (left === undefined || right === undefined) return left ?? right
  const result: Difference = {}
  for (const part of parts) {
    const node = joinNodes(left[part], right[part])
    if (node !== undefined) result[part] = node
  }
  return result
}

function joinNodes(left: FieldNode | undefined, right: FieldNode | undefined): FieldNode | undefined {
  if (left === undefined || right === undefined) return left ?? right
  if (left === leafNode) return markMember(right, true)
  return right === leafNode ? markMember(left, true) : left
}
