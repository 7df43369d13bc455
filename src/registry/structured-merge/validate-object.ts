import { toldTexts } from '../../apimachinery/faults-length.ts'
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

/** What was found, and where the walk is: a place becomes text only for a fault. */
class Findings {
  readonly #texts: string[] = []
  readonly #path: PathElement[] = []

  get texts(): readonly string[] {
    return this.#texts
  }

  tell(message: string): void {
    const path = formatFieldPath(this.#path)
    this.#texts.push(path === '' ? message : `${path}: ${message}`)
  }

  /** Runs `walk` at the place below. */
  below(element: PathElement, walk: () => void): void {
    this.#path.push(element)
    walk()
    this.#path.pop()
  }
}

/**
 * Why an object is no value of the type: fields that the schema does not know, values of another sort, list items
 * that cannot be told apart. The text as a real server words it, or undefined when there is no fault.
 */
export function describeFaults(type: MergeType, object: JsonValue): string | undefined {
  const findings = new Findings()
  check(type, object, findings)
  const { texts } = findings
  if (texts.length < 2) return texts[0]
  return ['errors:', ...toldTexts(texts).map((text) => `  ${text}`)].join('\n')
}

function check(type: MergeType, value: JsonValue, findings: Findings): void {
  switch (sortOf(type, value)) {
    case 'scalar':
      checkScalar(type.scalar, value, findings)
      break
    case 'map':
      checkMap(type.map as MapType, value, findings)
      break
    case 'list':
      checkList(type.list as ListType, value, findings)
      break
  }
}

function checkScalar(scalar: MergeType['scalar'], value: JsonValue, findings: Findings): void {
  if (value === null) return
  switch (scalar) {
    case 'numeric':
      if (typeof value !== 'number') findings.tell(`expected numeric (int or float), got ${goType(value)}`)
      break
    case 'string':
      if (typeof value !== 'string') {
        findings.tell(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)
      }
      break
    case 'boolean':
      if (typeof value !== 'boolean') findings.tell(`expected boolean, got &{${goText(value)}}`)
      break
    default:
      if (typeof value === 'object') findings.tell(`expected any scalar, got &{${goText(value)}}`)
  }
}

function checkMap(type: MapType, value: JsonValue, findings: Findings): void {
  if (value === null) return
  const map = asMap(value)
  if (map === undefined) {
    findings.tell(`expected map, got &{${goText(value)}}`)
    return
  }
  for (const field of Object.keys(map)) {
    const fieldType = type.fieldType(field)
    findings.below(fieldElement(field), () => {
      if (fieldType) check(fieldType, map[field] as JsonValue, findings)
      else findings.tell('field not declared in schema')
    })
  }
}

function checkList(type: ListType, value: JsonValue, findings: Findings): void {
  if (value === null) return
  const list = asList(value)
  if (list === undefined) {
    findings.tell(`expected list, got &{${goText(value)}}`)
    return
  }
  const seen = new Set<PathElement>()
  for (const [index, item] of list.entries()) {
    let element = indexElement(index)
    if (!type.atomic) {
      try {
        element = itemElement(type, item)
      } catch (error) {
        if (!(error instanceof ListItemError)) throw error
        findings.tell(`element ${index}: ${error.message}`)
        return
      }
      if (seen.has(element)) findings.tell(`duplicate entries for key ${formatFieldPath([element])}`)
      seen.add(element)
    }
    findings.below(element, () => check(type.element(), item, findings))
  }
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
