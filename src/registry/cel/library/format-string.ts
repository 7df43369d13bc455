import { quoteText } from '../../../apimachinery/quoted-text.ts'
import {
  CelDuration,
  CelError,
  CelList,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
  isMap,
  typeNameOf,
} from '../values.ts'
import { toText } from './conversions.ts'
import { type FormatClause, type FormatVerb, readFormat, wrongOperand } from './format-clauses.ts'

/** `'%s has %d'.format([…])`. Numbers are written as for English readers, as cel-go does. */
export function formatText(template: string, values: readonly CelValue[]): string {
  let result = ''
  let next = 0
  for (const part of readFormat(template, values.length)) {
    result += typeof part === 'string' ? part : formatOne(part, values[next++] as CelValue)
  }
  return result
}

function formatOne({ verb, precision }: FormatClause, value: CelValue): string {
  switch (verb) {
    case 's':
      return describe(value)
    case 'f':
    case 'e': {
      const number = asNumber(value)
      if (number === undefined) throw wrong(verb, value)
      if (Number.isNaN(number)) return 'NaN'
      if (!Number.isFinite(number)) return number > 0 ? '∞' : '-∞'
      return verb === 'f' ? grouped(fixed(number, precision)) : exponential(number).padStart(precision)
    }
    case 'd':
      return inBase(value, 10, verb)
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : inBase(value, 2, verb)
    case 'o':
      return inBase(value, 8, verb)
    default: {
      const isBytes = typeof value === 'string' || value instanceof Uint8Array
      const digits = isBytes ? Buffer.from(value).toString('hex') : inBase(value, 16, verb)
      return verb === 'X' ? digits.toUpperCase() : digits
    }
  }
}

function wrong(verb: FormatVerb, value: CelValue): CelError {
  return new CelError(wrongOperand(verb, typeNameOf(value)))
}

const spelledOut: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

function asNumber(value: CelValue): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? spelledOut[value] : undefined
}

/** A value halfway between two goes to the even one, as Go rounds. */
function fixed(value: number, precision: number): string {
  const scaled = value * 10 ** precision
  const below = Math.floor(scaled)
  if (scaled - below !== 0.5 || Math.abs(scaled) > 2 ** 52) return value.toFixed(precision)
  return ((below % 2 === 0 ? below : below + 1) / 10 ** precision).toFixed(precision)
}

/** Thousands are set off by commas. */
function grouped(digits: string): string {
  const [whole = '', ...fraction] = digits.split('.')
  return [whole.replaceAll(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.')
}

const superscripts: Readonly<Record<string, string>> = { '-': '⁻', '+': '' }

/** Always with six digits, and at least two of exponent. */
function exponential(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential(6).split('e')
  const raised = exponent
    .replace(/^([+-])(\d)$/, '$10$2')
    .replaceAll(/./g, (each) => superscripts[each] ?? '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(each)] ?? each)
  return `${mantissa}×10${raised}`
}

function inBase(value: CelValue, base: number, verb: FormatVerb): string {
  const integer = value instanceof CelUint ? value.value : value
  if (typeof integer !== 'bigint') throw wrong(verb, value)
  return integer.toString(base)
}

function describe(value: CelValue): string {
  if (value === null) return 'null'
  if (value instanceof CelList) return `[${[...value].map(describeMember).join(', ')}]`
  if (value instanceof CelTypeValue) return value.typeName
  if (typeof value === 'object' && isMap(value)) {
    const entries = value
      .keys()
      .map((key) => `${describeMember(key)}:${describeMember(value.get(key) as CelValue)}`)
    return `{${entries.sort().join(', ')}}`
  }
  try {
    return toText(value)
  } catch (error) {
    if (error instanceof CelError) throw wrong('s', value)
    throw error
  }
}

/** Inside of lists and maps, values are written as an expression would have them. */
function describeMember(value: CelValue): string {
  if (typeof value === 'string') return quoteText(value)
  if (value instanceof Uint8Array) return `b${quoteText(Buffer.from(value).toString())}`
  if (value instanceof CelTimestamp) return `timestamp("${toText(value)}")`
  if (value instanceof CelDuration) return `duration("${toText(value)}")`
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return '"NaN"'
    if (!Number.isFinite(value)) return value > 0 ? '"+Inf"' : '"-Inf"'
    return fixed(value, 6)
  }
  return describe(value)
}
