/** The bytes are no well-formed protobuf message of the type that was expected. */
export class MalformedProtobuf extends Error {
  override readonly name = 'MalformedProtobuf'
}

/** How a field's value is laid out; the two group types of old are not supported. */
export type WireType = 0 | 1 | 2 | 5

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads protobuf's wire format from a range of bytes. Every method throws MalformedProtobuf past the end. */
export class WireReader {
  readonly #bytes: Uint8Array
  #position: number
  readonly #end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#position = start
    this.#end = end
  }

  get atEnd(): boolean {
    return this.#position >= this.#end
  }

  /** The number and wire type of the next field. */
  tag(): { number: number; wire: WireType } {
    const tag = Number(this.varint())
    const wire = tag & 7
    const number = Math.floor(tag / 8)
    if (number < 1 || number > 0x1fffffff) throw new MalformedProtobuf(`illegal tag ${number}`)
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) {
      throw new MalformedProtobuf(`illegal wireType ${wire}`)
    }
    return { number, wire }
  }

  /** An unsigned integer of up to 64 bits. */
  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.atEnd) throw new MalformedProtobuf('unexpected EOF')
      const byte = this.#bytes[this.#position++] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new MalformedProtobuf('integer overflow')
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
    try {
      return decoder.decode(this.bytes())
    } catch (error) {
      if (error instanceof MalformedProtobuf) throw error
      throw new MalformedProtobuf('invalid UTF-8 in a string')
    }
  }

  /** A reader of the message that follows. */
  message(): WireReader {
    const length = this.#length()
    const start = this.#advance(length)
    return new WireReader(this.#bytes, start, start + length)
  }

  skip(wire: WireType): void {
    if (wire === 0) this.varint()
    else if (wire === 2) this.bytes()
    else this.#advance(wire === 1 ? 8 : 4)
  }

  #length(): number {
    const length = this.varint()
    if (length > BigInt(this.#end - this.#position)) throw new MalformedProtobuf('unexpected EOF')
    return Number(length)
  }

  #advance(length: number): number {
    const start = this.#position
    if (length > this.#end - start) throw new MalformedProtobuf('unexpected EOF')
    this.#position = start + length
    return start
  }
}
