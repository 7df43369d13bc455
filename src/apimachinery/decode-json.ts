import { type Decoded, maxNestingDepth, TooManyValuesError } from './decode-error.ts'
import { parseJson } from './json-parser.ts'
import type { JsonValue } from './object.ts'

/**
 * Reads strict JSON. Invalid UTF-8 becomes U+FFFD, as in Go. Fields called `__proto__` are fields like any other.
 * Throws DecodeError, and TooManyValuesError where the text holds more values than `maxValues`.
 *
 * The engine's parser does the work. It tells nothing of duplicate fields, so one pass over the bytes counts the
 * fields that were written, and a walk over the result those that are left; only where the numbers differ, or
 * something else is out of the ordinary, the body is read again by a parser that can say what.
 */
export function decodeJson(bytes: Buffer, maxValues: number = Number.POSITIVE_INFINITY): Decoded<JsonValue> {
  const survey = surveyJson(bytes)
  if (survey.values > maxValues) throw new TooManyValuesError(maxValues)
  if (survey.isOrdinary) {
    let value: JsonValue
    try {
      value = JSON.parse(bytes.toString('utf8')) as JsonValue
    } catch {
      return parseJson(bytes)
    }
    if (countFields(value) === survey.fields) return { value, duplicateFields: [] }
  }
  return parseJson(bytes)
}

/** Reads a text as `decodeJson` does. */
export function decodeJsonText(text: string): Decoded<JsonValue> {
  return decodeJson(Buffer.from(text))
}

/** How many values a text of JSON holds. */
export function countJsonValues(text: string): number {
  return surveyJson(Buffer.from(text)).values
}

interface Survey {
  /** Colons outside strings: the fields that were written. */
  readonly fields: number
  /** The values that were written: the document itself, fields and items. */
  readonly values: number
  /** False where only the careful parser may decide: deep nesting, long numbers, escaped surrogates. */
  readonly isOrdinary: boolean
}

const quote = 0x22
const backslash = 0x5c
/** Every integer with fewer digits is exact. */
const carefulDigits = 16

function surveyJson(bytes: Buffer): Survey {
  let isOrdinary = true
  let fields = 0
  let values = 1
  let depth = 0
  let digits = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (byte >= 0x30 && byte <= 0x39) {
      if (++digits >= carefulDigits) isOrdinary = false
      continue
    }
    // An exponent: the number may be too large.
    if (digits > 0 && (byte === 0x65 || byte === 0x45)) isOrdinary = false
    digits = 0
    if (byte === quote) {
      index++
      while (index < bytes.length && bytes[index] !== quote) {
        if (bytes[index] === backslash) {
          index++
          // `\ud8…` may be half a character.
          if (bytes[index] === 0x75 && ((bytes[index + 1] as number) | 0x20) === 0x64) isOrdinary = false
        }
        index++
      }
    } else if (byte === 0x3a) fields++
    else if (byte === 0x2c) values++
    else if (byte === 0x7b || byte === 0x5b) {
      values++
      if (++depth > maxNestingDepth) isOrdinary = false
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
      if (isOpenedJustBefore(bytes, index)) values--
    }
  }
  return { fields, values, isOrdinary }
}

/** Whether what is closed at `index` has nothing in it. */
function isOpenedJustBefore(bytes: Buffer, index: number): boolean {
  let before = index - 1
  while ((bytes[before] as number) <= 0x20) before--
  return bytes[before] === 0x7b || bytes[before] === 0x5b
}

function countFields(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countFields(item)
    return count
  }
  for (const field in value) {
    const child = value[field]
    count += 1 + (typeof child === 'object' ? countFields(child) : 0)
  }
  return count
}
