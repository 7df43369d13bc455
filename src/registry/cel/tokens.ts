import { CelSyntaxError } from './syntax.ts'

export type TokenKind =
  | 'identifier'
  | 'quoted-identifier'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'symbol'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The symbol or name; of strings and bytes, the decoded content; of numbers, the digits. */
  readonly text: string
  readonly bytes?: Uint8Array
  /** As it stands in the expression. */
  readonly source: string
  readonly position: number
}

type Unplaced = Omit<Token, 'source'>

const symbols = [
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  ',',
  ':',
  '?',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
]

const blank = /(?:[\s]|\/\/[^\n]*)+/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const double = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y
const integer = /(?:0[xX][0-9a-fA-F]+|\d+)/y
const quoteStart = /(?:[rR][bB]?|[bB][rR]?)?(?:"""|'''|"|')/y

function match(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position
  return pattern.exec(text)?.[0]
}

/** The words of an expression, with an `end` after the last. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  for (;;) {
    position += match(blank, text, position)?.length ?? 0
    if (position >= text.length) break
    const { token, next } = readToken(text, position)
    tokens.push({ ...token, source: text.slice(position, next) })
    position = next
  }
  tokens.push({ kind: 'end', text: '<EOF>', source: '<EOF>', position: text.length })
  return tokens
}

function readToken(text: string, position: number): { token: Unplaced; next: number } {
  const quote = match(quoteStart, text, position)
  if (quote !== undefined) return readQuoted(text, position, quote)
  const word = match(name, text, position)
  if (word !== undefined)
    return { token: { kind: 'identifier', text: word, position }, next: position + word.length }
  const fraction = match(double, text, position)
  if (fraction !== undefined) {
    return { token: { kind: 'double', text: fraction, position }, next: position + fraction.length }
  }
  const digits = match(integer, text, position)
  if (digits !== undefined) {
    const next = position + digits.length
    return text[next] === 'u' || text[next] === 'U'
      ? { token: { kind: 'uint', text: digits, position }, next: next + 1 }
      : { token: { kind: 'int', text: digits, position }, next }
  }
  const symbol = symbols.find((each) => text.startsWith(each, position))
  if (symbol !== undefined) {
    return { token: { kind: 'symbol', text: symbol, position }, next: position + symbol.length }
  }
  if (text[position] === '`') {
    const end = text.indexOf('`', position + 1)
    const quoted = end === -1 ? '' : text.slice(position + 1, end)
    if (/^[A-Za-z0-9_.\-/ ]+$/.test(quoted)) {
      return { token: { kind: 'quoted-identifier', text: quoted, position }, next: end + 1 }
    }
  }
  throw new CelSyntaxError(`Syntax error: token recognition error at: '${text[position]}'`, position)
}

function readQuoted(text: string, position: number, opening: string): { token: Unplaced; next: number } {
  const prefix = opening.replace(/["']+$/, '').toLowerCase()
  const quote = opening.slice(prefix.length)
  const start = position + opening.length
  const raw = prefix.includes('r')
  let end = start
  while (!text.startsWith(quote, end)) {
    const character = text[end]
    if (character === undefined || (quote.length === 1 && (character === '\n' || character === '\r'))) {
      throw new CelSyntaxError(
        `Syntax error: token recognition error at: '${text.slice(position, position + 20)}'`,
        position,
      )
    }
    end += character === '\\' && !raw ? 2 : 1
  }
  const content = text.slice(start, end)
  const next = end + quote.length
  if (prefix.includes('b')) {
    const bytes = raw ? Buffer.from(content) : decodeBytes(content, position)
    return { token: { kind: 'bytes', text: '', bytes, position }, next }
  }
  return { token: { kind: 'string', text: raw ? content : decodeText(content, position), position }, next }
}

const escapes =
  /\\(?:([abfnrtv\\'"`?])|x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function decodeText(content: string, position: number): string {
  return content.replaceAll(
    escapes,
    (whole, simple: string, hex: string, upperHex: string, short: string, long: string, octal: string) => {
      if (simple !== undefined) return simpleEscapes[simple] ?? simple
      const code = hex ?? upperHex ?? short ?? long
      const point =
        code !== undefined
          ? Number.parseInt(code, 16)
          : octal !== undefined
            ? Number.parseInt(octal, 8)
            : Number.NaN
      if (!(point <= 0x10ffff) || (point >= 0xd800 && point <= 0xdfff)) {
        throw new CelSyntaxError(`Syntax error: unable to unescape string: ${whole}`, position)
      }
      return String.fromCodePoint(point)
    },
  )
}

/** In bytes, `\x` and octal escapes are single bytes; everything else is UTF-8. */
function decodeBytes(content: string, position: number): Uint8Array {
  const parts: Uint8Array[] = []
  let last = 0
  for (const found of content.matchAll(escapes)) {
    parts.push(Buffer.from(content.slice(last, found.index)))
    const [whole, , hex, upperHex, , , octal] = found
    const byte = hex ?? upperHex
    parts.push(
      byte !== undefined
        ? Buffer.from([Number.parseInt(byte, 16)])
        : octal !== undefined
          ? Buffer.from([Number.parseInt(octal, 8)])
          : Buffer.from(decodeText(whole, position)),
    )
    last = found.index + whole.length
  }
  parts.push(Buffer.from(content.slice(last)))
  return new Uint8Array(Buffer.concat(parts))
}
