import { type CelFunction, define, type Meter, traversal } from '../function.ts'
import {
  asNumeric,
  CelDuration,
  CelError,
  CelList,
  CelTimestamp,
  CelUint,
  type CelValue,
  compareValues,
  equalValues,
  int64,
  isMap,
  noSuchOverload,
  uint64,
} from '../values.ts'
import { checkedDuration, checkedTimestamp } from './times.ts'

const numbers = ['int', 'uint', 'double'] as const

function same(types: readonly string[], result?: string): string[] {
  return types.map((type) => `(${type}, ${type}) -> ${result ?? type}`)
}

/** Numbers of any two types have an order; other things only among themselves. */
const comparisons = [
  ...numbers.flatMap((left) => numbers.map((right) => `(${left}, ${right}) -> bool`)),
  ...same(['bool', 'string', 'bytes', 'timestamp', 'duration'], 'bool'),
]

function comparison(name: string, holds: (order: number) => boolean): CelFunction {
  return define(name, comparisons, ([left, right], meter) => {
    if (typeof left === 'string') meter.charge(traversal(left.length))
    const order = compareValues(left as CelValue, right as CelValue)
    if (order !== undefined) return holds(order)
    // NaN has no order, and is still a number
    if (typeof left === 'number' || typeof right === 'number') {
      if (asNumeric(left as CelValue) !== undefined && asNumeric(right as CelValue) !== undefined)
        return false
    }
    throw new CelError(noSuchOverload)
  })
}

/** Walks over both sides, so it costs what they hold; deep values are charged level by level. */
function chargeForContent(value: CelValue, meter: Meter): void {
  if (typeof value === 'string') meter.charge(traversal(value.length))
  else if (value instanceof CelList) {
    meter.charge(value.size)
    for (const item of value) chargeForContent(item, meter)
  } else if (typeof value === 'object' && value !== null && isMap(value)) {
    meter.charge(value.size)
    for (const key of value.keys()) chargeForContent(value.get(key) as CelValue, meter)
  }
}

function equality(name: string, wanted: boolean): CelFunction {
  return define(name, ['(A, A) -> bool'], ([left, right], meter) => {
    chargeForContent(left as CelValue, meter)
    return equalValues(left as CelValue, right as CelValue) === wanted
  })
}

interface Arithmetic {
  readonly int: (left: bigint, right: bigint) => bigint
  readonly double?: (left: number, right: number) => number
}

function arithmetic(left: CelValue, right: CelValue, operation: Arithmetic): CelValue {
  if (typeof left === 'bigint' && typeof right === 'bigint') return int64(operation.int(left, right))
  if (left instanceof CelUint && right instanceof CelUint)
    return uint64(operation.int(left.value, right.value))
  if (operation.double && typeof left === 'number' && typeof right === 'number')
    return operation.double(left, right)
  throw new CelError(noSuchOverload)
}

function plus([left, right]: readonly CelValue[], meter: Meter): CelValue {
  if (typeof left === 'string' && typeof right === 'string') {
    meter.charge(traversal(left.length + right.length))
    return left + right
  }
  if (left instanceof CelList && right instanceof CelList) {
    meter.charge(left.size + right.size)
    return new CelList([...left, ...right])
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    meter.charge(traversal(left.length + right.length))
    return new Uint8Array(Buffer.concat([left, right]))
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) {
    return checkedTimestamp(left.nanoseconds + right.nanoseconds)
  }
  if (left instanceof CelDuration && right instanceof CelTimestamp) {
    return checkedTimestamp(left.nanoseconds + right.nanoseconds)
  }
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return checkedDuration(left.nanoseconds + right.nanoseconds)
  }
  return arithmetic(left as CelValue, right as CelValue, { int: (a, b) => a + b, double: (a, b) => a + b })
}

function minus([left, right]: readonly CelValue[]): CelValue {
  if (left instanceof CelTimestamp && right instanceof CelTimestamp) {
    return checkedDuration(left.nanoseconds - right.nanoseconds)
  }
  if (left instanceof CelTimestamp && right instanceof CelDuration) {
    return checkedTimestamp(left.nanoseconds - right.nanoseconds)
  }
  if (left instanceof CelDuration && right instanceof CelDuration) {
    return checkedDuration(left.nanoseconds - right.nanoseconds)
  }
  return arithmetic(left as CelValue, right as CelValue, { int: (a, b) => a - b, double: (a, b) => a - b })
}

function divisor(value: bigint, message: string): bigint {
  if (value === 0n) throw new CelError(message)
  return value
}

export const operators: readonly CelFunction[] = [
  equality('_==_', true),
  equality('_!=_', false),
  comparison('_<_', (order) => order < 0),
  comparison('_<=_', (order) => order <= 0),
  comparison('_>_', (order) => order > 0),
  comparison('_>=_', (order) => order >= 0),
  define(
    '_+_',
    [
      ...same([...numbers, 'string', 'bytes', 'list<A>', 'duration']),
      '(timestamp, duration) -> timestamp',
      '(duration, timestamp) -> timestamp',
    ],
    plus,
  ),
  define(
    '_-_',
    [
      ...same([...numbers, 'duration']),
      '(timestamp, timestamp) -> duration',
      '(timestamp, duration) -> timestamp',
    ],
    minus,
  ),
  define('_*_', same(numbers), ([left, right]) =>
    arithmetic(left as CelValue, right as CelValue, { int: (a, b) => a * b, double: (a, b) => a * b }),
  ),
  define('_/_', same(numbers), ([left, right]) =>
    arithmetic(left as CelValue, right as CelValue, {
      int: (a, b) => a / divisor(b, 'division by zero'),
      double: (a, b) => a / b,
    }),
  ),
  define('_%_', same(['int', 'uint']), ([left, right]) =>
    arithmetic(left as CelValue, right as CelValue, { int: (a, b) => a % divisor(b, 'modulus by zero') }),
  ),
  define('-_', ['(int) -> int', '(double) -> double', '(duration) -> duration'], ([value]) => {
    if (typeof value === 'bigint') return int64(-value)
    if (typeof value === 'number') return -value
    if (value instanceof CelDuration) return checkedDuration(-value.nanoseconds)
    throw new CelError(noSuchOverload)
  }),
  define('!_', ['(bool) -> bool'], ([value]) => {
    if (typeof value !== 'boolean') throw new CelError(noSuchOverload)
    return !value
  }),
  define('@in', ['(A, list<A>) -> bool', '(A, map<A, B>) -> bool'], ([value, container], meter) => {
    if (container instanceof CelList) {
      for (const item of container) {
        meter.charge(1)
        if (equalValues(item, value as CelValue)) return true
      }
      return false
    }
    if (typeof container === 'object' && container !== null && isMap(container)) {
      return container.get(value as CelValue) !== undefined
    }
    throw new CelError(noSuchOverload)
  }),
]
