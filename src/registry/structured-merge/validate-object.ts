import {
  fieldElement,
  formatFieldPath,
  indexElement,
  type PathElement,
} from '../../apimachinery/field-path.ts'
import type { JsonValue } from '../../apimachinery/object.ts'
import { asList, asMap } from './compare-objects.ts'
import { itemElement, ListItemError } from './list-items.ts'
import { type ListType, type MapType, type MergeType, sortOf } from './merge-type.ts'

/** One reason why an object cannot be merged, and where. */
interface MergeFault {
  readonly path: string
  readonly message: string
}

/**
 * Why an object is no value of the type: fields that the schema does not know, values of another sort, list items
 * that cannot be told apart. The text as a real server words it, or undefined when there is no fault.
 */
export function describeFaults(type: MergeType, object: JsonValue): string | undefined {
  const faults = check(type, object)
  if (faults.length === 0) return undefined
  const texts = faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return texts.length === 1 ? texts[0] : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n')
}

function check(type: MergeType, value: JsonValue): MergeFault[] {
  switch (sortOf(type, value)) {
    case 'scalar':
      return checkScalar(type.scalar, value)
    case 'map':
      return checkMap(type.map as MapType, value)
    case 'list':
      return checkList(type.list as ListType, value)
  }
}

function fault(message: string): MergeFault[] {
  return [{ path: '', message }]
}

function below(element: PathElement, faults: readonly MergeFault[]): readonly MergeFault[] {
  if (faults.length === 0) return faults
  const prefix = formatFieldPath([element])
  return faults.map(({ path, message }) => ({ path: prefix + path, message }))
}

function checkScalar(scalar: MergeType['scalar'], value: JsonValue): MergeFault[] {
  if (value === null) return []
  switch (scalar) {
    case 'numeric':
      if (typeof value === 'number') return []
      return fault(`expected numeric (int or float), got ${goType(value)}`)
    case 'string':
      if (typeof value === 'string') return []
      return fault(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)
    case 'boolean':
      return typeof value === 'boolean' ? [] : fault(`expected boolean, got &{${goText(value)}}`)
    default:
      return typeof value === 'object' ? fault(`expected any scalar, got &{${goText(value)}}`) : []
  }
}

function checkMap(type: MapType, value: JsonValue): MergeFault[] {
  if (value === null) return []
  const map = asMap(value)
  if (map === undefined) return fault(`expected map, got &{${goText(value)}}`)
  const faults: MergeFault[] = []
  for (const field of Object.keys(map)) {
    const fieldType = type.fieldType(field)
    const found = fieldType
      ? check(fieldType, map[field] as JsonValue)
      : fault('field not declared in schema')
    faults.push(...below(fieldElement(field), found))
  }
  return faults
}

function checkList(type: ListType, value: JsonValue): MergeFault[] {
  if (value === null) return []
  const list = asList(value)
  if (list === undefined) return fault(`expected list, got &{${goText(value)}}`)
  const faults: MergeFault[] = []
  const seen = new Set<PathElement>()
  for (const [index, item] of list.entries()) {
    let element = indexElement(index)
    if (!type.atomic) {
      try {
        element = itemElement(type, item)
      } catch (error) {
        if (!(error instanceof ListItemError)) throw error
        return [...faults, ...fault(`element ${index}: ${error.message}`)]
      }
      if (seen.has(element)) faults.push(...fault(`duplicate entries for key ${formatFieldPath([element])}`))
      seen.add(element)
    }
    faults.push(...below(element, check(type.element(), item)))
  }
  return faults
}

/** The type of a value in Go's words, which is what clients of a real server read. */
function goType(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** `%v` of Go. */
function goText(value: JsonValue): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const fields = Object.keys(value).sort()
  return `map[${fields.map((field) => `${field}:${goText(value[field] as JsonValue)}`).join(' ')}]`
}

/** `%#v` of Go. */
function goSyntax(value: JsonValue): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (typeof value !== 'object') return JSON.stringify(value)
  const fields = Object.keys(value).sort()
  const texts = fields.map((field) => `${JSON.stringify(field)}:${goSyntax(value[field] as JsonValue)}`)
  return `map[string]interface {}{${texts.join(', ')}}`
}
