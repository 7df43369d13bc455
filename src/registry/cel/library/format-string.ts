import {
  CelDuration,
  CelError,
  CelList,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
  isMap,
} from '../values.ts'
import { formatDouble, toText } from './conversions.ts'

/** `'%s has %d'.format([…])`: %s, %d, %f, %e, %b, %o, %x, %X with an optional precision, and %%. */
export function formatText(template: string, values: readonly CelValue[]): string {
  let next = 0
  const result = template.replaceAll(/%(?:%|(?:\.(\d+))?([a-zA-Z])?)/g, (clause, precision, verb) => {
    if (clause === '%%') return '%'
    if (verb === undefined)
      throw new CelError('could not parse formatting clause: unrecognized formatting clause')
    const value = values[next]
    if (value === undefined) throw new CelError(`index ${next} out of range`)
    next++
    return formatOne(verb, value, precision === undefined ? 6 : Math.min(Number(precision), 100))
  })
  return result
}

function formatOne(verb: string, value: CelValue, precision: number): string {
  switch (verb) {
    case 's':
      return describe(value)
    case 'd': {
      const integer = asInteger(value)
      if (integer !== undefined) return String(integer)
      if (typeof value === 'number') return Number.isFinite(value) ? formatDouble(value) : String(value)
      break
    }
    case 'f':
    case 'e': {
      const number = asNumber(value)
      if (number === undefined) break
      if (!Number.isFinite(number)) return String(number)
      return verb === 'f' ? fixed(number, precision) : exponential(number, precision)
    }
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      return inBase(value, 2, verb)
    case 'o':
      return inBase(value, 8, verb)
    case 'x':
    case 'X': {
      const bytes =
        typeof value === 'string'
          ? Buffer.from(value)
          : value instanceof Uint8Array
            ? Buffer.from(value)
            : undefined
      const digits = bytes ? bytes.toString('hex') : inBase(value, 16, verb)
      return verb === 'X' ? digits.toUpperCase() : digits
    }
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`)
  }
  throw new CelError(`error during formatting: clause %${verb} cannot take this value`)
}

function asInteger(value: CelValue): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof CelUint ? value.value : undefined
}

function asNumber(value: CelValue): number | undefined {
  if (typeof value === 'number') return value
  const integer = asInteger(value)
  if (integer !== undefined) return Number(integer)
  return value === 'NaN'
    ? Number.NaN
    : value === 'Infinity'
      ? Number.POSITIVE_INFINITY
      : value === '-Infinity'
        ? Number.NEGATIVE_INFINITY
        : undefined
}

/** A value halfway between two goes to the even one, as Go rounds. */
function fixed(value: number, precision: number): string {
  const scaled = value * 10 ** precision
  const below = Math.floor(scaled)
  if (scaled - below !== 0.5 || Math.abs(scaled) > 2 ** 52) return value.toFixed(precision)
  return ((below % 2 === 0 ? below : below + 1) / 10 ** precision).toFixed(precision)
}

/** Go writes at least two digits of exponent. */
function exponential(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
}

function inBase(value: CelValue, base: number, verb: string): string {
  const integer = asInteger(value)
  if (integer === undefined)
    throw new CelError(`error during formatting: only integers can be formatted with %${verb}`)
  return integer.toString(base)
}

/** Values inside of lists and maps as well, maps with sorted keys. */
function describe(value: CelValue): string {
  if (value === null) return 'null'
  if (value instanceof CelList) return `[${[...value].map(describe).join(', ')}]`
  if (value instanceof CelTypeValue) return value.typeName
  if (typeof value === 'object' && isMap(value)) {
    const entries = value.keys().map((key) => `${describe(key)}: ${describe(value.get(key) as CelValue)}`)
    return `{${entries.sort().join(', ')}}`
  }
  if (value instanceof CelTimestamp || value instanceof CelDuration) return toText(value)
  if (typeof value === 'number' && Number.isFinite(value)) return formatDouble(value)
  if (typeof value === 'number') return String(value)
  return toText(value)
}
