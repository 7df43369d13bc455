import { CelError } from '../values.ts'

/** A place in a template at which a value is written: `%.2f` is the verb `f` with the precision 2. */
export interface FormatClause {
  readonly verb: FormatVerb
  readonly precision: number
}

export type FormatVerb = 's' | 'd' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X'

const verbs = new Set<string>(['s', 'd', 'f', 'e', 'b', 'o', 'x', 'X'])
const defaultPrecision = 6
const maxPrecision = 100

/**
 * The texts and the clauses of a template in order; `count` is for how many clauses there are values. Throws CelError
 * for what cannot be read.
 */
export function* readFormat(template: string, count: number): IterableIterator<string | FormatClause> {
  let position = 0
  let values = 0
  while (position < template.length) {
    const percent = template.indexOf('%', position)
    if (percent === -1) break
    if (percent > position) yield template.slice(position, percent)
    position = percent + 1
    if (template[position] === '%') {
      yield '%'
      position++
      continue
    }
    if (position >= template.length) throw new CelError('unexpected end of string')
    if (values >= count) throw new CelError(`index ${values} out of range`)
    values++
    const { clause, next } = readClause(template, position)
    yield clause
    position = next
  }
  if (position < template.length) yield template.slice(position)
}

function readClause(template: string, start: number): { clause: FormatClause; next: number } {
  const unreadable = (detail: string) => new CelError(`could not parse formatting clause: ${detail}`)
  let position = start
  let precision = defaultPrecision
  if (template[position] === '.') {
    const digits = /\d*/y
    digits.lastIndex = position + 1
    const [text = ''] = digits.exec(template) ?? []
    position += 1 + text.length
    if (position >= template.length) {
      throw unreadable('error while parsing precision: could not find end of precision specifier')
    }
    if (text === '') {
      throw unreadable(
        'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
      )
    }
    precision = Math.min(Number(text), maxPrecision)
  }
  const verb = template[position] as string
  if (!verbs.has(verb)) throw unreadable(`unrecognized formatting clause "${verb}"`)
  return { clause: { verb: verb as FormatVerb, precision }, next: position + 1 }
}

const complaints: Readonly<Record<FormatVerb, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  o: 'octal clause can only be used on integers',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
}

/** What is said of a value that the verb cannot write. */
export function wrongOperand(verb: FormatVerb, typeName: string): string {
  return `error during formatting: ${complaints[verb]}, was given ${typeName}`
}
