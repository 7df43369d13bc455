import { TooManyValuesError } from '../../apimachinery/decode-error.ts'

/** The bytes are no well-formed protobuf message of the type that was expected. */
export class MalformedProtobuf extends Error {
  override readonly name = 'MalformedProtobuf'
}

/** How many values may still be read from a body, whichever reader does it. */
export interface ValueBudget {
  readonly maxValues: number
  left: number
}

/** How a field's value is laid out; the two group types of old are only skipped, and others are none. */
export type WireType = number

/** What is no UTF-8 is replaced, as where Go writes it into JSON. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Reads protobuf's wire format from a range of bytes. Every method throws MalformedProtobuf past the end, in the words
 * of the decoders that are generated for Kubernetes' Go types.
 */
export class WireReader {
  readonly #bytes: Uint8Array
  #position: number
  readonly #end: number
  readonly #budget: ValueBudget
  /** The halves of the integer that was read last. */
  #low = 0
  #high = 0

  constructor(bytes: Uint8Array, budget: ValueBudget, start = 0, end = bytes.length) {
    this.#budget = budget
    this.#bytes = bytes
    this.#position = start
    this.#end = end
  }

  get atEnd(): boolean {
    return this.#position >= this.#end
  }

  /** The number (32 bits with their sign) and wire type of the next field, and the tag that both are in. */
  tag(): { number: number; wire: WireType; tag: number } {
    this.#readVarint()
    return {
      number: (this.#high << 29) | (this.#low >>> 3),
      wire: this.#low & 7,
      tag: this.#high * 2 ** 32 + this.#low,
    }
  }

  /** Books values that have been found. */
  count(values = 1): void {
    this.#budget.left -= values
    if (this.#budget.left < 0) throw new TooManyValuesError(this.#budget.maxValues)
  }

  /** A signed integer of up to 64 bits, as near as a number comes to it. */
  integer(): number {
    this.#readVarint()
    return (this.#high | 0) * 2 ** 32 + this.#low
  }

  boolean(): boolean {
    this.#readVarint()
    return this.#low !== 0 || this.#high !== 0
  }

  /**
   * Reads 64 bits into two halves. BigInt would say it shorter, but V8 of Node.js 20 ends the process when it compiles
   * such a loop.
   */
  #readVarint(): void {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.atEnd) throw new MalformedProtobuf('unexpected EOF')
      const byte = this.#bytes[this.#position++] as number
      const bits = byte & 0x7f
      if (shift < 32) low |= bits << shift
      if (shift === 28) high = bits >>> 4
      else if (shift > 28) high |= bits << (shift - 32)
      if (byte < 0x80) {
        this.#low = low >>> 0
        this.#high = high >>> 0
        return
      }
    }
    throw new MalformedProtobuf('proto: integer overflow')
  }

  double(): number {
    const start = this.#advance(8)
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, 8).getFloat64(0, true)
  }

  bytes(): Uint8Array {
    const length = this.#length()
    const start = this.#advance(length)
    return this.#bytes.subarray(start, start + length)
  }

  text(): string {
    return decoder.decode(this.bytes())
  }

  /** A reader of the message that follows. */
  message(): WireReader {
    const length = this.#length()
    const start = this.#advance(length)
    return new WireReader(this.#bytes, this.#budget, start, start + length)
  }

  /** Passes over a value, which may be a group of fields. */
  skip(wire: WireType): void {
    let depth = 0
    let next = wire
    for (;;) {
      if (next === 0) this.#readVarint()
      else if (next === 1) this.#advance(8)
      else if (next === 2) this.bytes()
      else if (next === 3) depth++
      else if (next === 5) this.#advance(4)
      else if (next !== 4) throw new MalformedProtobuf(`proto: illegal wireType ${next}`)
      else if (depth === 0) throw new MalformedProtobuf('proto: unexpected end of group')
      else depth--
      if (depth === 0) return
      next = this.tag().wire
    }
  }

  #length(): number {
    this.#readVarint()
    const length = this.#high * 2 ** 32 + this.#low
    if (length + this.#position >= 2 ** 63) {
      throw new MalformedProtobuf('proto: negative length found during unmarshaling')
    }
    if (length > this.#end - this.#position) throw new MalformedProtobuf('unexpected EOF')
    return length
  }

  #advance(length: number): number {
    const start = this.#position
    if (length > this.#end - start) throw new MalformedProtobuf('unexpected EOF')
    this.#position = start + length
    return start
  }
}
