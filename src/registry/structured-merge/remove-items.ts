import { fieldElement } from '../../apimachinery/field-path.ts'
import { childrenOf, type FieldNode, type FieldSet, isMember } from '../../apimachinery/field-set.ts'
import type { JsonObject, JsonValue } from '../../apimachinery/object.ts'
import { asList, asMap } from './compare-objects.ts'
import { elementOrUndefined } from './list-items.ts'
import { type ListType, type MapType, type MergeType, sortOf } from './merge-type.ts'

/** The object without the fields and list items in `fields`. What is emptied by that becomes null. */
export function removeItems(type: MergeType, object: JsonObject, fields: FieldSet): JsonObject {
  if (fields.isEmpty) return object
  return (removeBelow(type, object, fields.toFieldsV1() as FieldNode) ?? {}) as JsonObject
}

function removeBelow(type: MergeType, value: JsonValue, children: FieldNode): JsonValue {
  switch (sortOf(type, value)) {
    case 'scalar':
      return value
    case 'map':
      return removeFields(type.map as MapType, value, children)
    case 'list':
      return removeListItems(type.list as ListType, value, children)
  }
}

function removeFields(type: MapType, value: JsonValue, children: FieldNode): JsonValue {
  const map = asMap(value)
  if (map === undefined || type.atomic) return null
  const entries: [string, JsonValue][] = []
  for (const field of Object.keys(map)) {
    const node = children[fieldElement(field)]
    if (node !== undefined && isMember(node)) continue
    const below = node && childrenOf(node)
    const fieldType = below && type.fieldType(field)
    const kept = map[field] as JsonValue
    entries.push([field, fieldType ? removeBelow(fieldType, kept, below) : kept])
  }
  // `fromEntries` defines fields instead of assigning them: `__proto__` is a name like any other.
  return entries.length === 0 ? null : Object.fromEntries(entries)
}

function removeListItems(type: ListType, value: JsonValue, children: FieldNode): JsonValue {
  const list = asList(value)
  if (list === undefined || type.atomic) return null
  const kept: JsonValue[] = []
  for (const item of list) {
    const element = elementOrUndefined(type, item)
    const node = element === undefined ? undefined : children[element]
    if (node !== undefined && isMember(node)) continue
    const below = node && childrenOf(node)
    kept.push(below ? removeBelow(type.element(), item, below) : item)
  }
  return kept.length === 0 ? null : kept
}
