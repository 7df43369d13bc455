import { expandMacro } from './macros.ts'
import { CelSyntaxError, type Expression } from './syntax.ts'
import { type Token, tokenize } from './tokens.ts'
import { CelUint } from './values.ts'

/** Bounds on an expression, cel-go's own. */
const maxLength = 100_000
const maxDepth = 250

/** Everything that an operand can begin with. */
const operandStart =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

/** Words that are no names, not even of fields. */
const keywords = new Set(['true', 'false', 'null'])

const reserved = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'in',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

/** The syntax tree of an expression. Throws CelSyntaxError. */
export function parseExpression(text: string): Expression {
  if (text.length > maxLength) {
    throw new CelSyntaxError(
      `expression code point size exceeds limit: size: ${text.length}, limit ${maxLength}`,
      0,
    )
  }
  const parser = new Parser(tokenize(text))
  const expression = parser.expression()
  parser.end()
  return expression
}

/** Binary operators from the loosest to the tightest, without the logical ones. */
const levels: readonly (readonly string[])[] = [
  ['<', '<=', '>', '>=', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]

class Parser {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token
  }

  #is(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === symbol
  }

  #take(symbol: string): boolean {
    if (!this.#is(symbol)) return false
    this.#next++
    return true
  }

  /** `expected` is what could have stood here, in ANTLR's form. */
  #fail(expected = operandStart): never {
    const { source, position } = this.#token
    throw new CelSyntaxError(`Syntax error: mismatched input '${source}' expecting ${expected}`, position)
  }

  #expect(symbol: string): void {
    if (this.#take(symbol)) return
    const { source, position, kind } = this.#token
    if (kind === 'end' && symbol === ':') this.#fail("':'")
    throw new CelSyntaxError(`Syntax error: missing '${symbol}' at '${source}'`, position)
  }

  /** The end of a list of things with commas between them. */
  #close(symbol: string): void {
    if (!this.#take(symbol)) this.#fail(`{'${symbol}', ','}`)
  }

  end(): void {
    const { kind, source, position } = this.#token
    if (kind === 'end') return
    throw new CelSyntaxError(`Syntax error: extraneous input '${source}' expecting <EOF>`, position)
  }

  /** Guards every way down, so that no text can exhaust the stack. */
  #nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) {
      throw new CelSyntaxError(`expression recursion limit exceeded: ${maxDepth}`, this.#token.position)
    }
    const result = parse()
    this.#depth--
    return result
  }

  expression(): Expression {
    return this.#nested(() => {
      const condition = this.#or()
      const { position } = this.#token
      if (!this.#take('?')) return condition
      const then = this.#or()
      this.#expect(':')
      return { kind: 'conditional', condition, then, otherwise: this.expression(), position }
    })
  }

  #or(): Expression {
    return this.#balance('or', '||', () => this.#balance('and', '&&', () => this.#binary(0)))
  }

  /** Chains become balanced trees, so that a long one is not a deep one. */
  #balance(kind: 'and' | 'or', symbol: string, operand: () => Expression): Expression {
    const operands = [operand()]
    const positions: number[] = []
    while (this.#is(symbol)) {
      positions.push(this.#token.position)
      this.#next++
      operands.push(operand())
    }
    const build = (from: number, to: number): Expression => {
      if (from === to) return operands[from] as Expression
      const middle = (from + to) >> 1
      return {
        kind,
        left: build(from, middle),
        right: build(middle + 1, to),
        position: positions[middle] as number,
      }
    }
    return build(0, operands.length - 1)
  }

  #binary(level: number): Expression {
    const operators = levels[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    let count = 0
    for (;;) {
      const { text, position, kind } = this.#token
      if ((kind !== 'symbol' && text !== 'in') || !operators.includes(text)) return left
      if (++count > maxDepth)
        throw new CelSyntaxError(`expression recursion limit exceeded: ${maxDepth}`, position)
      this.#next++
      const right = this.#binary(level + 1)
      const name = text === 'in' ? '@in' : `_${text}_`
      left = { kind: 'call', name, target: undefined, arguments: [left, right], position }
    }
  }

  #unary(): Expression {
    return this.#nested(() => {
      const { position, text } = this.#token
      if (this.#is('-')) {
        const digits = this.#tokens[this.#next + 1] as Token
        if (digits.kind === 'int' || digits.kind === 'double') {
          this.#next++
          return this.#member(this.#primary('-'))
        }
      }
      if (this.#take('-') || this.#take('!')) {
        return { kind: 'call', name: `${text}_`, target: undefined, arguments: [this.#unary()], position }
      }
      return this.#member(this.#primary(''))
    })
  }

  #member(start: Expression): Expression {
    let operand = start
    for (let count = 0; ; count++) {
      const { position } = this.#token
      if (count > maxDepth)
        throw new CelSyntaxError(`expression recursion limit exceeded: ${maxDepth}`, position)
      if (this.#take('.')) {
        const optional = this.#take('?')
        const field = this.#token
        if (keywords.has(field.text) && field.kind === 'identifier') this.#fail('IDENTIFIER')
        if ((field.kind !== 'identifier' && field.kind !== 'quoted-identifier') || field.text === 'in') {
          const at = field.kind === 'end' ? field.position : position
          const shown = field.kind === 'end' ? '.' : `.${field.source}`
          throw new CelSyntaxError(`Syntax error: no viable alternative at input '${shown}'`, at)
        }
        this.#next++
        if (!optional && field.kind === 'identifier' && this.#is('(')) {
          const at = this.#token.position
          operand = this.#call(field, operand, at)
        } else operand = { kind: 'select', operand, field: field.text, optional, position }
      } else if (this.#take('[')) {
        const optional = this.#take('?')
        const index = this.expression()
        this.#expect(']')
        operand = { kind: 'index', operand, index, optional, position }
      } else if (this.#is('{')) {
        const name = qualifiedName(operand)
        if (name === undefined) return operand
        this.#skipMessage()
        operand = { kind: 'message', name, brace: position, position: operand.position }
      } else return operand
    }
  }

  #call(name: Token, target: Expression | undefined, position: number): Expression {
    this.#expect('(')
    const parameters: Expression[] = []
    if (!this.#is(')')) {
      do parameters.push(this.expression())
      while (this.#take(','))
    }
    this.#expect(')')
    return (
      expandMacro(name.text, target, parameters, position) ?? {
        kind: 'call',
        name: name.text,
        target,
        arguments: parameters,
        position,
      }
    )
  }

  #primary(sign: '' | '-'): Expression {
    const token = this.#token
    const { position } = token
    switch (token.kind) {
      case 'identifier': {
        if (reserved.has(token.text)) {
          throw new CelSyntaxError(`reserved identifier: ${token.text}`, position)
        }
        this.#next++
        if (token.text === 'true' || token.text === 'false') {
          return { kind: 'literal', value: token.text === 'true', position }
        }
        if (token.text === 'null') return { kind: 'literal', value: null, position }
        return this.#is('(')
          ? this.#call(token, undefined, this.#token.position)
          : { kind: 'identifier', name: token.text, position }
      }
      case 'int': {
        this.#next++
        const value = BigInt(token.text) * (sign === '-' ? -1n : 1n)
        if (BigInt.asIntN(64, value) !== value) throw new CelSyntaxError('invalid int literal', position)
        return { kind: 'literal', value, position }
      }
      case 'uint': {
        this.#next++
        const value = BigInt(token.text)
        if (BigInt.asUintN(64, value) !== value) throw new CelSyntaxError('invalid uint literal', position)
        return { kind: 'literal', value: new CelUint(value), position }
      }
      case 'double': {
        this.#next++
        const value = Number(token.text)
        if (!Number.isFinite(value)) throw new CelSyntaxError('invalid double literal', position)
        return { kind: 'literal', value: sign === '-' ? -value : value, position }
      }
      case 'string':
        this.#next++
        return { kind: 'literal', value: token.text, position }
      case 'bytes':
        this.#next++
        return { kind: 'literal', value: token.bytes as Uint8Array, position }
      case 'symbol':
        return this.#symbol(token)
      default:
        return this.#fail()
    }
  }

  #symbol(token: Token): Expression {
    const { position } = token
    if (this.#take('(')) {
      const inner = this.expression()
      this.#expect(')')
      return inner
    }
    if (this.#take('[')) return this.#list(position)
    if (this.#take('{')) return this.#map(position)
    if (this.#take('.')) {
      // a leading dot names from the root, and everything of ours is there
      const name = this.#token
      if (name.kind !== 'identifier') this.#fail('IDENTIFIER')
      return this.#primary('')
    }
    return this.#fail()
  }

  #list(position: number): Expression {
    const elements: { value: Expression; optional: boolean }[] = []
    while (!this.#is(']')) {
      const optional = this.#take('?')
      elements.push({ value: this.expression(), optional })
      if (!this.#take(',')) break
    }
    this.#close(']')
    return { kind: 'list', elements, position }
  }

  #map(position: number): Expression {
    const entries: { key: Expression; value: Expression; optional: boolean }[] = []
    while (!this.#is('}')) {
      const optional = this.#take('?')
      const key = this.expression()
      this.#expect(':')
      entries.push({ key, value: this.expression(), optional })
      if (!this.#take(',')) break
    }
    this.#close('}')
    return { kind: 'map', entries, position }
  }

  #skipMessage(): void {
    this.#expect('{')
    while (!this.#is('}')) {
      this.#take('?')
      if (this.#token.kind !== 'identifier') this.#fail("{'}', '?', IDENTIFIER}")
      this.#next++
      this.#expect(':')
      this.expression()
      if (!this.#take(',')) break
    }
    this.#expect('}')
  }
}

/** `a.b.c` as text, where an expression is nothing but names. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name
  if (expression.kind !== 'select' || expression.optional) return undefined
  const operand = qualifiedName(expression.operand)
  return operand === undefined ? undefined : `${operand}.${expression.field}`
}
