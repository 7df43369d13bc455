import type { Overload } from '../function.ts'
import type { Expression } from '../syntax.ts'
import * as types from '../types.ts'
import { type CelType, formatType } from '../types.ts'
import { add, exactly, multiply, type SizeRange, saturated, unknownSize, walk } from './size-range.ts'

/** What is known of the target or of an argument of a call. */
export interface Operand {
  readonly expression: Expression
  readonly type: CelType
  /** What follows from the expression alone, or from where in the data it points. */
  readonly size: SizeRange | undefined
  /** The size of a list's items, where the list is a part of the data. */
  readonly itemSize: SizeRange | undefined
}

/** Of a call alone, without its operands; and how large its result can be, where that is known. */
export interface CallCost {
  readonly cost: number
  readonly size?: SizeRange
}

/** Walking over a text costs a tenth of its length, and a step of a pattern four characters of it. */
const perCharacter = 0.1
const perPatternCharacter = 0.25

/** The longest pattern behind a named format, and the longest name of one. */
const formatPatternLength = 128
const formatNameLength = 64

type Estimate = (
  target: Operand | undefined,
  parameters: readonly Operand[],
  overload: Overload,
) => CallCost | undefined

const sizeOf = (operand: Operand | undefined): SizeRange => operand?.size ?? unknownSize

/** What one overload of a function costs. What is not listed costs one. */
export function callCost(
  name: string,
  overload: Overload,
  target: Operand | undefined,
  parameters: readonly Operand[],
): CallCost {
  return estimates[name]?.(target, parameters, overload) ?? { cost: 1 }
}

/** Walks over the first operand, whose size is that of the result too. */
const textWalk: Estimate = (target, parameters) => {
  const size = sizeOf(target ?? parameters[0])
  return { cost: walk(size, perCharacter), size }
}

const parsing: Estimate = (_target, parameters) => ({ cost: walk(sizeOf(parameters[0]), perCharacter) })

function matching(text: SizeRange, pattern: SizeRange): number {
  // one more than the text is long: an empty text does not make a pattern free
  return saturated(walk(add(text, exactly(1)), perCharacter) * walk(pattern, perPatternCharacter))
}

/** One comparison for each item, and the texts in them walked over. */
const listWalk: Estimate = (target) => {
  if (!target) return undefined
  if (target.type.kind !== 'list') return { cost: walk(sizeOf(target), perCharacter) }
  const { element } = target.type
  const perItem = isText(element) ? 1 + walk(target.itemSize ?? unknownSize, perCharacter) : 1
  return { cost: saturated(sizeOf(target).max * perItem) }
}

function isText(type: CelType): boolean {
  return type === types.string || type === types.bytes
}

function literalInteger(operand: Operand | undefined, otherwise: number): number {
  const expression = operand?.expression
  return expression?.kind === 'literal' && typeof expression.value === 'bigint'
    ? Number(expression.value)
    : otherwise
}

const sets =
  (factor: number): Estimate =>
  (_target, [left, right]) => ({ cost: walk(multiply(sizeOf(left), sizeOf(right)), factor) + 1 })

/** The shortest and the longest text that can come of it; replacing nothing puts the replacement everywhere. */
const replacing: Estimate = (target, [old, replacement]) => {
  const text = sizeOf(target)
  const from = sizeOf(old)
  const to = sizeOf(replacement)
  let most = { count: 0, kept: 0 }
  if (from.min === 0) most = { count: saturated(text.max + 1), kept: text.max }
  else if (to.max <= from.min) most = { count: 0, kept: text.max }
  else most = { count: Math.ceil(text.max / from.min), kept: 0 }
  let least = { count: 0, kept: 0 }
  if (from.max === 0) least = { count: saturated(text.min + 1), kept: text.min }
  else if (from.max <= to.min) least = { count: 0, kept: text.min }
  else least = { count: Math.ceil(text.min / from.max), kept: 0 }
  const size = {
    min: saturated(saturated(least.count * to.min) + least.kept),
    max: saturated(saturated(most.count * to.max) + most.kept),
  }
  return { cost: walk(text, 2 * perCharacter), size }
}

const splitting: Estimate = (target, parameters) => {
  const text = sizeOf(target)
  return {
    cost: walk(text, 2 * perCharacter),
    size: { min: 0, max: literalInteger(parameters[1], text.max) },
  }
}

const joining: Estimate = (target, [separator]) => {
  const list = sizeOf(target)
  let size: SizeRange = multiply(list, target?.itemSize ?? unknownSize)
  if (separator) {
    const gaps = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) }
    size = add(size, multiply(sizeOf(separator), gaps))
  }
  return { cost: walk(size, perCharacter), size }
}

const finding: Estimate = (target, [pattern]) => {
  const text = sizeOf(target)
  return { cost: matching(text, sizeOf(pattern)), size: { min: 0, max: text.max } }
}

