import {
  type Decoded,
  DecodeError,
  exactNumber,
  maxDuplicateFields,
  maxNestingDepth,
} from './decode-error.ts'
import type { JsonObject, JsonValue } from './object.ts'

/** Reads JSON slowly and says exactly what is wrong with it, or which fields came twice. Throws DecodeError. */
export function parseJson(bytes: Buffer): Decoded<JsonValue> {
  return new JsonParser(bytes).parse()
}

/** What may follow a backslash, and what it stands for. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

const literals: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
])

class JsonParser {
  readonly #bytes: Buffer
  #position = 0
  /** The way to the value being read: `spec`, `.ports`, `[0]`. */
  readonly #path: string[] = []
  readonly #duplicates = new Set<string>()
  #depth = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  parse(): Decoded<JsonValue> {
    const value = this.#value()
    this.#skipSpace()
    if (this.#position < this.#bytes.length) throw this.#unexpected('after top-level value')
    return { value, duplicateFields: [...this.#duplicates] }
  }

  #value(): JsonValue {
    this.#skipSpace()
    switch (this.#peek()) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#list())
      case '"':
        return this.#string()
      case 't':
        return this.#literal('true')
      case 'f':
        return this.#literal('false')
      case 'n':
        return this.#literal('null')
      default:
        return this.#number()
    }
  }

  #nested(read: () => JsonValue): JsonValue {
    if (++this.#depth > maxNestingDepth) throw this.#unexpected('exceeded max depth')
    this.#position++
    const value = read()
    this.#depth--
    return value
  }

  #object(): JsonObject {
    const fields = new Map<string, JsonValue>()
    this.#skipSpace()
    if (this.#take('}')) return {}
    for (;;) {
      this.#skipSpace()
      if (this.#peek() !== '"') throw this.#unexpected('looking for beginning of object key string')
      const field = this.#string()
      this.#skipSpace()
      if (!this.#take(':')) throw this.#unexpected('after object key')
      const step = this.#path.length === 0 ? field : `.${field}`
      if (fields.has(field) && this.#duplicates.size < maxDuplicateFields) {
        this.#duplicates.add(this.#path.join('') + step)
      }
      this.#path.push(step)
      fields.set(field, this.#value())
      this.#path.pop()
      this.#skipSpace()
      // `fromEntries` defines fields instead of assigning them: `__proto__` is a name like any other.
      if (this.#take('}')) return Object.fromEntries(fields)
      if (!this.#take(',')) throw this.#unexpected('after object key:value pair')
    }
  }

  #list(): JsonValue[] {
    const items: JsonValue[] = []
    this.#skipSpace()
    if (this.#take(']')) return items
    for (;;) {
      this.#path.push(`[${items.length}]`)
      items.push(this.#value())
      this.#path.pop()
      this.#skipSpace()
      if (this.#take(']')) return items
      if (!this.#take(',')) throw this.#unexpected('after array element')
    }
  }

  #string(): string {
    this.#position++
    let text = ''
    let start = this.#position
    for (;;) {
      const byte = this.#bytes[this.#position]
      if (byte === undefined) throw this.#unexpected('in string literal')
      if (byte === 0x22 || byte === 0x5c) {
        text += this.#bytes.toString('utf8', start, this.#position)
        this.#position++
        // A half of a character cannot be stored; Go puts the same sign in its place.
        if (byte === 0x22) return text.replace(/\p{Surrogate}/gu, '\ufffd')
        text += this.#escape()
        start = this.#position
      } else if (byte < 0x20) throw this.#unexpected('in string literal')
      else this.#position++
    }
  }

  #escape(): string {
    const code = this.#peek()
    const character = escapes.get(code)
    if (character === undefined && code !== 'u') throw this.#unexpected('in string escape code')
    this.#position++
    if (character !== undefined) return character
    const start = this.#position
    while (this.#position < start + 4) {
      if (!/^[0-9a-fA-F]$/.test(this.#peek())) throw this.#unexpected('in \\u hexadecimal character escape')
      this.#position++
    }
    return String.fromCharCode(Number.parseInt(this.#bytes.toString('latin1', start, this.#position), 16))
  }

  #literal(word: string): JsonValue {
    for (let index = 1; index < word.length; index++) {
      this.#position++
      if (this.#peek() !== word[index]) {
        throw this.#unexpected(`in literal ${word} (expecting '${word[index]}')`)
      }
    }
    this.#position++
    return literals.get(word) as JsonValue
  }

  #number(): number {
    const start = this.#position
    const negative = this.#take('-')
    if (!this.#take('0') && !this.#digits()) {
      throw this.#unexpected(negative ? 'in numeric literal' : 'looking for beginning of value')
    }
    if (this.#take('.') && !this.#digits()) throw this.#unexpected('after decimal point in numeric literal')
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-')
      if (!this.#digits()) throw this.#unexpected('in exponent of numeric literal')
    }
    return exactNumber(this.#bytes.toString('latin1', start, this.#position))
  }

  #digits(): boolean {
    const start = this.#position
    for (;;) {
      const byte = this.#bytes[this.#position]
      if (byte === undefined || byte < 0x30 || byte > 0x39) return this.#position > start
      this.#position++
    }
  }

  /** The byte here as a character; empty at the end. */
  #peek(): string {
    const byte = this.#bytes[this.#position]
    return byte === undefined ? '' : String.fromCharCode(byte)
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#position++
    return true
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#position]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#position++
    }
  }

  #unexpected(place: string): DecodeError {
    const character = this.#peek()
    if (character === '') return new DecodeError('unexpected end of JSON input')
    return new DecodeError(`invalid character ${quoteCharacter(character)} ${place}`)
  }
}

/** As Go quotes a character: `'x'`, `'\n'`, `'\x00'`, `'\''`. */
function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  const named: Record<string, string> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
    '\\': '\\\\',
    '\x07': '\\a',
  }
  const code = character.charCodeAt(0)
  if (named[character] !== undefined) return `'${named[character]}'`
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`
  // Go prints what it holds to be printable, and escapes the rest of Latin-1.
  if ((code >= 0x80 && code <= 0xa0) || code === 0xad) return `'\\u${code.toString(16).padStart(4, '0')}'`
  return `'${character}'`
}
