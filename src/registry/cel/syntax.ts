import type { CelValue } from './values.ts'

/** The syntax tree of an expression, macros expanded. `position` is an offset into the text, for error messages. */
export type Expression =
  | Literal
  | Identifier
  | Select
  | Has
  | Index
  | Call
  | Logical
  | Conditional
  | ListLiteral
  | MapLiteral
  | MessageLiteral
  | Comprehension
  | Bind

interface Node {
  readonly position: number
}

export interface Literal extends Node {
  readonly kind: 'literal'
  readonly value: CelValue
}

export interface Identifier extends Node {
  readonly kind: 'identifier'
  readonly name: string
}

/** `operand.field`, or `operand.?field`. */
export interface Select extends Node {
  readonly kind: 'select'
  readonly operand: Expression
  readonly field: string
  readonly optional: boolean
}

/** `has(operand.field)`. */
export interface Has extends Node {
  readonly kind: 'has'
  readonly operand: Expression
  readonly field: string
}

/** `operand[index]`, or `operand[?index]`. */
export interface Index extends Node {
  readonly kind: 'index'
  readonly operand: Expression
  readonly index: Expression
  readonly optional: boolean
}

/** Operators are calls by cel-go's names: `_+_`, `!_`, `@in`. */
export interface Call extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly target: Expression | undefined
  readonly arguments: readonly Expression[]
}

export interface Logical extends Node {
  readonly kind: 'and' | 'or'
  readonly left: Expression
  readonly right: Expression
}

export interface Conditional extends Node {
  readonly kind: 'conditional'
  readonly condition: Expression
  readonly then: Expression
  readonly otherwise: Expression
}

export interface ListLiteral extends Node {
  readonly kind: 'list'
  readonly elements: readonly { readonly value: Expression; readonly optional: boolean }[]
}

export interface MapLiteral extends Node {
  readonly kind: 'map'
  readonly entries: readonly {
    readonly key: Expression
    readonly value: Expression
    readonly optional: boolean
  }[]
}

/** `Name{field: value}`: parsed so that it can be refused by name. */
export interface MessageLiteral extends Node {
  readonly kind: 'message'
  readonly name: string
  /** Where `{` is. */
  readonly brace: number
}

export type Macro =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'

/** A loop over a list or a map. `second` is set where two variables (index or key, and value) are declared. */
export interface Comprehension extends Node {
  readonly kind: 'comprehension'
  readonly macro: Macro
  readonly range: Expression
  readonly variable: string
  readonly second: string | undefined
  /** What selects items, where the macro takes both a condition and a result. */
  readonly condition: Expression | undefined
  readonly body: Expression
}

/** `value.optMap(name, body)` and `value.optFlatMap(name, body)`: the body over the value, where there is one. */
export interface Bind extends Node {
  readonly kind: 'bind'
  readonly variable: string
  readonly value: Expression
  readonly body: Expression
  readonly optional: 'map' | 'flatMap'
}

/** A fault of the text itself, with the place. */
export class CelSyntaxError extends Error {
  override readonly name = 'CelSyntaxError'
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.position = position
  }
}

/** Faults as cel-go prints them: line, column, the line itself and a caret. */
export function formatIssues(
  text: string,
  issues: readonly { readonly message: string; readonly position: number }[],
): string {
  return issues
    .map(({ message, position }) => {
      const before = text.slice(0, position).split('\n')
      const line = before.length
      const column = [...(before.at(-1) as string)].length
      const source = text.split('\n')[line - 1] ?? ''
      return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${source}\n | ${'.'.repeat(column)}^`
    })
    .join('\n')
}
