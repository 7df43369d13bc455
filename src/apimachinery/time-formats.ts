/** Times and durations as texts, read into nanoseconds so that nothing is lost. */

const second = 1_000_000_000n

const dateTimeShape =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d{2}:?\d{2})$/

const plainTime =
  /^\d{4}-(?:(?:0[13-9]|1[0-2])-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

/**
 * Whether `text` is a time as the API writes them: in UTC with whole seconds. Nearly all are; of the others, those of a
 * day that not every month (or year) has among them, false says nothing.
 */
export function isPlainTime(text: string): boolean {
  return plainTime.test(text)
}

/** Nanoseconds since the Unix epoch of an RFC 3339 `date-time`; undefined when `text` is none. */
export function parseDateTime(text: string): bigint | undefined {
  const match = text.length <= 64 ? dateTimeShape.exec(text) : null
  if (!match) return undefined
  const [year, month, day, hour, minute, seconds] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const daysInMonth = month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth) return undefined
  if (hour > 23 || minute > 59 || seconds > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, seconds)
  const offset = parseOffset(match[8] as string)
  if (offset === undefined) return undefined
  const fraction = BigInt((match[7] ?? '').padEnd(9, '0'))
  return (BigInt(date.getTime() / 1000) - BigInt(offset)) * second + fraction
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

/** Seconds east of UTC of `Z`, `+01:00` or `-0100`. */
function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(-2))
  if (hours > 24 || minutes > 59) return undefined
  const seconds = hours * 3600 + minutes * 60
  return text.startsWith('-') ? -seconds : seconds
}

const goUnits: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
}

const greatestDuration = 2n ** 63n - 1n

/** Nanoseconds of a duration in Go's notation (`1h30m`, `-1.5s`, `300ms`); undefined when `text` is none. */
export function parseGoDuration(text: string): bigint | undefined {
  if (text.length > 256) return undefined
  const negative = text.startsWith('-')
  const body = negative || text.startsWith('+') ? text.slice(1) : text
  if (body === '0') return 0n
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined
  let total = 0n
  for (const [, whole = '', fraction = '', unit = ''] of body.matchAll(
    /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const scale = goUnits[unit] as bigint
    total += BigInt(whole === '' ? 0 : whole) * scale
    if (fraction !== '') total += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
  }
  if (total > greatestDuration) return undefined
  return negative ? -total : total
}

const spelledUnits: Readonly<Record<string, bigint>> = {
  ns: 1n,
  nano: 1n,
  us: 1_000n,
  µs: 1_000n,
  micro: 1_000n,
  ms: 1_000_000n,
  milli: 1_000_000n,
  s: second,
  sec: second,
  m: 60n * second,
  min: 60n * second,
  h: 3600n * second,
  hr: 3600n * second,
  hour: 3600n * second,
  d: 86_400n * second,
  day: 86_400n * second,
  w: 604_800n * second,
  wk: 604_800n * second,
  week: 604_800n * second,
}

/** The `duration` format of schemas: Go's notation, or words such as `2 days`. */
export function parseDurationText(text: string): bigint | undefined {
  const exact = parseGoDuration(text)
  if (exact !== undefined) return exact
  const match = /^\s*(\d{1,18})\s*([a-zµ]+)\s*$/i.exec(text)
  if (!match) return undefined
  const unit = (match[2] as string).toLowerCase()
  const scale = [unit, unit.replace(/s$/, ''), unit.replace(/seconds?$/, ''), unit.replace(/ond$|utes?$/, '')]
    .map((name) => (Object.hasOwn(spelledUnits, name) ? spelledUnits[name] : undefined))
    .find((each) => each !== undefined)
  return scale === undefined ? undefined : BigInt(match[1] as string) * scale
}

/** Go's text of a duration: `1h30m0s`, `1.5s`, `300ms`. */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (magnitude < second) {
    const [scale, unit] =
      magnitude < 1_000n ? [1n, 'ns'] : magnitude < 1_000_000n ? [1_000n, 'µs'] : [1_000_000n, 'ms']
    return `${sign}${formatFraction(magnitude, scale as bigint)}${unit}`
  }
  const hours = magnitude / (3600n * second)
  const minutes = (magnitude / (60n * second)) % 60n
  const seconds = `${formatFraction(magnitude % (60n * second), second)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`
}

function formatFraction(amount: bigint, scale: bigint): string {
  const fraction = (amount % scale).toString().padStart(scale.toString().length - 1, '0')
  const trimmed = scale === 1n ? '' : fraction.replace(/0+$/, '')
  return trimmed === '' ? `${amount / scale}` : `${amount / scale}.${trimmed}`
}

/** RFC 3339 in UTC with as many fractional digits as are needed. */
export function formatDateTime(nanoseconds: bigint): string {
  let seconds = nanoseconds / second
  let fraction = nanoseconds % second
  if (fraction < 0n) {
    fraction += second
    seconds -= 1n
  }
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`
  return `${text}${digits}Z`
}
