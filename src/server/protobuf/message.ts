import { countJsonValues } from '../../apimachinery/decode-json.ts'
import type { JsonObject, JsonValue } from '../../apimachinery/object.ts'
import { goName, typeName } from './go-names.ts'
import { MalformedProtobuf, type WireReader, type WireType } from './wire.ts'

/**
 * How a value on the wire becomes a value in JSON. `undefined` stands for nothing: the field is left out, as Go leaves
 * out what is empty.
 */
export interface ValueType {
  readonly wire: WireType
  /** What stands in a map for a key without a value; default: an empty object. */
  readonly absent?: JsonValue
  /** `name` is what Go calls the type of a message that is read. */
  read(reader: WireReader, depth: number, name: string): JsonValue | undefined
}

/** A list of values, or (as `map`) of keys with values. */
interface Repeated {
  readonly each: ValueType
  readonly map: boolean
}

type FieldType = ValueType | Repeated

/** Deeper than any object that makes sense; a bound for the stack. */
const maximumDepth = 64

/** The fields of a message by their numbers, each with its name in JSON. */
export type Fields = Readonly<Record<number, readonly [name: string, type: FieldType]>>

/** A message as an object. `fields` is a thunk where a message holds itself. */
export function message(fields: Fields | (() => Fields)): ValueType {
  return {
    wire: 2,
    read: (reader, depth, name) =>
      readMessage(reader.message(), typeof fields === 'function' ? fields() : fields, name, depth),
  }
}

/**
 * Reads the fields of a message up to the end of `reader`. Unknown fields are skipped, as a real server does. `struct`
 * is what Go calls its type.
 */
export function readMessage(reader: WireReader, fields: Fields, struct: string, depth = 0): JsonObject {
  if (depth > maximumDepth) throw new MalformedProtobuf('exceeded maximum nesting depth')
  // Collected apart, because an assignment to a key such as `__proto__` is not what it seems.
  const single = new Map<string, JsonValue>()
  const lists = new Map<string, JsonValue[]>()
  const maps = new Map<string, Map<string, JsonValue>>()
  while (!reader.atEnd) {
    const { number, wire, tag } = reader.tag()
    reader.count()
    if (wire === 4) throw new MalformedProtobuf(`proto: ${struct}: wiretype end group for non-group`)
    if (number <= 0) {
      throw new MalformedProtobuf(`proto: ${struct}: illegal tag ${number} (wire type ${tag})`)
    }
    const field = fields[number]
    if (!field) {
      reader.skip(wire)
      continue
    }
    const [name, type] = field
    const value = 'each' in type ? (type.map ? undefined : type.each) : type
    if (wire !== (value?.wire ?? 2)) {
      throw new MalformedProtobuf(`proto: wrong wireType = ${wire} for field ${goName(name)}`)
    }
    const inner = typeName(struct, name)
    if (!('each' in type)) {
      const read = type.read(reader, depth + 1, inner)
      if (read === undefined) single.delete(name)
      else single.set(name, read)
    } else if (type.map) {
      const entries = maps.get(name) ?? new Map<string, JsonValue>()
      maps.set(name, entries)
      const [key, entry] = readEntry(reader.message(), type.each, depth + 1, inner)
      entries.set(key, entry)
    } else {
      const list = lists.get(name) ?? []
      lists.set(name, list)
      list.push(type.each.read(reader, depth + 1, inner) ?? null)
    }
  }
  return Object.fromEntries([
    ...single,
    ...lists,
    ...[...maps].map(([name, entries]) => [name, Object.fromEntries(entries)] as const),
  ])
}

/** Nobody looks how the key and the value of a map are laid out: they are read as what they ought to be. */
function readEntry(reader: WireReader, type: ValueType, depth: number, name: string): [string, JsonValue] {
  let key = ''
  let value: JsonValue | undefined
  while (!reader.atEnd) {
    const { number, wire } = reader.tag()
    if (number === 1) key = reader.text()
    else if (number === 2) value = type.read(reader, depth, name)
    else reader.skip(wire)
  }
  return [key, value ?? type.absent ?? {}]
}

export function list(each: ValueType): Repeated {
  return { each, map: false }
}

/** A map from strings. */
export function map(each: ValueType): Repeated {
  return { each, map: true }
}

/** A type whose empty value is left out, made from one that is always there. */
function omitEmpty(type: ValueType, empty: JsonValue): ValueType {
  return {
    wire: type.wire,
    read(reader, depth, name) {
      const value = type.read(reader, depth, name)
      return value === empty ? undefined : value
    },
  }
}

/** Kept even when empty: what is a pointer in Go, or has no `omitempty`. */
export const kept = {
  text: { wire: 2, absent: '', read: (reader) => reader.text() },
  integer: { wire: 0, read: (reader) => reader.integer() },
  boolean: { wire: 0, read: (reader) => reader.boolean() },
  double: {
    wire: 1,
    read(reader) {
      const value = reader.double()
      if (!Number.isFinite(value)) throw new MalformedProtobuf('a number that JSON does not have')
      return value
    },
  },
} as const satisfies Record<string, ValueType>

/** Left out when empty. */
export const text = omitEmpty(kept.text, '')
export const integer = omitEmpty(kept.integer, 0)
export const boolean = omitEmpty(kept.boolean, false)

/** Bytes as base64. */
export const bytes: ValueType = {
  wire: 2,
  absent: '',
  read: (reader) => Buffer.from(reader.bytes()).toString('base64'),
}

const raw: Fields = { 1: ['raw', { wire: 2, read: (reader) => reader.text() }] }

/** A message with JSON in its first field. */
export const json: ValueType = {
  wire: 2,
  read(reader, depth, name) {
    const { raw: written = '' } = readMessage(reader.message(), raw, name, depth)
    if (written === '') return undefined
    try {
      reader.count(countJsonValues(String(written)))
      return JSON.parse(String(written)) as JsonValue
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new MalformedProtobuf('invalid JSON inside a message')
    }
  },
}

/** A `meta/v1` Time in RFC 3339; the zero time, which is an empty message, is nothing. */
export const time: ValueType = {
  wire: 2,
  read(reader) {
    const moment = readMoment(reader)
    return moment && `${moment.seconds}Z`
  },
}

/** A `meta/v1` MicroTime in RFC 3339. */
export const microTime: ValueType = {
  wire: 2,
  read(reader) {
    const moment = readMoment(reader)
    return moment && `${moment.seconds}.${String(Math.floor(moment.nanoseconds / 1000)).padStart(6, '0')}Z`
  },
}

const timestamp: Fields = { 1: ['seconds', kept.integer], 2: ['nanos', kept.integer] }

function readMoment(reader: WireReader): { seconds: string; nanoseconds: number } | undefined {
  const inner = reader.message()
  if (inner.atEnd) return undefined
  const read = readMessage(inner, timestamp, 'Timestamp')
  const seconds = Number(read.seconds ?? 0)
  const nanoseconds = Number(read.nanos ?? 0) | 0
  const date = new Date(seconds * 1000)
  const year = date.getUTCFullYear()
  if (!(year >= 0 && year <= 9999) || nanoseconds < 0 || nanoseconds > 999_999_999) {
    throw new MalformedProtobuf('a time outside of the years 0 to 9999')
  }
  return { seconds: date.toISOString().slice(0, 19), nanoseconds }
}
