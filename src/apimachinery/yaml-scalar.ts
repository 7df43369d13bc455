import { DecodeError } from './decode-error.ts'

/** A scalar of a document that was parsed with every scalar as text. */
export interface YamlScalar {
  readonly value: unknown
  /** How it was written: `PLAIN`, `QUOTE_DOUBLE`, … */
  readonly type?: string
  readonly tag?: string
}

const words: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ...spellings(['y', 'yes', 'true', 'on'], true),
  ...spellings(['n', 'no', 'false', 'off'], false),
  ...spellings(['null'], null),
  ['', null],
  ['~', null],
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, Number.POSITIVE_INFINITY] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
])

/** In small letters, with a capital, and in capitals. */
function spellings<T>(list: readonly string[], value: T): [string, T][] {
  return list.flatMap((word) =>
    [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()].map((each): [string, T] => [
      each,
      value,
    ]),
  )
}

const tagPrefix = 'tag:yaml.org,2002:'

/** `<<`, unquoted or so tagged: what follows is merged into the map. */
export function isMergeKey({ value, type, tag }: YamlScalar): boolean {
  return value === '<<' && (tag === undefined ? type === 'PLAIN' : tag === `${tagPrefix}merge`)
}

/** What a scalar means. Integers are bigints, so that nothing is lost before somebody decides. Throws DecodeError. */
export function resolveScalar({ value, type, tag }: YamlScalar): null | boolean | number | bigint | string {
  const text = String(value ?? '')
  const explicit = tag?.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : tag
  switch (explicit) {
    case undefined:
      if (type === 'PLAIN' || type === undefined) return resolvePlain(text)
      if (/\p{Surrogate}/u.test(text))
        throw new DecodeError('yaml: found invalid Unicode character escape code')
      return text
    case 'bool':
      return expectSort(text, explicit, ['boolean'])
    case 'int':
      return expectSort(text, explicit, ['bigint'])
    case 'float':
      return Number(expectSort(text, explicit, ['number', 'bigint']))
    case 'null':
      return expectSort(text, explicit, ['object'])
    case 'binary':
      return decodeBinary(text)
    default:
      return text
  }
}

function expectSort(
  text: string,
  tag: string,
  sorts: readonly string[],
): null | boolean | number | bigint | string {
  const resolved = resolvePlain(text)
  if (sorts.includes(typeof resolved)) return resolved
  const names: Record<string, string> = {
    boolean: 'bool',
    bigint: 'int',
    number: 'float',
    object: 'null',
    string: 'str',
  }
  throw new DecodeError(`yaml: cannot decode !!${names[typeof resolved]} \`${text}\` as a !!${tag}`)
}

function decodeBinary(text: string): string {
  const compact = text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw new DecodeError('yaml: !!binary value contains invalid base64 data')
  }
  return Buffer.from(compact, 'base64').toString('utf8')
}

function resolvePlain(text: string): null | boolean | number | bigint | string {
  const word = words.get(text)
  if (word !== undefined) return word
  const first = text.charAt(0)
  if (!/[-+.0-9]/.test(first) || isTimestamp(text)) return text
  const plain = text.replaceAll('_', '')
  const integer = first === '.' ? undefined : parseInteger(plain)
  if (integer !== undefined) return integer
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain)) {
    const number = Number(plain)
    if (Number.isFinite(number)) return number
  }
  return text
}

/** Decimal, `0x`, `0o` or leading-zero octal, `0b`; undefined beyond 64 bits. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(text)
  if (!match?.[2]) return undefined
  // What has more digits than 64 bits have is none, and would take long to read.
  if (match[2].replace(/^0[xXbBoO]?0*/, '').length > 64) return undefined
  const digits = /^0[0-7]/.test(match[2]) ? `0o${match[2].slice(1)}` : match[2]
  const magnitude = BigInt(digits)
  const value = match[1] === '-' ? -magnitude : magnitude
  return value >= -(2n ** 63n) && value < 2n ** 64n ? value : undefined
}

/** Dates stay texts; only what looks like one must not be taken for a number. */
function isTimestamp(text: string): boolean {
  return /^\d{4}-\d{1,2}-\d{1,2}/.test(text)
}
