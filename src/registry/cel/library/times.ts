import { formatDateTime, parseDateTime } from '../../../apimachinery/time-formats.ts'
import { type CelFunction, define } from '../function.ts'
import { CelDuration, CelError, CelTimestamp, type CelValue, noSuchOverload } from '../values.ts'

const second = 1_000_000_000n
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
const earliest = -62_135_596_800n * second
const latest = 253_402_300_800n * second - 1n
const longest = 2n ** 63n - 1n

export function checkedTimestamp(nanoseconds: bigint): CelTimestamp {
  if (nanoseconds < earliest || nanoseconds > latest) throw new CelError('timestamp overflow')
  return new CelTimestamp(nanoseconds)
}

export function checkedDuration(nanoseconds: bigint): CelDuration {
  if (nanoseconds > longest || nanoseconds < -longest - 1n) throw new CelError('integer overflow')
  return new CelDuration(nanoseconds)
}

/** Division that rounds down, as calendars need it. */
function floorDivide(value: bigint, unit: bigint): bigint {
  const quotient = value / unit
  return value % unit < 0n ? quotient - 1n : quotient
}

/** The moment as a date whose UTC fields read what a clock in the zone shows. */
function inZone(timestamp: CelTimestamp, zone: CelValue | undefined): Date {
  const milliseconds = Number(floorDivide(timestamp.nanoseconds, 1_000_000n))
  if (zone === undefined) return new Date(milliseconds)
  if (typeof zone !== 'string') throw new CelError(noSuchOverload)
  const offset = /^([+-]?)(\d{2}):(\d{2})$/.exec(zone)
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3])
    return new Date(milliseconds + (offset[1] === '-' ? -minutes : minutes) * 60_000)
  }
  // the parser of dates does the arithmetic: what the zone's clock shows, read as if it were UTC
  let shown: string
  try {
    shown = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }).format(new Date(milliseconds))
  } catch {
    throw new CelError(`unknown time zone ${zone}`)
  }
  const clock = parseDateTime(`${shown}Z`)
  if (clock === undefined) throw new CelError(`unknown time zone ${zone}`)
  return new Date(Number(clock / 1_000_000n) + (((milliseconds % 1000) + 1000) % 1000))
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000)
}

const dateParts: Readonly<Record<string, (date: Date) => number>> = {
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: dayOfYear,
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
}

const clockParts: Readonly<Record<string, { unit: bigint; ofDate: (date: Date) => number }>> = {
  getHours: { unit: 3600n * second, ofDate: (date) => date.getUTCHours() },
  getMinutes: { unit: 60n * second, ofDate: (date) => date.getUTCMinutes() },
  getSeconds: { unit: second, ofDate: (date) => date.getUTCSeconds() },
  getMilliseconds: { unit: 1_000_000n, ofDate: (date) => date.getUTCMilliseconds() },
}

const ofTimestamp = ['timestamp.() -> int', 'timestamp.(string) -> int']

export const times: readonly CelFunction[] = [
  ...Object.entries(dateParts).map(([name, part]) =>
    define(name, ofTimestamp, ([timestamp, zone]) => {
      if (timestamp instanceof CelTimestamp) return BigInt(part(inZone(timestamp, zone)))
      throw new CelError(noSuchOverload)
    }),
  ),
  ...Object.entries(clockParts).map(([name, { unit, ofDate }]) =>
    define(name, [...ofTimestamp, 'duration.() -> int'], ([value, zone]) => {
      if (value instanceof CelTimestamp) return BigInt(ofDate(inZone(value, zone)))
      // of a duration: the whole length in the unit
      if (value instanceof CelDuration) return value.nanoseconds / unit
      throw new CelError(noSuchOverload)
    }),
  ),
]

export function formatTimestamp(timestamp: CelTimestamp): string {
  return formatDateTime(timestamp.nanoseconds)
}
