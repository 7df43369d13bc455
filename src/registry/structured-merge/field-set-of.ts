import { fieldElement } from '../../apimachinery/field-path.ts'
import { type FieldNode, FieldSet, leafNode, markMember, sortNode } from '../../apimachinery/field-set.ts'
import type { JsonValue } from '../../apimachinery/object.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { asList, asMap, isEmptyMap } from './compare-objects.ts'
import { itemsByElement } from './list-items.ts'
import { type ListType, type MapType, type MergeType, mergeTypeOf, sortOf } from './merge-type.ts'

/** What an object says: its leaves and list items. This is what an applier of the object owns. */
export function fieldSetOf(schema: StructuralSchema, object: JsonValue): FieldSet {
  return fieldSetOfType(mergeTypeOf(schema), object)
}

export function fieldSetOfType(type: MergeType, value: JsonValue): FieldSet {
  const { children } = walk(type, value)
  return FieldSet.ofNode(children)
}

/** `self`: the place itself is a member. */
interface Walked {
  readonly self: boolean
  readonly children: FieldNode | undefined
}

function walk(type: MergeType, value: JsonValue): Walked {
  switch (sortOf(type, value)) {
    case 'scalar':
      return { self: true, children: undefined }
    case 'map':
      return walkMap(type.map as MapType, value)
    case 'list':
      return walkList(type.list as ListType, value)
  }
}

function walkMap(type: MapType, value: JsonValue): Walked {
  if (type.atomic) return { self: true, children: undefined }
  const map = asMap(value)
  let children: FieldNode | undefined
  for (const field in map) {
    const fieldType = type.fieldType(field)
    if (fieldType === undefined) continue
    const below = map[field] as JsonValue
    const walked = walk(fieldType, below)
    const nested = asMap(below)
    // A key of a map is data and owned itself; so is what would otherwise leave no trace: null and `{}`.
    const self =
      walked.self || below === null || (nested !== undefined && isEmptyMap(nested)) || !type.declares(field)
    const node = markMember(walked.children, self)
    if (node === undefined) continue
    children ??= {}
    children[fieldElement(field)] = node
  }
  return { self: false, children: children && sortNode(children) }
}

function walkList(type: ListType, value: JsonValue): Walked {
  if (type.atomic) return { self: true, children: undefined }
  let children: FieldNode | undefined
  for (const [element, items] of itemsByElement(type, asList(value) ?? [])) {
    children ??= {}
    // Items that appear twice are owned together, as a whole.
    children[element] =
      items.length > 1
        ? leafNode
        : (markMember(walk(type.element(), items[0] as JsonValue).children, true) as FieldNode)
  }
  return { self: false, children: children && sortNode(children) }
}

/** Adds the structs above each member: to remove `spec.ports` wholly, `spec` must count too where nothing else is in it. */
export function withNamedFields(type: MergeType, fields: FieldSet): FieldSet {
  return FieldSet.ofNode(nameFields(type, fields.toFieldsV1() as FieldNode))
}

function nameFields(type: MergeType | undefined, children: FieldNode): FieldNode {
  const result: FieldNode = {}
  for (const element in children) {
    const node = children[element] as FieldNode
    const { '.': self, ...below } = node
    if (Object.keys(below).length === 0) {
      result[element] = leafNode
      continue
    }
    const name = element.startsWith('f:') ? element.slice(2) : undefined
    const named = name !== undefined && type?.map?.declares(name) === true
    const typeBelow = name !== undefined ? type?.map?.fieldType(name) : keyedType(type, element)
    result[element] = markMember(nameFields(typeBelow, below), self !== undefined || named) as FieldNode
  }
  return result
}

function keyedType(type: MergeType | undefined, element: string): MergeType | undefined {
  return element.startsWith('k:') ? type?.list?.element() : undefined
}
