import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { KindVersion } from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Makes `object` what a real server makes of it that has a Go type for its kind, in place: a field with the zero value
 * of its type is as good as absent and is not written, except where Go points to it; a time is written in one form, and
 * as `null` where there is none. The object has been decoded without a fault. Metadata is made so elsewhere, and what
 * the kind has a zero value for on the first floor is put back there. A map of the first floor with nothing in it stays
 * for admission, which tells it from none, and goes before the object is written: see `withoutEmptyMaps`.
 */
export function toTypedForm(object: KubernetesObject, definition: KindVersion): void {
  if (definition.pointers === undefined) return
  const { schema, types } = getOrInsert(typed, definition.schema(), () => typedBody(definition))
  formStruct(object as unknown as Fields, schema, '', types)
}

/** What the form of a kind is made by, once for each schema. */
const typed = new WeakMap<StructuralSchema, { readonly schema: StructuralSchema; readonly types: Types }>()

function typedBody({ schema, pointers, typeNames }: KindVersion) {
  const { metadata: _metadata, ...properties } = schema().properties ?? {}
  return {
    schema: { ...schema(), properties },
    types: {
      pointers: new Set(pointers),
      isMicroTime: (path: string) => typeNames?.[path] === 'MicroTime',
    },
  }
}

/** The object as it is written: of `toTypedForm` without the maps in which nothing is. */
export function withoutEmptyMaps<T extends KubernetesObject>(
  object: T,
  { schema, pointers }: KindVersion,
): T {
  if (pointers === undefined) return object
  const { properties = {} } = schema()
  const empty = Object.keys(object).filter((name) => isEmptyMap(object[name], properties[name]))
  if (empty.length === 0) return object
  const written = { ...object }
  for (const name of empty) delete written[name]
  return written
}

function isEmptyMap(value: unknown, schema: StructuralSchema | undefined): boolean {
  if (typeof schema?.additionalProperties !== 'object') return false
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

type Fields = Record<string, unknown>

interface Types {
  readonly pointers: ReadonlySet<string>
  isMicroTime(path: string): boolean
}

function formStruct(
  fields: Fields,
  { properties = {}, required = [] }: StructuralSchema,
  path: string,
  types: Types,
): void {
  for (const [name, schema] of Object.entries(properties)) {
    const place = path === '' ? name : `${path}.${name}`
    const isPointer = types.pointers.has(place)
    const isPresent = Object.hasOwn(fields, name)
    const value = isPresent ? form(fields[name], schema, place, types) : undefined
    if (value === undefined) {
      if (schema.format === 'date-time' && !isPointer) fields[name] = null
      else if (isPresent) delete fields[name]
    } else if (isZero(value) && !isPointer && !required.includes(name)) delete fields[name]
    else if (path !== '' && isEmptyMap(value, schema)) delete fields[name]
    else fields[name] = value
  }
}

/** The value in its form; undefined for what is absent. */
function form(value: unknown, schema: StructuralSchema, path: string, types: Types): unknown {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) {
    const { items = {} } = schema
    return value.length === 0
      ? undefined
      : value.map((item) => form(item, items, path, types) ?? zeroOf(items))
  }
  if (typeof value === 'object') {
    const { additionalProperties } = schema
    const fields = value as Fields
    if (typeof additionalProperties !== 'object') {
      formStruct(fields, schema, path, types)
      return fields
    }
    for (const [key, member] of Object.entries(fields)) {
      fields[key] = form(member, additionalProperties, path, types) ?? zeroOf(additionalProperties)
    }
    return fields
  }
  return schema.format === 'date-time' ? formTime(String(value), types.isMicroTime(path)) : value
}

/** UTC, in whole seconds or with six digits after them. */
function formTime(text: string, isMicroTime: boolean): string | undefined {
  if (text === '') return undefined
  const seconds = new Date(Date.parse(text)).toISOString().slice(0, 19)
  if (!isMicroTime) return `${seconds}Z`
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}

function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false
}

function zeroOf({ type }: StructuralSchema): unknown {
  if (type === 'object') return {}
  return type === 'string' ? '' : null
}
