import {
  type RegularExpression,
  regularExpression,
  regularExpressionFault,
} from '../../../apimachinery/regular-expression.ts'
import { type CelFunction, define, type Meter, traversal } from '../function.ts'
import { CelError, CelList, type CelValue, equalValues, noSuchOverload } from '../values.ts'
import { isAscii } from './conversions.ts'
import { formatText } from './format-string.ts'

/** The longest text that an expression may make. */
const maxTextLength = 1_000_000

function text(value: CelValue | undefined): string {
  if (typeof value !== 'string') throw new CelError(noSuchOverload)
  return value
}

function integer(value: CelValue | undefined): number {
  if (typeof value !== 'bigint') throw new CelError(noSuchOverload)
  return Number(value)
}

/** Code points, because positions in CEL count them. */
function points(value: string): readonly string[] | string {
  return isAscii(value) ? value : [...value]
}

function slice(value: readonly string[] | string, start: number, end: number): string {
  return typeof value === 'string' ? value.slice(start, end) : value.slice(start, end).join('')
}

function bounded(result: string, meter: Meter): string {
  if (result.length > maxTextLength) throw new CelError('result of string operation is too long')
  meter.charge(traversal(result.length))
  return result
}

/** Position of `part` in code points from `start` on, or -1. */
function find(value: string, part: string, start: number, last: boolean): bigint {
  if (isAscii(value)) {
    const from = last ? value.lastIndexOf(part, start) : value.indexOf(part, start)
    return BigInt(from)
  }
  const prefix = [...value].slice(0, start).join('').length
  const found = last ? value.lastIndexOf(part, prefix) : value.indexOf(part, prefix)
  return BigInt(found === -1 ? -1 : [...value.slice(0, found)].length)
}

function compiled(pattern: string): RegularExpression {
  const expression = regularExpression(pattern)
  if (!expression) throw new CelError(regularExpressionFault(pattern) ?? 'invalid regular expression')
  return expression
}

/** How much of a match, in instructions times characters, costs as much as one step of an evaluation. */
const matchWorkPerCost = 8

/**
 * The expression, paid for before it is used: a match costs the product of what is searched and what is searched for,
 * and that of a short pattern which stands for a long one (`x{1000}`) what it takes.
 */
function chargedExpression(value: string, pattern: string, meter: Meter): RegularExpression {
  const cost = Math.ceil((1 + value.length * 0.1) * (1 + pattern.length * 0.25))
  meter.charge(cost)
  const expression = compiled(pattern)
  meter.charge(Math.max(0, Math.ceil((expression.size * value.length) / matchWorkPerCost) - cost))
  return expression
}

function split(value: string, separator: string, limit: number): string[] {
  if (limit === 0) return []
  if (limit === 1) return [value]
  const parts = separator === '' ? [...value] : value.split(separator)
  if (limit < 0 || parts.length <= limit) return parts
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)]
}

function replace(value: string, old: string, replacement: string, limit: number): string {
  if (limit < 0) {
    return old === ''
      ? `${replacement}${[...value].map((each) => each + replacement).join('')}`
      : value.split(old).join(replacement)
  }
  if (old === '') {
    const characters = [...value]
    let result = limit > 0 ? replacement : ''
    for (const [index, each] of characters.entries()) result += each + (index + 1 < limit ? replacement : '')
    return result
  }
  return split(value, old, limit + 1).join(replacement)
}

function quote(value: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '\\': '\\\\',
    '"': '\\"',
  }
  return `"${[...value].map((each) => escapes[each] ?? each).join('')}"`
}

/** Unicode's white space, which `trim` of JavaScript matches but for one or two. */
const blanks = /^[\p{White_Space}]+|[\p{White_Space}]+$/gu

function predicate(name: string, holds: (value: string, part: string) => boolean): CelFunction {
  return define(name, ['string.(string) -> bool'], ([target, part], meter) => {
    const value = text(target)
    meter.charge(traversal(value.length))
    return holds(value, text(part))
  })
}

function mapping(name: string, change: (value: string) => string): CelFunction {
  return define(name, ['string.() -> string'], ([target], meter) => bounded(change(text(target)), meter))
}