/** Bits of two addresses of up to 16 bytes are compared; a text is read first. */
const addressBytes: SizeRange = { min: 4, max: 16 }

function containing(comparisons: number): Estimate {
  return (_target, [other], overload) => {
    const reading = overload.parameters[1] === types.string ? walk(sizeOf(other), perCharacter) : 0
    return { cost: saturated(comparisons + reading) }
  }
}

const adding: Estimate = (_target, [left, right], overload) => {
  const [parameter] = overload.parameters
  const size = add(sizeOf(left), sizeOf(right))
  if (parameter?.kind === 'list') return { cost: 1, size }
  return parameter && isText(parameter) ? { cost: walk(size, perCharacter), size } : undefined
}

/** Two values differ at the latest where the shorter one ends. */
const comparing: Estimate = (_target, [left, right]) => ({
  cost: walk(exactly(Math.min(sizeOf(left).max, sizeOf(right).max)), perCharacter),
})

const ordering: Estimate = (target, parameters, overload) => {
  const [parameter] = overload.parameters
  return parameter && isText(parameter) ? comparing(target, parameters, overload) : undefined
}

const constantTime = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver'])

const equality: Estimate = (target, parameters, overload) => {
  const [left, right] = parameters as readonly [Operand, Operand]
  const name = formatType(left.type)
  if (left.type.kind === 'simple' && name === formatType(right.type)) {
    if (constantTime.has(name)) return { cost: 1 }
    if (name === 'kubernetes.NamedFormat') return { cost: walk(exactly(formatNameLength), perCharacter) }
    if (name === 'kubernetes.URL') return { cost: walk(right.size ?? exactly(1), perCharacter) }
  }
  return comparing(target, parameters, overload)
}

const estimates: Readonly<Record<string, Estimate>> = {
  // lists and sets
  isSorted: listWalk,
  sum: listWalk,
  max: listWalk,
  min: listWalk,
  indexOf: listWalk,
  lastIndexOf: listWalk,
  'sets.contains': sets(1),
  'sets.intersects': sets(1),
  'sets.equivalent': sets(2),
  '@in': (_target, [, container], overload) =>
    overload.parameters[1]?.kind === 'list' ? { cost: walk(sizeOf(container), 1) } : undefined,
  // texts
  lowerAscii: textWalk,
  upperAscii: textWalk,
  substring: textWalk,
  trim: textWalk,
  replace: replacing,
  split: splitting,
  join: joining,
  find: finding,
  findAll: finding,
  matches: (target, [pattern]) => (target ? { cost: matching(sizeOf(target), sizeOf(pattern)) } : undefined),
  contains: (target, [part]) => ({
    cost: saturated(walk(sizeOf(target), perCharacter) * walk(sizeOf(part), perCharacter)),
  }),
  startsWith: parsing,
  endsWith: parsing,
  format: (target) => ({ cost: walk(sizeOf(target), perCharacter) }),
  'strings.quote': (_target, [text]) => {
    const { min, max } = sizeOf(text)
    return {
      cost: walk({ min, max }, perCharacter),
      size: { min: saturated(min + 2), max: saturated(max * 2 + 2) },
    }
  },
  string: (_target, [value], overload) => {
    if (overload.parameters[0] !== types.bytes) return undefined
    const size = sizeOf(value)
    return { cost: walk(size, perCharacter), size: { min: Math.floor(size.min / 4), max: size.max } }
  },
  bytes: (_target, [value], overload) => {
    if (overload.parameters[0] !== types.string) return undefined
    const size = sizeOf(value)
    return { cost: walk(size, perCharacter), size: { min: size.min, max: saturated(size.max * 4) } }
  },
  // what Kubernetes adds
  url: textWalk,
  ip: (target, parameters, overload) => (target ? undefined : parsing(target, parameters, overload)),
  cidr: parsing,
  isIP: parsing,
  isCIDR: parsing,
  'ip.isCanonical': (_target, [text]) => ({ cost: walk(sizeOf(text), 2 * perCharacter) }),
  containsIP: containing(walk(add(addressBytes, addressBytes), perCharacter)),
  containsCIDR: containing(
    walk(add(addressBytes, addressBytes), perCharacter) + walk(addressBytes, perCharacter) + 1,
  ),
  quantity: parsing,
  isQuantity: parsing,
  semver: parsing,
  isSemver: parsing,
  validate: (_target, [text]) => ({
    cost: saturated(Math.ceil(walk(sizeOf(text), perCharacter) * formatPatternLength * perPatternCharacter)),
  }),
  // operators
  '_+_': adding,
  '_<_': ordering,
  '_<=_': ordering,
  '_>_': ordering,
  '_>=_': ordering,
  '_==_': equality,
  '_!=_': comparing,
}
