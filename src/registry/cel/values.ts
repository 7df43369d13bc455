import {
  formatIpAddress,
  formatIpNetwork,
  type IpAddress,
  type IpNetwork,
} from '../../apimachinery/ip-address.ts'
import type { Quantity } from '../../apimachinery/quantity.ts'
import type { Semver } from './semver.ts'

/**
 * The values of CEL. Integers are BigInts and doubles are numbers, so that the two never mix unseen; everything that
 * JavaScript has no value for is a small class.
 */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | CelTimestamp
  | CelDuration
  | CelList
  | CelMap
  | CelTypeValue
  | CelOptional
  | CelOpaque

/**
 * An evaluation that has no value. The message is cel-go's. Thrown, but no JavaScript error: `||` and `exists` may
 * absorb a million of them, and each would collect a stack that nobody reads.
 */
export class CelError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export const noSuchOverload = 'no such overload'

/** An unsigned 64-bit integer. */
export class CelUint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** Nanoseconds since the Unix epoch. */
export class CelTimestamp {
  readonly nanoseconds: bigint
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
}

export class CelDuration {
  readonly nanoseconds: bigint
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
}

/** A list over an array; items of an object under validation are converted only when they are looked at. */
export class CelList {
  readonly #items: readonly unknown[]
  readonly #convert: ((item: unknown) => CelValue) | undefined

  constructor(items: readonly CelValue[], convert?: undefined)
  constructor(items: readonly unknown[], convert: (item: unknown) => CelValue)
  constructor(items: readonly unknown[], convert?: (item: unknown) => CelValue) {
    this.#items = items
    this.#convert = convert
  }

  get size(): number {
    return this.#items.length
  }

  /** The item at an index that exists. */
  at(index: number): CelValue {
    const item = this.#items[index]
    return this.#convert ? this.#convert(item) : (item as CelValue)
  }

  *[Symbol.iterator](): IterableIterator<CelValue> {
    for (let index = 0; index < this.size; index++) yield this.at(index)
  }
}

/** Maps, and objects with declared fields: `isObject` tells them apart. */
export interface CelMap {
  readonly isCelMap: true
  readonly isObject: boolean
  readonly size: number
  /** The value of a key, or undefined. */
  get(key: CelValue): CelValue | undefined
  keys(): CelValue[]
}

export function isMap(value: CelValue): value is CelMap {
  return typeof value === 'object' && value !== null && 'isCelMap' in value
}

