/** A body that cannot be read. The message says what and where, in the words of Go's decoders where they have some. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** A body that could be read but for its size: it holds more values than are allowed. */
export class TooManyValuesError extends Error {
  override readonly name = 'TooManyValuesError'
  readonly maxValues: number

  constructor(maxValues: number) {
    super(`more than ${maxValues} values`)
    this.maxValues = maxValues
  }
}

/** What a decoder made of a body. */
export interface Decoded<T> {
  readonly value: T
  /** Paths of fields that came more than once (`spec.ports[0].name`), each once, in order. The last value counts. */
  readonly duplicateFields: readonly string[]
  /** The same in the words of Kubernetes' YAML library, where it was read by that: `line 7: key "name" already set in map`. */
  readonly duplicateKeys?: readonly string[]
}

/**
 * How deep values may nest. A real server allows 10,000 levels; here everything that walks an object recurses, some
 * with several frames a level, and a body must never be able to overflow the stack.
 */
export const maxNestingDepth = 500

/** Duplicates beyond these are not listed, as on a real server. */
export const maxDuplicateFields = 100

/**
 * The number that a literal stands for. Numbers are doubles here: an integer that would come out different from how
 * it went in is refused, as a wrong quantity is worse than none. Throws DecodeError.
 */
export function exactNumber(literal: string): number {
  const value = Number(literal)
  if (!Number.isFinite(value)) {
    throw new DecodeError(`json: cannot unmarshal number ${literal} into Go value of type float64`)
  }
  if (!Number.isSafeInteger(value) && /^-?\d+$/.test(literal) && String(value) !== literal) {
    throw new DecodeError(
      `integer ${literal} cannot be kept exactly: only integers from -9007199254740991 to 9007199254740991 can`,
    )
  }
  return value
}
