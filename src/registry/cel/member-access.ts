import {
  asNumeric,
  CelError,
  CelList,
  CelOptional,
  CelUint,
  type CelValue,
  isMap,
  noSuchOverload,
} from './values.ts'

/** True where `operand.field` has a value. */
export function hasField(operand: CelValue, field: string): boolean {
  const container = operand instanceof CelOptional ? operand.value : operand
  if (container === undefined) return false
  if (!isMap(container)) throw new CelError(noSuchOverload)
  return container.get(field) !== undefined
}

/** The member of an optional container, as an optional. */
export function optionally(
  container: CelValue,
  find: (inner: CelValue) => CelValue | undefined,
): CelOptional {
  const inner = container instanceof CelOptional ? container.value : container
  const found = inner === undefined ? undefined : find(inner)
  return found === undefined
    ? CelOptional.none
    : found instanceof CelOptional
      ? found
      : new CelOptional(found)
}

/** The member at an index or key, or undefined where it is missing. */
export function lookUp(container: CelValue, index: CelValue): CelValue | undefined {
  if (container instanceof CelList) {
    const position = listIndex(index)
    return position >= 0 && position < container.size ? container.at(position) : undefined
  }
  if (isMap(container)) return container.get(index)
  throw new CelError(noSuchOverload)
}

export function existing(container: CelValue, index: CelValue): CelValue {
  const found = container instanceof CelList || isMap(container) ? lookUp(container, index) : undefined
  if (found !== undefined) return found
  if (container instanceof CelList) throw new CelError(`index out of bounds: ${listIndex(index)}`)
  throw new CelError(`no such key: ${index instanceof CelUint ? index.value : String(index)}`)
}

function listIndex(index: CelValue): number {
  const numeric = asNumeric(index)
  if (numeric === undefined || (typeof numeric === 'number' && !Number.isInteger(numeric))) {
    throw new CelError(noSuchOverload)
  }
  return Number(numeric)
}