/** Keys that are equal have the same text: integers of any type are one key. */
function keyText(key: CelValue): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`
    case 'boolean':
      return `b${key}`
    case 'bigint':
      return `n${key}`
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : undefined
    default:
      return key instanceof CelUint ? `n${key.value}` : undefined
  }
}

/** A map made by an expression. */
export class LiteralMap implements CelMap {
  readonly isCelMap = true
  readonly isObject = false
  readonly #entries = new Map<string, { key: CelValue; value: CelValue }>()

  constructor(entries: Iterable<readonly [CelValue, CelValue]>) {
    for (const [key, value] of entries) {
      const text = keyText(key)
      if (text === undefined || typeof key === 'number') throw new CelError('unsupported key type')
      if (this.#entries.has(text)) throw new CelError('Failed with repeated key')
      this.#entries.set(text, { key, value })
    }
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: CelValue): CelValue | undefined {
    const text = keyText(key)
    return text === undefined ? undefined : this.#entries.get(text)?.value
  }

  keys(): CelValue[] {
    return [...this.#entries.values()].map(({ key }) => key)
  }
}

/** A type as a value: what `type(x)` returns and what `int` or `null_type` name. */
export class CelTypeValue {
  readonly typeName: string
  constructor(typeName: string) {
    this.typeName = typeName
  }
}

export class CelOptional {
  static readonly none = new CelOptional(undefined)
  readonly value: CelValue | undefined
  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

/** The types of Kubernetes' own libraries. */
export type CelOpaque = CelQuantity | CelUrl | CelIp | CelCidr | CelFormat | CelSemver

export class CelQuantity {
  readonly quantity: Quantity
  constructor(quantity: Quantity) {
    this.quantity = quantity
  }
}

export class CelUrl {
  readonly text: string
  readonly url: { scheme: string; host: string; path: string; query: string }
  constructor(text: string, url: CelUrl['url']) {
    this.text = text
    this.url = url
  }
}

export class CelIp {
  readonly address: IpAddress
  constructor(address: IpAddress) {
    this.address = address
  }
}

export class CelCidr {
  readonly network: IpNetwork
  constructor(network: IpNetwork) {
    this.network = network
  }
}

export class CelFormat {
  readonly formatName: string
  readonly check: (text: string) => readonly string[]
  constructor(formatName: string, check: (text: string) => readonly string[]) {
    this.formatName = formatName
    this.check = check
  }
}

export class CelSemver {
  readonly version: Semver
  constructor(version: Semver) {
    this.version = version
  }
}

/** The name of a value's type, as `type()` tells it. */
export function typeNameOf(value: CelValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
  }
  if (value === null) return 'null_type'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof CelUint) return 'uint'
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp'
  if (value instanceof CelDuration) return 'google.protobuf.Duration'
  if (value instanceof CelList) return 'list'
  if (value instanceof CelTypeValue) return 'type'
  if (value instanceof CelOptional) return 'optional_type'
  if (value instanceof CelQuantity) return 'kubernetes.Quantity'
  if (value instanceof CelUrl) return 'kubernetes.URL'
  if (value instanceof CelIp) return 'net.IP'
  if (value instanceof CelCidr) return 'net.CIDR'
  if (value instanceof CelFormat) return 'kubernetes.NamedFormat'
  if (value instanceof CelSemver) return 'kubernetes.Semver'
  return value.isObject ? 'object' : 'map'
}

/** The number behind an int, uint or double, comparable across the three. */
export function asNumeric(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  return value instanceof CelUint ? value.value : undefined
}

/** Equality as CEL has it: numbers across types, lists and maps by content, values of different types never equal. */
export function equalValues(left: CelValue, right: CelValue): boolean {
  if (left === right) return true
  const leftNumber = asNumeric(left)
  if (leftNumber !== undefined) {
    const rightNumber = asNumeric(right)
    return rightNumber !== undefined && order(leftNumber, rightNumber) === 0
  }
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (left instanceof CelList) return right instanceof CelList && equalLists(left, right)
  if (isMap(left)) return isMap(right) && equalMaps(left, right)
  if (left instanceof CelTimestamp)
    return right instanceof CelTimestamp && left.nanoseconds === right.nanoseconds
  if (left instanceof CelDuration)
    return right instanceof CelDuration && left.nanoseconds === right.nanoseconds
  if (left instanceof Uint8Array) {
    return right instanceof Uint8Array && Buffer.compare(left, right) === 0
  }
  if (left instanceof CelTypeValue) return right instanceof CelTypeValue && left.typeName === right.typeName
  if (left instanceof CelOptional) return right instanceof CelOptional && equalOptionals(left, right)
  return equalOpaque(left as CelOpaque, right)
}

function equalLists(left: CelList, right: CelList): boolean {
  if (left.size !== right.size) return false
  for (let index = 0; index < left.size; index++) {
    if (!equalValues(left.at(index), right.at(index))) return false
  }
  return true
}

function equalMaps(left: CelMap, right: CelMap): boolean {
  if (left.size !== right.size) return false
  return left.keys().every((key) => {
    const member = right.get(key)
    return member !== undefined && equalValues(left.get(key) as CelValue, member)
  })
}

function equalOptionals(left: CelOptional, right: CelOptional): boolean {
  if (left.value === undefined || right.value === undefined) return left.value === right.value
  return equalValues(left.value, right.value)
}

function equalOpaque(left: CelOpaque, right: CelValue): boolean {
  if (left instanceof CelQuantity) {
    return right instanceof CelQuantity && left.quantity.nanos === right.quantity.nanos
  }
  if (left instanceof CelUrl) return right instanceof CelUrl && left.text === right.text
  if (left instanceof CelIp) {
    return right instanceof CelIp && formatIpAddress(left.address) === formatIpAddress(right.address)
  }
  if (left instanceof CelCidr) {
    return right instanceof CelCidr && formatIpNetwork(left.network) === formatIpNetwork(right.network)
  }
  if (left instanceof CelSemver) return right instanceof CelSemver && left.version.text === right.version.text
  return right instanceof CelFormat && left.formatName === right.formatName
}

/** Negative, zero or positive; undefined where the two have no order (different types, NaN). */
export function compareValues(left: CelValue, right: CelValue): number | undefined {
  const leftNumber = asNumeric(left)
  if (leftNumber !== undefined) {
    const rightNumber = asNumeric(right)
    return rightNumber === undefined ? undefined : order(leftNumber, rightNumber)
  }
  if (typeof left === 'string') return typeof right === 'string' ? compareText(left, right) : undefined
  if (typeof left === 'boolean')
    return typeof right === 'boolean' ? order(Number(left), Number(right)) : undefined
  if (left instanceof CelTimestamp && right instanceof CelTimestamp)
    return order(left.nanoseconds, right.nanoseconds)
  if (left instanceof CelDuration && right instanceof CelDuration)
    return order(left.nanoseconds, right.nanoseconds)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  return undefined
}

/** UTF-8 order, which is the order of code points and not of UTF-16 units. */
function compareText(left: string, right: string): number {
  if (left === right) return 0
  return /[\ud800-\udfff]/.test(left) || /[\ud800-\udfff]/.test(right)
    ? Buffer.compare(Buffer.from(left), Buffer.from(right))
    : left < right
      ? -1
      : 1
}

/** An integer meets a double as the nearest double, so the two may be equal without being the same. */
function order(left: bigint | number, right: bigint | number): number | undefined {
  if (typeof left !== typeof right) return order(Number(left), Number(right))
  if (left < right) return -1
  if (left > right) return 1
  return left === right ? 0 : undefined
}

/** Checks that an integer fits in 64 bits. */
export function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow')
  return value
}

export function uint64(value: bigint): CelUint {
  if (BigInt.asUintN(64, value) !== value) throw new CelError('unsigned integer overflow')
  return new CelUint(value)
}
