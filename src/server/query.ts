import { badRequest } from '../apimachinery/errors.ts'

/** The query of a URL, read as Go reads it: of a name given twice the first value counts. */
export interface Query {
  /** The first value; undefined when the name is absent. */
  get(name: string): string | undefined
  /** Every value, for the few parameters that may be repeated. */
  all(name: string): readonly string[]
}

const nothing: Query = { get: () => undefined, all: () => [] }

/** `text` is what follows the question mark. */
export function parseQuery(text: string): Query {
  if (text === '') return nothing
  const parameters = new URLSearchParams(text)
  return {
    get: (name) => parameters.get(name) ?? undefined,
    all: (name) => parameters.getAll(name),
  }
}

/** True for anything but an absent parameter, `0` and `false`: `?watch` alone is true. */
export function queryBoolean(query: Query, name: string): boolean | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const lower = value.toLowerCase()
  return lower !== '0' && lower !== 'false'
}

/** A whole number, absent when the parameter is absent or empty; anything else is a 400 in Go's words. */
export function queryInteger(query: Query, name: string): number | undefined {
  const value = query.get(name)
  if (value === undefined || value === '') return undefined
  if (!/^[+-]?\d+$/.test(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  }
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  const exact = BigInt(value.replace('+', ''))
  if (BigInt.asIntN(64, exact) !== exact) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`)
  }
  // More than anybody has of anything.
  return number > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
}
