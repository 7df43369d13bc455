import { keyElement, type PathElement, valueElement } from '../../apimachinery/field-path.ts'
import type { JsonObject, JsonValue } from '../../apimachinery/object.ts'
import type { ListType } from './merge-type.ts'

/** A list item that cannot be told apart from others: it misses its keys, or is no scalar in a set. */
export class ListItemError extends Error {
  override readonly name = 'ListItemError'
}

/** The path element of an item of an associative list. Throws ListItemError. */
export function itemElement(type: ListType, item: JsonValue): PathElement {
  return type.keys.length > 0 ? keyedElement(type, item) : setElement(item)
}

function keyedElement(type: ListType, item: JsonValue): PathElement {
  if (item === null) throw new ListItemError('associative list with keys may not have a null element')
  if (typeof item !== 'object' || Array.isArray(item)) {
    throw new ListItemError('associative list with keys may not have non-map elements')
  }
  const keys: JsonObject = {}
  let present = false
  for (const key of type.keys) {
    const value = Object.hasOwn(item, key) ? item[key] : type.keyDefault(key)
    // An item without one of the keys is another item than one with it.
    if (value === undefined) continue
    keys[key] = value
    present = true
  }
  if (!present) {
    const names = type.keys.map((key) => JSON.stringify(key)).join(' ')
    throw new ListItemError(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    )
  }
  return keyElement(keys)
}

function setElement(item: JsonValue): PathElement {
  if (item === null)
    throw new ListItemError("associative list without keys has an element that's an explicit null")
  if (Array.isArray(item)) throw new ListItemError('not supported: associative list with lists as elements')
  if (typeof item === 'object') {
    throw new ListItemError("associative list without keys has an element that's a map type")
  }
  return valueElement(item)
}

/** The items of each element, in order of first appearance. Items that cannot be told apart are left out. */
export function itemsByElement(type: ListType, list: readonly JsonValue[]): Map<PathElement, JsonValue[]> {
  const items = new Map<PathElement, JsonValue[]>()
  for (const item of list) {
    const element = elementOrUndefined(type, item)
    if (element === undefined) continue
    const known = items.get(element)
    if (known) known.push(item)
    else items.set(element, [item])
  }
  return items
}

export function elementOrUndefined(type: ListType, item: JsonValue): PathElement | undefined {
  try {
    return itemElement(type, item)
  } catch (error) {
    if (error instanceof ListItemError) return undefined
    throw error
  }
}
