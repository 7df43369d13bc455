import type { JsonValue } from './object.ts'

/**
 * Kubernetes' JSONPath dialect, as printer columns, selectable fields and the scale subresource use it:
 * `.spec.a\.b`, `['key']`, `[0]`, `[-1]`, `[1:3]`, `[::2]`, `[*]`, `.*`, `..name`, `['a','b']`,
 * `[?(@.type=="Ready")]`, with or without `{}` and `$` around it.
 */

/** All the values at the path, in document order; missing fields give nothing. */
export type JsonPath = (object: unknown) => JsonValue[]

type Step = (values: readonly JsonValue[], root: JsonValue) => JsonValue[]

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
  return (object) => runSteps(steps, [object as JsonValue], object as JsonValue)
}

interface Reader {
  readonly text: string
  position: number
}

function runSteps(steps: readonly Step[], start: readonly JsonValue[], root: JsonValue): JsonValue[] {
  let values = [...start]
  for (const step of steps) values = step(values, root)
  return values
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
  return (values) => {
    const found: JsonValue[] = []
    for (const value of values) {
      if (isObject(value) && Object.hasOwn(value, name)) found.push(value[name] as JsonValue)
    }
    return found
  }
}

const everything: Step = (values) => values.flatMap(members)

function members(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.values(value) : []
}

const descend: Step = (values) => {
  const found: JsonValue[] = []
  const visit = (value: JsonValue, depth: number) => {
    found.push(value)
    if (depth < maxDepth) for (const member of members(value)) visit(member, depth + 1)
  }
  for (const value of values) visit(value, 0)
  return found
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
    return (values, root) => values.flatMap(members).filter((value) => matches(value, root))
  }
  const choices: Step[] = []
  do {
    choices.push(parseChoice(reader))
    skipSpaces(reader)
  } while (reader.text[reader.position] === ',' && ++reader.position)
  expect(reader, ']')
  return choices.length === 1
    ? (choices[0] as Step)
    : (values, root) => values.flatMap((value) => choices.flatMap((choice) => choice([value], root)))
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
  return (values) => {
    const found: JsonValue[] = []
    for (const value of values) {
      const item = Array.isArray(value) ? value.at(position) : undefined
      if (item !== undefined) found.push(item)
    }
    return found
  }
}

function range(start: number | undefined, end: number | undefined, step: number): Step {
  if (step <= 0) throw new JsonPathError('step must be > 0')
  return (values) =>
    values.flatMap((value) =>
      Array.isArray(value) ? value.slice(start, end).filter((_, position) => position % step === 0) : [],
    )
}

type Filter = (value: JsonValue, root: JsonValue) => boolean
type Operand = (value: JsonValue, root: JsonValue) => JsonValue[]

function parseFilter(reader: Reader): Filter {
  const left = parseOperand(reader)
  skipSpaces(reader)
  const operator = /^(==|!=|<=|>=|<|>)/.exec(reader.text.slice(reader.position))?.[0]
  if (operator === undefined) return (value, root) => left(value, root).length > 0
  reader.position += operator.length
  const right = parseOperand(reader)
  return (value, root) => {
    const lefts = left(value, root)
    const rights = right(value, root)
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
    return (value, root) => runSteps(steps, [next === '@' ? value : root], root)
  }
  const literal = /^(true|false|null|-?\d+(?:\.\d+)?)/.exec(reader.text.slice(reader.position))?.[0]
  if (literal === undefined) throw new JsonPathError('unrecognized operand in filter')
  reader.position += literal.length
  const value = JSON.parse(literal) as JsonValue
  return () => [value]
}
