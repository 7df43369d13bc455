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

function list(value: CelValue | undefined): CelList {
  if (!(value instanceof CelList)) throw new CelError(noSuchOverload)
  return value
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

/** Kubernetes' list library. `indexOf` and `lastIndexOf` are with the strings. */
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
  define('first', ['list<A>.() -> optional<A>'], ([target]) => {
    const items = list(target)
    return items.size === 0 ? CelOptional.none : new CelOptional(items.at(0))
  }),
  define('last', ['list<A>.() -> optional<A>'], ([target]) => {
    const items = list(target)
    return items.size === 0 ? CelOptional.none : new CelOptional(items.at(items.size - 1))
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
