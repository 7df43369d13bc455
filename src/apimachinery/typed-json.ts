import { isPlainTime } from './time-formats.ts'

/** Go's word for what a JSON value is, as its decoder's messages have it. */
export function jsonWord(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** What Go's decoder says of a value that does not fit. `place`: `value`, or `struct field ConfigMap.data`. */
export function cannotUnmarshal(value: unknown, place: string, goType: string): string {
  const isFraction = /^u?int\d*$/.test(goType) && typeof value === 'number'
  const found = isFraction ? `number ${value}` : jsonWord(value)
  return `json: cannot unmarshal ${found} into Go ${place} of type ${goType}`
}

/** What the converter between documents and Go's types says of a value that does not fit. `kind`: of the Go type. */
export function cannotRestore(value: unknown, kind: string, goType: string): string {
  const found = goKind(value)
  if (kind === 'map') return `cannot restore map from ${found}`
  if (kind === 'slice') return `cannot restore slice from ${found}`
  if (kind === 'struct') return `cannot restore struct from: ${found}`
  return found === 'int64' ? `cannot convert int64 to ${goType}` : `unrecognized type: ${kind}`
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'map'
}

/** A document as Go shows one that it holds in maps: `map[a:1 b:[c d]]`. */
export function goMapText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goMapText).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `map[${entries.map(([key, member]) => `${key}:${goMapText(member)}`).join(' ')}]`
}

/** The layouts of Go in which times are read: to the second, and to the microsecond. */
export const timeLayout = '2006-01-02T15:04:05Z07:00'
export const microTimeLayout = '2006-01-02T15:04:05.000000Z07:00'

/** What each piece of the layouts reads, and what its value may be. */
const pieces: readonly { layout: string; shape: RegExp; range?: readonly [string, number, number] }[] = [
  { layout: '2006', shape: /^\d{4}/ },
  { layout: '-', shape: /^-/ },
  { layout: '01', shape: /^\d\d/, range: ['month', 1, 12] },
  { layout: '-', shape: /^-/ },
  { layout: '02', shape: /^\d\d/, range: ['day', 1, 31] },
  { layout: 'T', shape: /^T/ },
  { layout: '15', shape: /^\d\d/, range: ['hour', 0, 23] },
  { layout: ':', shape: /^:/ },
  { layout: '04', shape: /^\d\d/, range: ['minute', 0, 59] },
  { layout: ':', shape: /^:/ },
  { layout: '05', shape: /^\d\d/, range: ['second', 0, 59] },
]
const fraction = /^[.,]\d+/
const zone = /^(?:Z|[+-]\d\d:\d\d)/

/** Why Go's parser does not take a text for a time of the layout; undefined when it does. */
export function timeFault(text: string, layout: string): string | undefined {
  if (layout === timeLayout && isPlainTime(text)) return undefined
  const head = `parsing time ${JSON.stringify(text)}`
  const cannot = (rest: string, piece: string) =>
    `${head} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece)}`
  const values: string[] = []
  let rest = text
  for (const { layout: piece, shape, range } of pieces) {
    const found = shape.exec(rest)?.[0]
    if (found === undefined) return cannot(rest, piece)
    if (range && (Number(found) < range[1] || Number(found) > range[2]))
      return `${head}: ${range[0]} out of range`
    values.push(found)
    rest = rest.slice(found.length)
  }
  const found = fraction.exec(rest)?.[0]
  // Six digits are read where the layout has six; any number where it has none.
  const digits = layout === microTimeLayout ? 7 : (found?.length ?? 0)
  if ((found?.length ?? 0) < digits) return cannot(rest, '.000000')
  rest = rest.slice(digits)
  const offset = zone.exec(rest)?.[0]
  if (offset === undefined) return cannot(rest, 'Z07:00')
  if (rest.length > offset.length) return `${head}: extra text: ${JSON.stringify(rest.slice(offset.length))}`
  const [year, month, day] = [values[0], values[2], values[4]].map(Number) as [number, number, number]
  // Day 0 of the next month is the last of this one.
  return day > new Date(Date.UTC(year, month, 0)).getUTCDate() ? `${head}: day out of range` : undefined
}
