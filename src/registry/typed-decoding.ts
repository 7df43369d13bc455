import { base64Fault } from '../apimachinery/base64.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { cannotUnmarshal, microTimeLayout, timeFault, timeLayout } from '../apimachinery/typed-json.ts'
import type { Resource } from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Why a real server, which has a Go type for this kind, could not decode an object: the first fault in the order of
 * the document, in the words of Go's decoder. Undefined when it could, and for custom resources, which have no type.
 * Metadata is looked at elsewhere; what the schema does not know is none of a decoder's business.
 */
export function typedDecodingFault(resource: Resource, object: KubernetesObject): string | undefined {
  const { kind, definition } = resource
  if (kind.origin !== 'core') return undefined
  const names = definition.typeNames ?? {}
  return decodeStruct(object, {
    schema: definition.schema(),
    path: '',
    struct: kind.names.kind,
    names: { spec: `${kind.names.kind}Spec`, status: `${kind.names.kind}Status`, ...names },
  })
}

interface Place {
  readonly schema: StructuralSchema
  /** `spec.renewTime`; empty for the object itself. Lists and maps add nothing, as in Go. */
  readonly path: string
  /** The Go struct that has the field. */
  readonly struct: string
  /** What Go calls the types of fields that are structs or microseconds, by path; default: the field with a capital. */
  readonly names: Readonly<Record<string, string>>
}

function decode(value: unknown, place: Place): string | undefined {
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

function decodeObject(value: Record<string, unknown>, place: Place): string | undefined {
  const { additionalProperties, properties } = place.schema
  if (typeof additionalProperties === 'object') {
    return first(Object.values(value), (member) => decode(member, { ...place, schema: additionalProperties }))
  }
  return properties === undefined ? undefined : decodeStruct(value, { ...place, struct: structName(place) })
}

function decodeStruct(value: object, { schema, path, struct, names }: Place): string | undefined {
  const { properties = {} } = schema
  return first(Object.entries(value), ([field, member]) => {
    if (!Object.hasOwn(properties, field) || (path === '' && field === 'metadata')) return undefined
    const place = {
      schema: properties[field] ?? {},
      path: path === '' ? field : `${path}.${field}`,
      struct,
      names,
    }
    return decode(member, place)
  })
}

function decodeText(text: string, place: Place): string | undefined {
  switch (place.schema.format) {
    case 'byte': {
      const offset = base64Fault(text)
      return offset === undefined ? undefined : `illegal base64 data at input byte ${offset}`
    }
    case 'date-time':
      return timeFault(text, isMicroTime(place) ? microTimeLayout : timeLayout)
    default:
      return undefined
  }
}

/** A time has a decoder of its own, which does not know where it is. */
function mismatch(value: unknown, place: Place): string {
  const { schema, path, struct } = place
  if (schema.format === 'date-time') return cannotUnmarshal(value, 'value', 'string')
  return cannotUnmarshal(value, `struct field ${struct}.${path}`, goType(place))
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

function first<Item>(items: readonly Item[], fault: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = fault(item)
    if (found !== undefined) return found
  }
  return undefined
}
