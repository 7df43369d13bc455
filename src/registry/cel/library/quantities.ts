import {
  addQuantities,
  compareQuantity,
  negateQuantity,
  parseQuantity,
  type Quantity,
  quantityAsInteger,
  quantityAsNumber,
  quantityFromInteger,
} from '../../../apimachinery/quantity.ts'
import { type CelFunction, define } from '../function.ts'
import { CelError, CelQuantity, type CelValue, noSuchOverload } from '../values.ts'

function quantity(value: CelValue | undefined): Quantity {
  if (!(value instanceof CelQuantity)) throw new CelError(noSuchOverload)
  return value.quantity
}

function read(text: CelValue | undefined): Quantity | undefined {
  if (typeof text !== 'string') throw new CelError(noSuchOverload)
  return parseQuantity(text)
}

function operand(value: CelValue | undefined): Quantity {
  return typeof value === 'bigint' ? quantityFromInteger(value) : quantity(value)
}

export const quantities: readonly CelFunction[] = [
  define('quantity', ['(string) -> quantity'], ([text]) => {
    const parsed = read(text)
    if (parsed) return new CelQuantity(parsed)
    throw new CelError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    )
  }),
  define('isQuantity', ['(string) -> bool'], ([text]) => read(text) !== undefined),
  define(
    'isInteger',
    ['quantity.() -> bool'],
    ([target]) => quantityAsInteger(quantity(target)) !== undefined,
  ),
  define('asInteger', ['quantity.() -> int'], ([target]) => {
    const integer = quantityAsInteger(quantity(target))
    if (integer === undefined) throw new CelError('cannot convert value to integer')
    return integer
  }),
  define('asApproximateFloat', ['quantity.() -> double'], ([target]) => quantityAsNumber(quantity(target))),
  define('sign', ['(quantity) -> int'], ([target]) => {
    const { nanos } = quantity(target)
    return nanos === 0n ? 0n : nanos > 0n ? 1n : -1n
  }),
  define(
    'add',
    ['quantity.(quantity) -> quantity', 'quantity.(int) -> quantity'],
    ([target, other]) => new CelQuantity(addQuantities(quantity(target), operand(other))),
  ),
  define(
    'sub',
    ['quantity.(quantity) -> quantity', 'quantity.(int) -> quantity'],
    ([target, other]) => new CelQuantity(addQuantities(quantity(target), negateQuantity(operand(other)))),
  ),
]

/** For the comparisons, whose names versions share. */
export function compareQuantities(left: CelQuantity, right: CelValue | undefined): number {
  return compareQuantity(left.quantity, quantity(right))
}
