import type { JsonValue } from './object.ts'

/**
 * Kubernetes' JSONPath dialect, as printer columns, selectable fields and the scale subresource use it:
 * `.spec.a\.b`, `['key']`, `[0]`, `[-1]`, `[1:3]`, `[::2]`, `[*]`, `.*`, `..name`, `['a','b']`,
 * `[?(@.type=="Ready")]`, with or without `{}` and `$` around it.
 */

/**
 * The values at the path, in document order; missing fields give nothing. Only `most` of them are looked for, where that
 * is given. A search ends where its work is used up, with what it has found.
 */
export type JsonPath = (object: unknown, most?: number, work?: PathWork) => JsonValue[]

/** How many values may still be visited; searches may share it. A path with some `..` in it visits values many times. */
export interface PathWork {
  left: number
}

export function createPathWork(): PathWork {
  return { left: 20_000 }
}

/** A search for values of one object. */
interface Search {
  readonly root: JsonValue
  readonly work: PathWork
}

/** Hands on what the step leads to from a value, one after the other, until `next` says that it is enough. */
type Step = (value: JsonValue, search: Search, next: Next) => boolean
type Next = (value: JsonValue) => boolean

export class JsonPathError extends Error {
  override readonly name = 'JsonPathError'
}

/** Longer paths, and deeper data below a `..`, are refused. */
const maxTextLength = 4096
const maxDepth = 128

/** Compiles a path; throws JsonPathError, with Kubernetes' words where it has some, when it is malformed. */
export function compileJsonPath(text: string): JsonPath {
  if (text.length > maxTextLength) throw new JsonPathError('path is too long')
  let body = text.trim()
  if (body.startsWith('{')) {
    if (!body.endsWith('}')) throw new JsonPathError('unclosed action')
    body = body.slice(1, -1).trim()
  }
  if (body.startsWith('$') || body.startsWith('@')) body = body.slice(1)
  const reader: Reader = { text: body, position: 0 }
  const steps = parseSteps(reader)
  if (reader.position < body.length) {
    throw new JsonPathError(`unexpected character ${JSON.stringify(body[reader.position])}`)
  }
  return (object, most, work = createPathWork()) => {
    const root = object as JsonValue
    return find(steps, root, { root, work }, most)
  }
}

interface Reader {
  readonly text: string
  position: number
}

function find(
  steps: readonly Step[],
  start: JsonValue,
  search: Search,
  most = Number.POSITIVE_INFINITY,
): JsonValue[] {
  const found: JsonValue[] = []
  const { work } = search
  function visit(value: JsonValue, at: number): boolean {
    if (--work.left < 0) return true
    const step = steps[at]
    if (step) return step(value, search, (member) => visit(member, at + 1))
    found.push(value)
    return found.length >= most
  }
  visit(start, 0)
  return found
}

function parseSteps(reader: Reader): Step[] {
  const steps: Step[] = []
  // a path may leave out its first dot: `spec.replicas`
  if (/[A-Za-z0-9_-]/.test(reader.text[reader.position] ?? '')) steps.push(field(readName(reader)))
  for (;;) {
    const next = reader.text[reader.position]
    if (next === '.') {
      reader.position++
      if (reader.text[reader.position] === '.') {
        reader.position++
        steps.push(descend)
        if (reader.text[reader.position] === '[') continue
      }
      const following = reader.text[reader.position]
      if (following === undefined || following === '[') continue
      if (following === '*') {
        reader.position++
        steps.push(everything)
      } else steps.push(field(readName(reader)))
    } else if (next === '[') {
      reader.position++
      steps.push(parseBracket(reader))
    } else return steps
  }
}

