import { Composer, type CST, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml'
import { type Decoded, DecodeError } from './decode-error.ts'
import { decodeJson } from './decode-json.ts'
import type { JsonValue } from './object.ts'
import { YamlConverter } from './yaml-converter.ts'

/**
 * Reads the first document as the YAML library of Kubernetes does: `yes`, `on` and `y` are booleans, `0644` is octal,
 * there are no sexagesimal numbers, times stay texts, and keys of any scalar sort become texts. No document is null.
 * Throws DecodeError.
 */
export function decodeYaml(bytes: Buffer): Decoded<JsonValue> {
  const json = asJson(bytes)
  if (json !== undefined) return json
  for (const decoded of readDocuments(bytes)) return decoded
  return { value: null, duplicateFields: [] }
}

/** Reads every document of a file; documents without content are left out. Throws DecodeError. */
export function decodeYamlDocuments(bytes: Buffer): Decoded<JsonValue>[] {
  const json = asJson(bytes)
  const documents = json === undefined ? [...readDocuments(bytes)] : [json]
  return documents.filter(({ value }) => value !== null)
}

/** Most of what clients send as YAML is JSON, which is read a hundred times faster. */
function asJson(bytes: Buffer): Decoded<JsonValue> | undefined {
  if (!/^\s*\{/.test(bytes.toString('latin1', 0, 64))) return undefined
  try {
    const decoded = decodeJson(bytes)
    // What came twice is told by line, which JSON's decoder does not know.
    return decoded.duplicateFields.length === 0 ? decoded : undefined
  } catch (error) {
    // Perhaps a flow mapping, which looks the same at first.
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function* readDocuments(bytes: Buffer): Generator<Decoded<JsonValue>> {
  const text = bytes.toString('utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) {
    throw new DecodeError('yaml: control characters are not allowed')
  }
  const lines = new LineCounter()
  try {
    // Every scalar comes as the text that was written; what it means is ours to say.
    const composer = new Composer({
      schema: 'failsafe',
      version: '1.1',
      uniqueKeys: false,
      prettyErrors: false,
    })
    for (const document of composer.compose(parse(text, lines), true)) {
      const [fault] = document.errors
      if (fault !== undefined) throw new DecodeError(describeFault(fault, lines))
      // The types of the library tell parsed documents apart from made ones; nothing here does.
      yield new YamlConverter(document as Document, (offset) => lines.linePos(offset).line).convert()
    }
  } catch (error) {
    // The library recurses; nothing that we would accept nests as deep as the stack.
    if (error instanceof RangeError) throw new DecodeError('yaml: exceeded max depth')
    throw error
  }
}

/** Some 20,000 lines, which take the library less than half a second. */
const maxLexemes = 100_000

/** Stops at the first fault and at too long documents: the library would take many seconds to list all that is wrong. */
function* parse(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > maxLexemes) {
      throw new DecodeError(`yaml: the document has more than ${maxLexemes} tokens; send it as JSON`)
    }
    for (const token of parser.next(lexeme)) {
      yield token
      if (token.type === 'error') return
    }
  }
  yield* parser.end()
}

function describeFault(fault: YAMLError, lines: LineCounter): string {
  const { line } = lines.linePos(fault.pos[0])
  const message = fault.message.split('\n', 1)[0] ?? ''
  if (/call stack/.test(message)) return 'yaml: exceeded max depth'
  return `yaml: line ${line}: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}
