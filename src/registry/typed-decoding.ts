import { base64Fault } from '../apimachinery/base64.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import {
  cannotRestore,
  cannotUnmarshal,
  microTimeLayout,
  timeFault,
  timeLayout,
} from '../apimachinery/typed-json.ts'
import type { Resource } from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Why a real server, which has a Go type for this kind, could not decode an object: see `typedFault`. Undefined when it
 * could, and for custom resources, which have no type.
 */
export function typedDecodingFault(
  { kind, definition }: Resource,
  object: KubernetesObject,
): TypedDecodingFault | undefined {
  if (kind.origin !== 'core') return undefined
  const { typeNames } = definition
  return typedFault(
    { name: kind.names.kind, schema: definition.schema(), ...(typeNames ? { typeNames } : {}) },
    object,
  )
}

/** A kind of which a real server has a Go type. */
export interface TypedKind {
  readonly name: string
  readonly schema: StructuralSchema
  /** See `KindVersion`. */
  readonly typeNames?: Readonly<Record<string, string>>
}

/**
 * The first fault in the order of the document, in the words of Go's decoder. Metadata is looked at elsewhere; what the
 * schema does not know is none of a decoder's business.
 */
export function typedFault(
  { name, schema, typeNames }: TypedKind,
  object: KubernetesObject,
): TypedDecodingFault | undefined {
  const place = {
    schema,
    path: '',
    struct: name,
    names: { spec: `${name}Spec`, status: `${name}Status`, ...typeNames },
    timesAlone: false,
  }
  const fault = decodeStruct(object, place)
  if (fault === undefined || fault.isTime) return fault
  // Go's decoder ends at a time that it cannot read, and remembers other faults until the end.
  return decodeStruct(object, { ...place, timesAlone: true }) ?? fault
}

/** The fault in the words of Go's decoder, and in those of the converter through which strategic patches go. */
export interface TypedDecodingFault {
  readonly message: string
  readonly converted: string
  readonly isTime: boolean
}

interface Place {
  readonly schema: StructuralSchema
  /** `spec.renewTime`; empty for the object itself. Lists and maps add nothing, as in Go. */
  readonly path: string
  /** The Go struct that has the field. */
  readonly struct: string
  /** What Go calls the types of fields that are structs or microseconds, by path; default: the field with a capital. */
  readonly names: Readonly<Record<string, string>>
  /** Looks for faults of times only. */
  readonly timesAlone: boolean
}

function decode(value: unknown, place: Place): TypedDecodingFault | undefined {
  if (value === null) return undefined
  const { schema } = place
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' ? decodeText(value, place) : mismatch(value, place)
    case 'boolean':
      return typeof value === 'boolean' ? undefined : mismatch(value, place)
    case 'integer':
      return isInteger(value, schema) ? undefined : mismatch(value, place)
    case 'array':
      if (!Array.isArray(value)) return mismatch(value, place)
      return first(value, (item) => decode(item, { ...place, schema: schema.items ?? {} }))
    case 'object':
      return isRecord(value) ? decodeObject(value, place) : mismatch(value, place)
    default:
      return undefined
  }
}

function decodeObject(value: Record<string, unknown>, place: Place): TypedDecodingFault | undefined {
  const { additionalProperties, properties } = place.schema
  if (typeof additionalProperties === 'object') {
    return first(Object.values(value), (member) => decode(member, { ...place, schema: additionalProperties }))
  }
  return properties === undefined ? undefined : decodeStruct(value, { ...place, struct: structName(place) })
}

function decodeStruct(
  value: object,
  { schema, path, struct, names, timesAlone }: Place,
): TypedDecodingFault | undefined {
  const { properties = {} } = schema
  const fields = value as Readonly<Record<string, unknown>>
  return first(Object.keys(fields), (field) => {
    if (!Object.hasOwn(properties, field) || (path === '' && field === 'metadata')) return undefined
    const place = {
      schema: properties[field] ?? {},
      path: path === '' ? field : `${path}.${field}`,
      struct,
      names,
      timesAlone,
    }
    return decode(fields[field], place)
  })
}

function decodeText(text: string, place: Place): TypedDecodingFault | undefined {
  switch (place.schema.format) {
    case 'byte': {
      const offset = base64Fault(text)
      return offset === undefined || place.timesAlone ? undefined : base64Refusal(offset)
    }
    case 'date-time':
      return timeRefusal(timeFault(text, isMicroTime(place) ? microTimeLayout : timeLayout))
    default:
      return undefined
  }
}

function mismatch(value: unknown, place: Place): TypedDecodingFault | undefined {
  const { schema, path, struct } = place
  const isTime = schema.format === 'date-time'
  if (place.timesAlone && !isTime) return undefined
  const type = isTime ? 'string' : goType(place)
  return {
    message: cannotUnmarshal(value, `struct field ${struct}.${path}`, type),
    // A time has a decoder of its own, whoever asks for it.
    converted: isTime
      ? cannotUnmarshal(value, 'value', 'string')
      : cannotRestore(value, goKindOf(schema, type), type),
    isTime,
  }
}

function goKindOf({ type }: StructuralSchema, goType: string): string {
  if (goType.startsWith('map[')) return 'map'
  if (goType.startsWith('[]')) return 'slice'
  if (type === 'object') return 'struct'
  return type === 'string' ? 'string' : goType
}

function base64Refusal(offset: number): TypedDecodingFault {
  const message = `illegal base64 data at input byte ${offset}`
  return { message, converted: `error decoding from json: ${message}`, isTime: false }
}

function goType(place: Place): string {
  const { schema } = place
  switch (schema.type) {
    case 'array':
      return `[]${goType({ ...place, schema: schema.items ?? {} })}`
    case 'object':
      if (typeof schema.additionalProperties === 'object') {
        return `map[string]${goType({ ...place, schema: schema.additionalProperties })}`
      }
      return `v1.${structName(place)}`
    case 'string':
      return place.names[place.path] ?? (schema.format === 'byte' ? '[]uint8' : 'string')
    case 'integer':
      return schema.format ?? 'int64'
    case 'boolean':
      return 'bool'
    default:
      return 'interface {}'
  }
}

function structName({ path, names }: Place): string {
  const field = path.slice(path.lastIndexOf('.') + 1)
  return names[path] ?? field.charAt(0).toUpperCase() + field.slice(1)
}

function isMicroTime({ path, names }: Place): boolean {
  return names[path] === 'MicroTime'
}

function isInteger(value: unknown, { format }: StructuralSchema): boolean {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false
  return format === 'int32' ? value === (value | 0) : true
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function first<Item>(
  items: readonly Item[],
  fault: (item: Item) => TypedDecodingFault | undefined,
): TypedDecodingFault | undefined {
  for (const item of items) {
    const found = fault(item)
    if (found !== undefined) return found
  }
  return undefined
}

function timeRefusal(message: string | undefined): TypedDecodingFault | undefined {
  return message === undefined ? undefined : { message, converted: message, isTime: true }
}
