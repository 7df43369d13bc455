/** How a quantity was written, and is written again: `1500m`, `2Gi`, `15e2`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** An exact amount in billionths, the finest that Kubernetes keeps. */
export interface Quantity {
  readonly nanos: bigint
  readonly format: QuantityFormat
}

const nanosPerUnit = 1_000_000_000n
const greatestNanos = (2n ** 63n - 1n) * nanosPerUnit

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const

/** Longer texts are not numbers that anybody means, and would make the arithmetic slow. */
const maxTextLength = 512

const shape = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/

/** Reads `0.5`, `500m`, `1.5Gi`, `12e6`; undefined when `text` is not a quantity. Finer than a billionth rounds up. */
export function parseQuantity(text: string): Quantity | undefined {
  if (text.length > maxTextLength) return undefined
  const match = shape.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const scale = parseSuffix(suffix)
  if (!scale) return undefined
  const digits = BigInt(whole + fraction)
  // digits × base^power × 10^(9 − fraction.length), as one exact fraction
  const decimalPower = 9 - fraction.length + (scale.base === 10n ? scale.power : 0)
  let numerator = digits
  if (scale.base === 2n) numerator *= 2n ** BigInt(scale.power)
  let nanos: bigint
  if (decimalPower >= 0) {
    nanos = numerator * 10n ** BigInt(decimalPower)
  } else {
    const denominator = 10n ** BigInt(-decimalPower)
    nanos = (numerator + denominator - 1n) / denominator
  }
  if (nanos > greatestNanos) nanos = greatestNanos
  return { nanos: sign === '-' ? -nanos : nanos, format: scale.format }
}

function parseSuffix(suffix: string): { base: 2n | 10n; power: number; format: QuantityFormat } | undefined {
  const decimal = Object.hasOwn(decimalExponents, suffix) ? decimalExponents[suffix] : undefined
  if (decimal !== undefined) return { base: 10n, power: decimal, format: 'DecimalSI' }
  const binary = binarySuffixes.indexOf(suffix as (typeof binarySuffixes)[number])
  if (binary > 0) return { base: 2n, power: binary * 10, format: 'BinarySI' }
  const exponent = /^[eE]([-+]?\d{1,4})$/.exec(suffix)
  if (exponent) {
    const power = Number(exponent[1])
    return Math.abs(power) <= 1000 ? { base: 10n, power, format: 'DecimalExponent' } : undefined
  }
  return undefined
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareQuantity(left: Quantity, right: Quantity): -1 | 0 | 1 {
  return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0
}

/** The canonical text: no fraction, the largest suffix that leaves an integer. */
export function formatQuantity(quantity: Quantity): string {
  const { nanos } = quantity
  if (nanos === 0n) return '0'
  const small = nanos > -1024n * nanosPerUnit && nanos < 1024n * nanosPerUnit
  if (quantity.format === 'BinarySI' && !small) return formatBinary(nanos)
  let mantissa = nanos
  let exponent = -9
  while (exponent < 18 && mantissa % 1000n === 0n) {
    mantissa /= 1000n
    exponent += 3
  }
  if (quantity.format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`
  const suffix = Object.entries(decimalExponents).find(([, power]) => power === exponent)
  return `${mantissa}${suffix?.[0] ?? ''}`
}

function formatBinary(nanos: bigint): string {
  const negative = nanos < 0n
  const magnitude = negative ? -nanos : nanos
  let mantissa = (magnitude + nanosPerUnit - 1n) / nanosPerUnit
  let power = 0
  while (power < binarySuffixes.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n
    power += 1
  }
  return `${negative ? '-' : ''}${mantissa}${binarySuffixes[power]}`
}

/** The sum, in the format of the left one. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return { nanos: left.nanos + right.nanos, format: left.format }
}

export function negateQuantity(quantity: Quantity): Quantity {
  return { nanos: -quantity.nanos, format: quantity.format }
}

/** The amount as an integer, or undefined when it has a fraction or leaves 64 bits. */
export function quantityAsInteger(quantity: Quantity): bigint | undefined {
  if (quantity.nanos % nanosPerUnit !== 0n) return undefined
  const integer = quantity.nanos / nanosPerUnit
  return BigInt.asIntN(64, integer) === integer ? integer : undefined
}

/** The nearest floating-point number. */
export function quantityAsNumber(quantity: Quantity): number {
  return Number(quantity.nanos) / 1e9
}

export function quantityFromInteger(integer: bigint): Quantity {
  return { nanos: integer * nanosPerUnit, format: 'DecimalSI' }
}
