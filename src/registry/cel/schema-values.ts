import { parseDateTime, parseDurationText } from '../../apimachinery/time-formats.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { escapeFieldName, memberOf } from './field-names.ts'
import type { CelType } from './types.ts'
import * as types from './types.ts'
import { CelDuration, CelError, CelList, type CelMap, CelTimestamp, type CelValue } from './values.ts'

/**
 * How rules see the data under a schema: its static type, and its values, converted when they are looked at.
 * Undefined for data that rules cannot see (no type, or lists of such).
 */
export interface SchemaView {
  readonly type: CelType
  readonly convert: (data: unknown) => CelValue
}

type Views = WeakMap<StructuralSchema, SchemaView | null>

const rootViews: Views = new WeakMap()
const nestedViews: Views = new WeakMap()

/** `isResource`: of a whole object, whose head and names are visible whether or not the schema says so. */
export function viewOf(schema: StructuralSchema, isResource: boolean): SchemaView | undefined {
  const cache = isResource ? rootViews : nestedViews
  let view = cache.get(schema)
  if (view === undefined) {
    view = makeView(schema, isResource) ?? null
    cache.set(schema, view)
  }
  return view ?? undefined
}

function nestedView(schema: StructuralSchema): SchemaView | undefined {
  return viewOf(schema, schema['x-kubernetes-embedded-resource'] === true)
}

function makeView(schema: StructuralSchema, isResource: boolean): SchemaView | undefined {
  if (schema['x-kubernetes-int-or-string']) return { type: types.dyn, convert: convertUntyped }
  if (isResource) return objectView(withHead(schema))
  switch (schema.type) {
    case 'array':
      return listView(schema)
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? mapView(schema.additionalProperties)
        : objectView(schema)
    case 'string':
      return stringView(schema.format)
    case 'boolean':
      return { type: types.bool, convert: convertUntyped }
    case 'number':
      return {
        type: types.double,
        convert: (data) => (typeof data === 'number' ? data : convertUntyped(data)),
      }
    case 'integer':
      return { type: types.int, convert: convertUntyped }
    default:
      return undefined
  }
}

/** `apiVersion`, `kind`, `metadata.name` and `metadata.generateName` can be seen in every object. */
export function withHead(schema: StructuralSchema): StructuralSchema {
  const text: StructuralSchema = { type: 'string' }
  return {
    ...schema,
    type: 'object',
    properties: {
      ...schema.properties,
      apiVersion: text,
      kind: text,
      metadata: {
        type: 'object',
        properties: {
          ...schema.properties?.metadata?.properties,
          name: text,
          generateName: text,
        },
      },
    },
  }
}

function stringView(format: string | undefined): SchemaView {
  switch (format) {
    case 'byte':
      return { type: types.bytes, convert: typedText((text) => new Uint8Array(Buffer.from(text, 'base64'))) }
    case 'duration':
      return {
        type: types.duration,
        convert: typedText((text) => {
          const nanoseconds = parseDurationText(text)
          return nanoseconds === undefined ? text : new CelDuration(nanoseconds)
        }),
      }
    case 'date':
    case 'date-time':
      return {
        type: types.timestamp,
        convert: typedText((text) => {
          const nanoseconds = parseDateTime(format === 'date' ? `${text}T00:00:00Z` : text)
          return nanoseconds === undefined ? text : new CelTimestamp(nanoseconds)
        }),
      }
    default:
      return { type: types.string, convert: convertUntyped }
  }
}

/** Text that is no value of its format stays text: validation has reported it, and rules must not fail on it. */
function typedText(read: (text: string) => CelValue): (data: unknown) => CelValue {
  return (data) => (typeof data === 'string' ? read(data) : convertUntyped(data))
}

function listView(schema: StructuralSchema): SchemaView | undefined {
  const item = schema.items && nestedView(schema.items)
  if (!item) return undefined
  return {
    type: { kind: 'list', element: item.type },
    convert: (data) => (Array.isArray(data) ? new CelList(data, item.convert) : convertUntyped(data)),
  }
}

function mapView(values: StructuralSchema): SchemaView | undefined {
  const value = nestedView(values)
  if (!value) return undefined
  return {
    type: { kind: 'map', key: types.string, value: value.type },
    convert: (data) => (isFields(data) ? new DataMap(data, value.convert) : convertUntyped(data)),
  }
}

function objectView(schema: StructuralSchema): SchemaView {
  const fields = new Map<string, CelType>()
  const members = new Map<string, Member>()
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeFieldName(name)
    const view = escaped === undefined ? undefined : nestedView(property)
    if (escaped === undefined || !view) continue
    fields.set(escaped, view.type)
    members.set(escaped, { name, convert: view.convert })
  }
  return {
    type: { kind: 'object', fields },
    convert: (data) => (isFields(data) ? new DataObject(data, members) : convertUntyped(data)),
  }
}

type Fields = Readonly<Record<string, unknown>>

function isFields(data: unknown): data is Fields {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

/** Data of which nothing is known: integers are told from doubles by their value. */
function convertUntyped(data: unknown): CelValue {
  switch (typeof data) {
    case 'string':
    case 'boolean':
      return data
    case 'number':
      return Number.isInteger(data) && Math.abs(data) < 2 ** 63 ? BigInt(data) : data
    case 'object':
      if (data === null) return null
      if (Array.isArray(data)) return new CelList(data, convertUntyped)
      return new DataMap(data as Fields, convertUntyped)
    default:
      throw new CelError('unsupported value')
  }
}

class DataMap implements CelMap {
  readonly isCelMap = true
  readonly isObject = false
  readonly #data: Fields
  readonly #convert: (data: unknown) => CelValue

  constructor(data: Fields, convert: (data: unknown) => CelValue) {
    this.#data = data
    this.#convert = convert
  }

  get size(): number {
    return Object.keys(this.#data).length
  }

  get(key: CelValue): CelValue | undefined {
    return typeof key === 'string' && Object.hasOwn(this.#data, key)
      ? this.#convert(this.#data[key])
      : undefined
  }

  keys(): CelValue[] {
    return Object.keys(this.#data)
  }
}

interface Member {
  readonly name: string
  readonly convert: (data: unknown) => CelValue
}

/** An object by the fields that its schema declares; what the schema does not know, rules do not see. */
class DataObject implements CelMap {
  readonly isCelMap = true
  readonly isObject = true
  readonly #data: Fields
  readonly #members: ReadonlyMap<string, Member>

  constructor(data: Fields, members: ReadonlyMap<string, Member>) {
    this.#data = data
    this.#members = members
  }

  get size(): number {
    return this.keys().length
  }

  get(key: CelValue): CelValue | undefined {
    const member = typeof key === 'string' ? memberOf(this.#members, key) : undefined
    if (!member || !Object.hasOwn(this.#data, member.name)) return undefined
    const value = this.#data[member.name]
    return value === undefined ? undefined : member.convert(value)
  }

  keys(): CelValue[] {
    return [...this.#members].filter(([, { name }]) => Object.hasOwn(this.#data, name)).map(([key]) => key)
  }
}
