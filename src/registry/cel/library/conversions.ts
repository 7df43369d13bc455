import { formatGoFloat } from '../../../apimachinery/go-float.ts'
import { formatIpAddress, formatIpNetwork } from '../../../apimachinery/ip-address.ts'
import { parseDateTime, parseGoDuration } from '../../../apimachinery/time-formats.ts'
import { type CelFunction, define, traversal } from '../function.ts'
import {
  CelCidr,
  CelDuration,
  CelError,
  CelIp,
  CelList,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
  int64,
  isMap,
  noSuchOverload,
  typeNameOf,
  uint64,
} from '../values.ts'
import { checkedDuration, checkedTimestamp, formatTimestamp } from './times.ts'

/** Seconds with a fraction, as protobuf's JSON has durations. */
export function formatDurationSeconds(duration: CelDuration): string {
  const negative = duration.nanoseconds < 0n
  const magnitude = negative ? -duration.nanoseconds : duration.nanoseconds
  const fraction = (magnitude % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${negative ? '-' : ''}${magnitude / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`
}

/** `string(x)`. */
export function toText(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'number':
      return formatGoFloat(value)
  }
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(value)
    } catch {
      throw new CelError('invalid UTF-8 in bytes, cannot convert to string')
    }
  }
  if (value instanceof CelTimestamp) return formatTimestamp(value)
  if (value instanceof CelDuration) return formatDurationSeconds(value)
  if (value instanceof CelIp) return formatIpAddress(value.address)
  if (value instanceof CelCidr) return formatIpNetwork(value.network)
  throw new CelError(noSuchOverload)
}

function unreadable(type: string): CelError {
  return new CelError(`type conversion error from 'string' to '${type}'`)
}

function toInteger(value: CelValue): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof CelUint) return int64(value.value)
  if (typeof value === 'number') {
    // the doubles next to the bounds of 64 bits are beyond them
    if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new CelError('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (typeof value === 'string') {
    if (/^[+-]?\d{1,20}$/.test(value)) {
      const parsed = BigInt(value.replace(/^\+/, ''))
      if (BigInt.asIntN(64, parsed) === parsed) return parsed
    }
    throw unreadable('int')
  }
  if (value instanceof CelTimestamp) {
    const seconds = value.nanoseconds / 1_000_000_000n
    return value.nanoseconds % 1_000_000_000n < 0n ? seconds - 1n : seconds
  }
  if (value instanceof CelDuration) return value.nanoseconds
  throw new CelError(noSuchOverload)
}

function toUnsigned(value: CelValue): CelUint {
  if (value instanceof CelUint) return value
  if (typeof value === 'bigint') return uint64(value)
  if (typeof value === 'number') {
    if (!(value >= 0 && value < 2 ** 64)) throw new CelError('unsigned integer overflow')
    return new CelUint(BigInt(Math.trunc(value)))
  }
  if (typeof value === 'string') {
    if (/^\d{1,20}$/.test(value) && BigInt(value) < 2n ** 64n) return new CelUint(BigInt(value))
    throw unreadable('uint')
  }
  throw new CelError(noSuchOverload)
}

function toDouble(value: CelValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof CelUint) return Number(value.value)
  if (typeof value === 'string') {
    if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return Number(value)
    if (/^[+-]?inf(inity)?$/i.test(value))
      return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    if (/^nan$/i.test(value)) return Number.NaN
    throw unreadable('double')
  }
  throw new CelError(noSuchOverload)
}

function toBool(value: CelValue): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') {
    if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true
    if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false
    throw unreadable('bool')
  }
  throw new CelError(noSuchOverload)
}

function sizeOf(value: CelValue): number {
  if (typeof value === 'string') return isAscii(value) ? value.length : [...value].length
  if (value instanceof Uint8Array) return value.length
  if (value instanceof CelList) return value.size
  if (typeof value === 'object' && value !== null && isMap(value) && !value.isObject) return value.size
  throw new CelError(noSuchOverload)
}

/** True where units, code points and bytes are the same thing. */
export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false
  return true
}

export const conversions: readonly CelFunction[] = [
  define('dyn', ['(A) -> dyn'], ([value]) => value as CelValue),
  define('type', ['(A) -> type<A>'], ([value]) => new CelTypeValue(typeNameOf(value as CelValue))),
  define(
    'string',
    ['string', 'bool', 'int', 'uint', 'double', 'bytes', 'timestamp', 'duration', 'ip', 'cidr'].map(
      (type) => `(${type}) -> string`,
    ),
    ([value]) => toText(value as CelValue),
  ),
  define(
    'int',
    ['int', 'uint', 'double', 'string', 'timestamp', 'duration'].map((type) => `(${type}) -> int`),
    ([value]) => toInteger(value as CelValue),
  ),
  define(
    'uint',
    ['uint', 'int', 'double', 'string'].map((type) => `(${type}) -> uint`),
    ([value]) => toUnsigned(value as CelValue),
  ),
  define(
    'double',
    ['double', 'int', 'uint', 'string'].map((type) => `(${type}) -> double`),
    ([value]) => toDouble(value as CelValue),
  ),
  define('bool', ['(bool) -> bool', '(string) -> bool'], ([value]) => toBool(value as CelValue)),
  define('bytes', ['(bytes) -> bytes', '(string) -> bytes'], ([value]) => {
    if (value instanceof Uint8Array) return value
    if (typeof value === 'string') return new Uint8Array(Buffer.from(value))
    throw new CelError(noSuchOverload)
  }),
  define('duration', ['(string) -> duration', '(duration) -> duration', '(int) -> duration'], ([value]) => {
    if (value instanceof CelDuration) return value
    if (typeof value === 'bigint') return checkedDuration(value)
    if (typeof value !== 'string') throw new CelError(noSuchOverload)
    const nanoseconds = parseGoDuration(value)
    if (nanoseconds === undefined) throw unreadable('google.protobuf.Duration')
    return checkedDuration(nanoseconds)
  }),
  define(
    'timestamp',
    ['(string) -> timestamp', '(timestamp) -> timestamp', '(int) -> timestamp'],
    ([value]) => {
      if (value instanceof CelTimestamp) return value
      if (typeof value === 'bigint') return checkedTimestamp(value * 1_000_000_000n)
      if (typeof value !== 'string') throw new CelError(noSuchOverload)
      const nanoseconds = parseDateTime(value)
      if (nanoseconds === undefined) throw unreadable('google.protobuf.Timestamp')
      return checkedTimestamp(nanoseconds)
    },
  ),
  define(
    'size',
    ['string', 'bytes', 'list<A>', 'map<A, B>'].flatMap((type) => [`(${type}) -> int`, `${type}.() -> int`]),
    ([value], meter) => {
      if (typeof value === 'string') meter.charge(traversal(value.length))
      return BigInt(sizeOf(value as CelValue))
    },
  ),
]