function readName(reader: Reader): string {
  let name = ''
  while (reader.position < reader.text.length) {
    const character = reader.text[reader.position] as string
    if (character === '\\' && reader.position + 1 < reader.text.length) {
      name += reader.text[reader.position + 1]
      reader.position += 2
    } else if (/[.[\]{}()\s=!<>@?,'"&|]/.test(character)) break
    else {
      name += character
      reader.position++
    }
  }
  if (name === '') throw new JsonPathError('a field name is expected')
  return name
}

function isObject(value: JsonValue): value is { [field: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function field(name: string): Step {
  return (value, _search, next) =>
    isObject(value) && Object.hasOwn(value, name) && next(value[name] as JsonValue)
}

const everything: Step = (value, _search, next) => members(value).some((member) => next(member))

function members(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

const descend: Step = (value, _search, next) => {
  const visit = (each: JsonValue, depth: number): boolean =>
    next(each) || (depth < maxDepth && members(each).some((member) => visit(member, depth + 1)))
  return visit(value, 0)
}

function skipSpaces(reader: Reader): void {
  while (reader.text[reader.position] === ' ') reader.position++
}

function expect(reader: Reader, token: string): void {
  skipSpaces(reader)
  if (!reader.text.startsWith(token, reader.position)) {
    throw new JsonPathError(token === ']' ? 'unterminated array' : `expected ${JSON.stringify(token)}`)
  }
  reader.position += token.length
}

function parseBracket(reader: Reader): Step {
  skipSpaces(reader)
  if (reader.text.startsWith('?(', reader.position)) {
    reader.position += 2
    const matches = parseFilter(reader)
    expect(reader, ')')
    expect(reader, ']')
    return (value, search, next) =>
      members(value).some((member) => {
        if (--search.work.left < 0) return true
        return matches(member, search) && next(member)
      })
  }
  const choices: Step[] = []
  do {
    choices.push(parseChoice(reader))
    skipSpaces(reader)
  } while (reader.text[reader.position] === ',' && ++reader.position)
  expect(reader, ']')
  return choices.length === 1
    ? (choices[0] as Step)
    : (value, search, next) => choices.some((choice) => --search.work.left < 0 || choice(value, search, next))
}

function parseChoice(reader: Reader): Step {
  skipSpaces(reader)
  const next = reader.text[reader.position]
  if (next === '*') {
    reader.position++
    return everything
  }
  if (next === "'" || next === '"') return field(readQuoted(reader))
  const slice = /^(-?\d+)?(?:(:)(-?\d+)?(?::(-?\d+)?)?)?/.exec(reader.text.slice(reader.position))
  const [matched = '', start, colon, end, step] = slice ?? []
  if (matched === '') throw new JsonPathError('invalid array index')
  reader.position += matched.length
  if (colon === undefined) return index(Number(start))
  return range(
    start === undefined ? undefined : Number(start),
    end === undefined ? undefined : Number(end),
    step === undefined ? 1 : Number(step),
  )
}

function readQuoted(reader: Reader): string {
  const quote = reader.text[reader.position++]
  let text = ''
  while (reader.position < reader.text.length) {
    const character = reader.text[reader.position++] as string
    if (character === quote) return text
    if (character === '\\' && reader.position < reader.text.length) text += reader.text[reader.position++]
    else text += character
  }
  throw new JsonPathError('unterminated quoted string')
}

function index(position: number): Step {
  return (value, _search, next) => {
    const item = Array.isArray(value) ? value.at(position) : undefined
    return item !== undefined && next(item)
  }
}

function range(start: number | undefined, end: number | undefined, step: number): Step {
  if (step <= 0) throw new JsonPathError('step must be > 0')
  return (value, _search, next) => {
    if (!Array.isArray(value)) return false
    const last = placeIn(value, end ?? value.length)
    for (let position = placeIn(value, start ?? 0); position < last; position += step) {
      if (next(value[position] as JsonValue)) return true
    }
    return false
  }
}

/** A position as `slice` takes it: counted from the end where it is negative, and not outside of the list. */
function placeIn({ length }: readonly unknown[], position: number): number {
  return Math.min(length, Math.max(0, position < 0 ? position + length : position))
}

type Filter = (value: JsonValue, search: Search) => boolean
/** The first value, or none. */
type Operand = (value: JsonValue, search: Search) => JsonValue[]

function parseFilter(reader: Reader): Filter {
  const left = parseOperand(reader)
  skipSpaces(reader)
  const operator = /^(==|!=|<=|>=|<|>)/.exec(reader.text.slice(reader.position))?.[0]
  if (operator === undefined) return (value, search) => left(value, search).length > 0
  reader.position += operator.length
  const right = parseOperand(reader)
  return (value, search) => {
    const lefts = left(value, search)
    const rights = right(value, search)
    // Kubernetes compares the first results; a missing one matches nothing
    if (lefts.length === 0 || rights.length === 0) return false
    return compare(lefts[0] as JsonValue, operator, rights[0] as JsonValue)
  }
}

function compare(left: JsonValue, operator: string, right: JsonValue): boolean {
  if (operator === '==') return left === right
  if (operator === '!=') return left !== right
  const comparable =
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string')
  if (!comparable) return false
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    default:
      return left >= right
  }
}

function parseOperand(reader: Reader): Operand {
  skipSpaces(reader)
  const next = reader.text[reader.position]
  if (next === "'" || next === '"') {
    const text = readQuoted(reader)
    return () => [text]
  }
  if (next === '@' || next === '$') {
    reader.position++
    const steps = parseSteps(reader)
    return (value, search) => find(steps, next === '@' ? value : search.root, search, 1)
  }
  const literal = /^(true|false|null|-?\d+(?:\.\d+)?)/.exec(reader.text.slice(reader.position))?.[0]
  if (literal === undefined) throw new JsonPathError('unrecognized operand in filter')
  reader.position += literal.length
  const value = JSON.parse(literal) as JsonValue
  return () => [value]
}
