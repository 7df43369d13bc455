import type { JsonValue } from '../../apimachinery/object.ts'

/**
 * A buffer that is filled from its end. The length of a message stands before it, and so is known when it is written:
 * no message is built apart and copied into the next.
 */
class ReverseBuffer {
  #bytes = Buffer.allocUnsafe(1 << 16)
  #start = this.#bytes.length

  /** How many bytes there are. */
  get length(): number {
    return this.#bytes.length - this.#start
  }

  /** Everything written, from front to end. */
  contents(): Buffer {
    return Buffer.from(this.#bytes.subarray(this.#start))
  }

  text(value: string): void {
    // Reserved first: it may replace the buffer.
    const position = this.#reserve(Buffer.byteLength(value))
    this.#bytes.write(value, position)
  }

  /** An integer that is not negative and that JavaScript holds exactly. */
  varint(value: number): void {
    let size = 1
    for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++
    let rest = value
    let position = this.#reserve(size)
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[position++] = (rest % 128) | 0x80
    this.#bytes[position] = rest
  }

  double(value: number): void {
    const position = this.#reserve(8)
    this.#bytes.writeDoubleLE(value, position)
  }

  /** Makes room in front, and tells where it begins. */
  #reserve(length: number): number {
    if (length > this.#start) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.length + length))
      const start = grown.length - this.length
      this.#bytes.copy(grown, start, this.#start)
      this.#bytes = grown
      this.#start = start
    }
    this.#start -= length
    return this.#start
  }
}

/** How a JSON value is written as the value of a protobuf field. */
export interface Writer {
  readonly wire: 0 | 1 | 2
  /** Puts the bytes of the value in front; for wire type 2 without their length. */
  write(target: ReverseBuffer, value: JsonValue): void
}

/** A field: its number and writer, and whether a JSON array is one field for each item. */
export type WrittenField = readonly [number: number, writer: Writer, each?: 'each']

/** The bytes of a whole message. */
export function encode(writer: Writer, value: JsonValue): Buffer {
  const target = new ReverseBuffer()
  writer.write(target, value)
  return target.contents()
}

function writeField(target: ReverseBuffer, [number, writer, each]: WrittenField, value: JsonValue): void {
  if (each) {
    for (const item of (value as JsonValue[]).toReversed()) writeField(target, [number, writer], item)
    return
  }
  const before = target.length
  writer.write(target, value)
  if (writer.wire === 2) target.varint(target.length - before)
  target.varint(number * 8 + writer.wire)
}

export const text: Writer = { wire: 2, write: (target, value) => target.text(String(value)) }

export const boolean: Writer = { wire: 0, write: (target, value) => target.varint(value === true ? 1 : 0) }

/** Lengths and counts, which are never negative. */
export const integer: Writer = { wire: 0, write: (target, value) => target.varint(Number(value)) }

export const double: Writer = { wire: 1, write: (target, value) => target.double(Number(value)) }

/**
 * A message with the fields of a JSON object; those with names in `x-` go to the field `extensions`, as NamedAny.
 * `fields` is called once, on first use, so that messages may hold each other.
 */
export function message(fields: () => Readonly<Record<string, WrittenField>>, extensions?: number): Writer {
  let known: ReadonlyMap<string, WrittenField> | undefined
  return {
    wire: 2,
    write(target, value) {
      known ??= new Map(Object.entries(fields()))
      for (const [name, inner] of Object.entries(value as object).reverse() as [string, JsonValue][]) {
        const field = known.get(name)
        if (field) writeField(target, field, inner)
        else if (extensions !== undefined && name.startsWith('x-')) {
          writeField(target, [extensions, namedAny], { name, value: inner })
        }
      }
    },
  }
}

/** A message whose one field holds the value (or each item of it): how alternatives and lists are wrapped. */
export function wrapped(number: number, writer: () => Writer, each?: 'each'): Writer {
  return {
    wire: 2,
    write: (target, value) => writeField(target, each ? [number, writer(), each] : [number, writer()], value),
  }
}

/** A JSON object as a message that holds, in field `number`, a message with name and value for each of its fields. */
export function map(number: number, writer: () => Writer): Writer {
  const entry = message(() => ({ name: [1, text], value: [2, writer()] }))
  return {
    wire: 2,
    write(target, value) {
      for (const [name, inner] of Object.entries(value as object).reverse() as [string, JsonValue][]) {
        writeField(target, [number, entry], { name, value: inner })
      }
    },
  }
}

/** Any value at all, as YAML, of which JSON is a part. */
export const any: Writer = {
  wire: 2,
  write: (target, value) => writeField(target, [2, text], JSON.stringify(value)),
}

const namedAny = message(() => ({ name: [1, text], value: [2, any] }))