function search(name: string, last: boolean): CelFunction {
  return define(
    name,
    // lists of Kubernetes' own library share the names
    ['string.(string) -> int', 'string.(string, int) -> int', 'list<A>.(A) -> int'],
    ([target, part, start], meter) => {
      if (target instanceof CelList) return listSearch(target, part as CelValue, last, meter)
      const value = text(target)
      meter.charge(traversal(value.length))
      const size = points(value).length
      const from = start === undefined ? (last ? size : 0) : integer(start)
      if (from < 0) throw new CelError(`index out of range: ${from}`)
      if (start !== undefined && from >= size && (last || from > size || text(part) !== '')) return -1n
      return find(value, text(part), from, last)
    },
  )
}

function listSearch(list: CelList, wanted: CelValue, last: boolean, meter: Meter): bigint {
  meter.charge(list.size)
  const order = Array.from({ length: list.size }, (_, index) => (last ? list.size - 1 - index : index))
  const found = order.find((index) => equalValues(list.at(index), wanted))
  return BigInt(found ?? -1)
}

export const strings: readonly CelFunction[] = [
  predicate('contains', (value, part) => value.includes(part)),
  predicate('startsWith', (value, part) => value.startsWith(part)),
  predicate('endsWith', (value, part) => value.endsWith(part)),
  define('matches', ['string.(string) -> bool', '(string, string) -> bool'], ([target, pattern], meter) => {
    return chargedExpression(text(target), text(pattern), meter).test(text(target))
  }),
  define('find', ['string.(string) -> string'], ([target, pattern], meter) => {
    return chargedExpression(text(target), text(pattern), meter).find(text(target)) ?? ''
  }),
  define(
    'findAll',
    ['string.(string) -> list<string>', 'string.(string, int) -> list<string>'],
    ([target, pattern, limit], meter) => {
      const expression = chargedExpression(text(target), text(pattern), meter)
      const count = limit === undefined ? -1 : integer(limit)
      return new CelList(count === 0 ? [] : expression.findAll(text(target), count))
    },
  ),
  define('charAt', ['string.(int) -> string'], ([target, position]) => {
    const characters = points(text(target))
    const index = integer(position)
    if (index < 0 || index > characters.length) throw new CelError(`index out of range: ${index}`)
    return characters[index] ?? ''
  }),
  search('indexOf', false),
  search('lastIndexOf', true),
  define(
    'join',
    ['list<string>.() -> string', 'list<string>.(string) -> string'],
    ([list, separator], meter) => {
      if (!(list instanceof CelList)) throw new CelError(noSuchOverload)
      meter.charge(list.size)
      return bounded([...list].map(text).join(separator === undefined ? '' : text(separator)), meter)
    },
  ),
  mapping('lowerAscii', (value) => value.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase())),
  mapping('upperAscii', (value) => value.replaceAll(/[a-z]+/g, (part) => part.toUpperCase())),
  mapping('trim', (value) => value.replaceAll(blanks, '')),
  define(
    'replace',
    ['string.(string, string) -> string', 'string.(string, string, int) -> string'],
    ([target, old, replacement, limit], meter) => {
      const [value, part, put] = [text(target), text(old), text(replacement)]
      // the length is known before the work is done
      const times = part === '' ? value.length + 1 : value.length / part.length
      if (value.length + times * put.length > maxTextLength * 2) {
        throw new CelError('result of string operation is too long')
      }
      return bounded(replace(value, part, put, limit === undefined ? -1 : integer(limit)), meter)
    },
  ),
  define(
    'split',
    ['string.(string) -> list<string>', 'string.(string, int) -> list<string>'],
    ([target, separator, limit], meter) => {
      meter.charge(traversal(text(target).length))
      return new CelList(split(text(target), text(separator), limit === undefined ? -1 : integer(limit)))
    },
  ),
  define(
    'substring',
    ['string.(int) -> string', 'string.(int, int) -> string'],
    ([target, start, end], meter) => {
      const characters = points(text(target))
      const from = integer(start)
      const to = end === undefined ? characters.length : integer(end)
      for (const position of [from, to]) {
        if (position < 0 || position > characters.length)
          throw new CelError(`index out of range: ${position}`)
      }
      if (from > to) throw new CelError(`invalid substring range. start: ${from}, end: ${to}`)
      return bounded(slice(characters, from, to), meter)
    },
  ),
  define('format', ['string.(list<dyn>) -> string'], ([target, values], meter) => {
    if (!(values instanceof CelList)) throw new CelError(noSuchOverload)
    return bounded(formatText(text(target), [...values]), meter)
  }),
  define('strings.quote', ['(string) -> string'], ([value], meter) => bounded(quote(text(value)), meter)),
]
