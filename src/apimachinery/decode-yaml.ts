import { Composer, type CST, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml'
import { type Decoded, DecodeError } from './decode-error.ts'
import { decodeJson } from './decode-json.ts'
import type { JsonValue } from './object.ts'
import { YamlConverter } from './yaml-converter.ts'

/**
 * Reads the first document as the YAML library of Kubernetes does: `yes`, `on` and `y` are booleans, `0644` is octal,
 * there are no sexagesimal numbers, times stay texts, and keys of any scalar sort become texts. No document is null.
 * Throws DecodeError, and TooManyValuesError.
 *
 * The library takes its time for long documents. Whoever lets others have their turn takes one step after another.
 */
export function* decodeYamlInSteps(
  bytes: Buffer,
  maxValues?: number,
): Generator<undefined, Decoded<JsonValue>> {
  const json = asJson(bytes, maxValues)
  return json ?? (yield* readDocument(bytes, maxValues))
}

/** The same at once. */
export function decodeYaml(bytes: Buffer, maxValues?: number): Decoded<JsonValue> {
  const steps = decodeYamlInSteps(bytes, maxValues)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** Most of what clients send as YAML is JSON, which is read a hundred times faster. */
function asJson(bytes: Buffer, maxValues: number | undefined): Decoded<JsonValue> | undefined {
  if (!/^\s*\{/.test(bytes.toString('latin1', 0, 64))) return undefined
  try {
    const decoded = decodeJson(bytes, maxValues)
    // What came twice is told by line, which JSON's decoder does not know.
    return decoded.duplicateFields.length === 0 ? decoded : undefined
  } catch (error) {
    // Perhaps a flow mapping, which looks the same at first.
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** What takes the library some milliseconds. */
const lexemesPerStep = 5_000
/** Some 13,000 lines. */
const maxLexemes = 100_000
/** However long a scalar is, the library unfolds it in one go. */
const maxLines = 100_000
/** Of each that it does not know, the library makes a warning. */
const maxDirectives = 100

function* readDocument(
  bytes: Buffer,
  maxValues: number | undefined,
): Generator<undefined, Decoded<JsonValue>> {
  const text = bytes.toString('utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) {
    throw new DecodeError('yaml: control characters are not allowed')
  }
  checkLines(bytes)
  const lines = new LineCounter()
  try {
    const document = yield* firstDocument(text, lines)
    if (document === undefined) return { value: null, duplicateFields: [] }
    const [fault] = document.errors
    if (fault !== undefined) throw new DecodeError(describeFault(fault, lines))
    return new YamlConverter(document, (offset) => lines.linePos(offset).line, maxValues).convert()
  } catch (error) {
    // The library recurses; nothing that we would accept nests as deep as the stack.
    if (error instanceof RangeError) throw new DecodeError('yaml: exceeded max depth')
    throw error
  }
}

function checkLines(bytes: Buffer): void {
  const lineFeed = 0x0a
  let lines = 1
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
    if (++lines > maxLines) throw tooLong(`${maxLines} lines`)
  }
}

function tooLong(most: string): DecodeError {
  return new DecodeError(`yaml: the document has more than ${most}; send it as JSON`)
}

/** Stops at the first fault and at too long documents: the library would take many seconds to list all that is wrong. */
function* firstDocument(text: string, lines: LineCounter): Generator<undefined, Document | undefined> {
  const parser = new Parser(lines.addNewLine)
  // Every scalar comes as the text that was written; what it means is ours to say.
  const composer = new Composer({
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    prettyErrors: false,
  })
  lines.addNewLine(0)
  let lexemes = 0
  let directives = 0
  let isFaulty = false
  const compose = (tokens: Iterable<CST.Token>): Document | undefined => {
    for (const token of tokens) {
      if (token.type === 'directive' && ++directives > maxDirectives)
        throw tooLong(`${maxDirectives} directives`)
      for (const document of composer.next(token)) return document as Document
      isFaulty = token.type === 'error'
      if (isFaulty) break
    }
    return undefined
  }
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > maxLexemes) throw tooLong(`${maxLexemes} tokens`)
    const document = compose(parser.next(lexeme))
    if (document !== undefined) return document
    if (isFaulty) break
    if (lexemes % lexemesPerStep === 0) yield
  }
  const document = isFaulty ? undefined : compose(parser.end())
  if (document !== undefined) return document
  for (const last of composer.end(true)) return last as Document
  return undefined
}

function describeFault(fault: YAMLError, lines: LineCounter): string {
  const { line } = lines.linePos(fault.pos[0])
  const message = fault.message.split('\n', 1)[0] ?? ''
  if (/call stack/.test(message)) return 'yaml: exceeded max depth'
  return `yaml: line ${line}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}
