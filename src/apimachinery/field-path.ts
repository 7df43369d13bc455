import type { JsonValue } from './object.ts'

/**
 * One step of a path into an object, in the notation of `managedFields`:
 * `f:name` a field, `k:{"name":"web"}` the list item with these keys, `v:"x"` the item of a set, `i:0` an index.
 * Always canonical (keys in order, no spaces), so that two elements are the same exactly when their texts are.
 */
export type PathElement = string
export type FieldPath = readonly PathElement[]

/** A text that is no path element: what a client sent as `fieldsV1` cannot be read. */
export class PathElementError extends Error {
  override readonly name = 'PathElementError'
}

/** Elements of fields that were asked for: making the text anew costs more than finding it. */
const fieldElements = new Map<string, PathElement>()
const mostFieldElements = 4096
const longestFieldElement = 64

export function fieldElement(name: string): PathElement {
  const known = fieldElements.get(name)
  if (known !== undefined) return known
  const element = `f:${name}`
  if (name.length <= longestFieldElement && fieldElements.size < mostFieldElements) {
    fieldElements.set(name, element)
  }
  return element
}

/** The element of a list item by its keys; `keys` may come in any order. */
export function keyElement(keys: Readonly<Record<string, JsonValue>>): PathElement {
  const names = Object.keys(keys).sort(compareText)
  return `k:{${names.map((name) => `${encode(name)}:${encode(keys[name] as JsonValue)}`).join(',')}}`
}

export function valueElement(value: JsonValue): PathElement {
  return `v:${encode(value)}`
}

export function indexElement(index: number): PathElement {
  return `i:${index}`
}

/** The path of nested fields: `fieldPath('metadata', 'name')`. */
export function fieldPath(...names: string[]): FieldPath {
  return names.map(fieldElement)
}

/**
 * JSON as Go's encoder writes it inside path elements: `<`, `>`, `&` and the two line separators escaped.
 * Another spelling of the same item would be another owner's item to clients.
 */
function encode(value: JsonValue): string {
  const text = JSON.stringify(value)
  return /[<>&\u2028\u2029]/.test(text)
    ? text.replace(/[<>&\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : text
}

/**
 * The canonical form of an element that a client sent; undefined for a sort of element that we do not know,
 * which a reader ignores. Throws PathElementError for malformed ones.
 */
export function canonicalElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new PathElementError(`key must be 2 characters long: ${text}`)
  if (text[1] !== ':') throw new PathElementError(`missing colon: ${text}`)
  switch (text[0]) {
    case 'f':
      return text
    case 'k': {
      const keys = decode(text)
      if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
        throw new PathElementError(`not an object: ${text}`)
      }
      return keyElement(keys)
    }
    case 'v':
      return valueElement(decode(text))
    case 'i':
      if (!/^i:-?\d{1,15}$/.test(text)) throw new PathElementError(`not an index: ${text}`)
      return indexElement(Number(text.slice(2)))
    default:
      return undefined
  }
}

function decode(element: PathElement): JsonValue {
  try {
    return JSON.parse(element.slice(2)) as JsonValue
  } catch {
    throw new PathElementError(`not JSON: ${element}`)
  }
}

/** How conflicts name a place: `.spec.ports[port=80,protocol="TCP"].name`. */
export function formatFieldPath(path: FieldPath): string {
  return path.map(formatElement).join('')
}

function formatElement(element: PathElement): string {
  if (element.startsWith('f:')) return `.${element.slice(2)}`
  if (element.startsWith('i:')) return `[${element.slice(2)}]`
  const value = decode(element)
  if (element.startsWith('v:')) return `[=${formatValue(value)}]`
  const keys = Object.entries(value as Record<string, JsonValue>)
  return `[${keys.map(([name, each]) => `${name}=${formatValue(each)}`).join(',')}]`
}

function formatValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => `${name}=${formatValue(each)}`)
      .join('')
  }
  return JSON.stringify(value)
}

/** Elements in the order of `compareElements`; what is in them is decoded once, not for each comparison. */
export function sortElements(elements: readonly PathElement[]): PathElement[] {
  const decoded = elements.map((element) => {
    const value = element.startsWith('k:') || element.startsWith('v:') ? decode(element) : undefined
    return { element, value }
  })
  const order = (left: (typeof decoded)[number], right: (typeof decoded)[number]) => {
    if (left.value === undefined || right.value === undefined || left.element[0] !== right.element[0]) {
      return compareElements(left.element, right.element)
    }
    return left.element === right.element ? 0 : compareValues(left.value, right.value)
  }
  return decoded.sort(order).map(({ element }) => element)
}

const sorts = 'fkvi'

/** The order in which `managedFields` are written: fields, keyed items, set items, indexes; each by value. */
export function compareElements(left: PathElement, right: PathElement): number {
  if (left === right) return 0
  const sort = left[0] as string
  if (sort !== right[0]) return sorts.indexOf(sort) - sorts.indexOf(right[0] as string)
  if (sort === 'f') return compareText(left, right)
  if (sort === 'i') return Number(left.slice(2)) - Number(right.slice(2))
  if (sort === 'v') return compareValues(decode(left), decode(right))
  return compareKeys(decode(left) as Fields, decode(right) as Fields)
}

type Fields = { [field: string]: JsonValue }

function compareKeys(left: Fields, right: Fields): number {
  const leftNames = Object.keys(left).sort(compareText)
  const rightNames = Object.keys(right).sort(compareText)
  for (let index = 0; ; index++) {
    const leftName = leftNames[index]
    const rightName = rightNames[index]
    if (leftName === undefined || rightName === undefined) return leftNames.length - rightNames.length
    const order =
      compareText(leftName, rightName) ||
      compareValues(left[leftName] as JsonValue, right[rightName] as JsonValue)
    if (order !== 0) return order
  }
}

/** Numbers, texts, booleans, lists, objects, null. */
function compareValues(left: JsonValue, right: JsonValue): number {
  const rank = rankOf(left)
  if (rank !== rankOf(right)) return rank - rankOf(right)
  if (typeof left === 'number' || typeof left === 'boolean') return Number(left) - Number(right)
  if (typeof left === 'string') return compareText(left, right as string)
  if (Array.isArray(left)) {
    const other = right as JsonValue[]
    for (let index = 0; index < left.length && index < other.length; index++) {
      const order = compareValues(left[index] as JsonValue, other[index] as JsonValue)
      if (order !== 0) return order
    }
    return left.length - other.length
  }
  return left === null ? 0 : compareKeys(left, right as Fields)
}

function rankOf(value: JsonValue): number {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return 1
  if (typeof value === 'boolean') return 2
  if (Array.isArray(value)) return 3
  return value === null ? 5 : 4
}

/** The order of UTF-8 bytes, which is Go's; that of UTF-16 units differs above the basic plane. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a === b) continue
    const aSurrogate = a >= 0xd800 && a <= 0xdfff
    const bSurrogate = b >= 0xd800 && b <= 0xdfff
    return aSurrogate === bSurrogate ? a - b : aSurrogate ? 1 : -1
  }
  return left.length - right.length
}
