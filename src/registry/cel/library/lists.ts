import { sorted } from '../comprehensions.ts'
import { type CelFunction, define, type Meter } from '../function.ts'
import {
  CelDuration,
  CelError,
  CelList,
  CelOptional,
  CelUint,
  type CelValue,
  compareValues,
  equalValues,
  int64,
  noSuchOverload,
  uint64,
} from '../values.ts'
import { checkedDuration } from './times.ts'

/** The longest list that an expression may make. */
const maxListSize = 100_000

function list(value: CelValue | undefined): CelList {
  if (!(value instanceof CelList)) throw new CelError(noSuchOverload)
  return value
}

function integer(value: CelValue | undefined): number {
  if (typeof value !== 'bigint') throw new CelError(noSuchOverload)
  return Number(value)
}

function extreme(name: string, verb: string, sign: 1 | -1): CelFunction {
  return define(
    name,
    comparable.map((type) => `list<${type}>.() -> ${type}`),
    ([target], meter) => {
      const items = [...list(target)]
      meter.charge(items.length)
      const [first, ...rest] = items
      if (first === undefined) throw new CelError(`${verb} called on empty list`)
      return rest.reduce((best, item) => (ordered(item, best) * sign > 0 ? item : best), first)
    },
  )
}

const comparable = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'] as const

function ordered(left: CelValue, right: CelValue): number {
  const order = compareValues(left, right)
  if (order === undefined) throw new CelError(noSuchOverload)
  return order
}

function add(left: CelValue, right: CelValue): CelValue {
  if (typeof left === 'bigint' && typeof right === 'bigint') return int64(left + right)
  if (typeof left === 'number' && typeof right === 'number') return left + right
  if (left instanceof CelUint && right instanceof CelUint) return uint64(left.value + right.value)
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return checkedDuration(left.nanoseconds + right.nanoseconds)
  }
  throw new CelError(noSuchOverload)
}

function flatten(items: CelList, depth: number, meter: Meter): CelValue[] {
  const flat: CelValue[] = []
  for (const item of items) {
    meter.charge(1)
    if (item instanceof CelList && depth > 0) flat.push(...flatten(item, depth - 1, meter))
    else flat.push(item)
  }
  return flat
}

function distinct(items: CelList, meter: Meter): CelValue[] {
  const kept: CelValue[] = []
  for (const item of items) {
    meter.charge(1 + kept.length)
    if (!kept.some((each) => equalValues(each, item))) kept.push(item)
  }
  return kept
}

/** Kubernetes' list library, and the list extension of CEL. `indexOf` and `lastIndexOf` are with the strings. */
export const lists: readonly CelFunction[] = [
  define(
    'isSorted',
    comparable.map((type) => `list<${type}>.() -> bool`),
    ([target], meter) => {
      const items = list(target)
      meter.charge(items.size)
      let previous: CelValue | undefined
      for (const item of items) {
        if (previous !== undefined && ordered(previous, item) > 0) return false
        previous = item
      }
      return true
    },
  ),
  define(
    'sum',
    ['int', 'uint', 'double', 'duration'].map((type) => `list<${type}>.() -> ${type}`),
    ([target], meter) => {
      const [first, ...rest] = [...list(target)]
      meter.charge(rest.length + 1)
      return first === undefined ? 0n : rest.reduce(add, first)
    },
  ),
  extreme('min', 'min', -1),
  extreme('max', 'max', 1),
  define('slice', ['list<A>.(int, int) -> list<A>'], ([target, start, end], meter) => {
    const items = [...list(target)]
    const [from, to] = [integer(start), integer(end)]
    if (from < 0 || to < 0) throw new CelError(`cannot slice(${from}, ${to}), negative indexes not supported`)
    if (from > to)
      throw new CelError(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`)
    if (to > items.length) throw new CelError(`cannot slice(${from}, ${to}), list is length ${items.length}`)
    meter.charge(to - from + 1)
    return new CelList(items.slice(from, to))
  }),
  define(
    'flatten',
    ['list<list<A>>.() -> list<A>', 'list<dyn>.(int) -> list<dyn>'],
    ([target, depth], meter) => {
      const levels = depth === undefined ? 1 : integer(depth)
      if (levels < 0) throw new CelError('level must be non-negative')
      return new CelList(flatten(list(target), levels, meter))
    },
  ),
  define(
    'distinct',
    ['list<A>.() -> list<A>'],
    ([target], meter) => new CelList(distinct(list(target), meter)),
  ),
  define('reverse', ['list<A>.() -> list<A>'], ([target], meter) => {
    const items = [...list(target)]
    meter.charge(items.length)
    return new CelList(items.reverse())
  }),
  define(
    'sort',
    comparable.map((type) => `list<${type}>.() -> list<${type}>`),
    ([target], meter) => {
      const items = [...list(target)].map((key) => ({ key }))
      return new CelList(sorted(items, meter).map(({ key }) => key))
    },
  ),
  define('first', ['list<A>.() -> optional<A>'], ([target]) => {
    const items = list(target)
    return items.size === 0 ? CelOptional.none : new CelOptional(items.at(0))
  }),
  define('last', ['list<A>.() -> optional<A>'], ([target]) => {
    const items = list(target)
    return items.size === 0 ? CelOptional.none : new CelOptional(items.at(items.size - 1))
  }),
  define('lists.range', ['(int) -> list<int>'], ([size], meter) => {
    const count = integer(size)
    if (count > maxListSize) throw new CelError(`lists.range: size exceeds ${maxListSize}`)
    meter.charge(Math.max(count, 0))
    return new CelList(Array.from({ length: Math.max(count, 0) }, (_, index) => BigInt(index)))
  }),
]

function contains(container: CelList, wanted: CelList, meter: Meter): boolean {
  meter.charge(container.size * wanted.size + 1)
  const items = [...container]
  return [...wanted].every((each) => items.some((item) => equalValues(item, each)))
}

export const sets: readonly CelFunction[] = [
  define('sets.contains', ['(list<A>, list<A>) -> bool'], ([container, wanted], meter) =>
    contains(list(container), list(wanted), meter),
  ),
  define(
    'sets.equivalent',
    ['(list<A>, list<A>) -> bool'],
    ([left, right], meter) =>
      contains(list(left), list(right), meter) && contains(list(right), list(left), meter),
  ),
  define('sets.intersects', ['(list<A>, list<A>) -> bool'], ([left, right], meter) => {
    const items = [...list(left)]
    meter.charge(items.length * list(right).size + 1)
    return [...list(right)].some((each) => items.some((item) => equalValues(item, each)))
  }),
]
