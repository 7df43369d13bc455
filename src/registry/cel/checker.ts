import { regularExpressionFault } from '../../apimachinery/regular-expression.ts'
import { parseDateTime, parseGoDuration } from '../../apimachinery/time-formats.ts'
import { memberOf } from './field-names.ts'
import { checkFormat } from './format-check.ts'
import type { CelFunction, Overload } from './function.ts'
import { qualifiedName } from './parser.ts'
import type { Call, Comprehension, Expression, ListLiteral } from './syntax.ts'
import * as types from './types.ts'
import { type Bindings, type CelType, formatType, isAssignable, substitute } from './types.ts'
import { CelUint } from './values.ts'

export interface Issue {
  readonly message: string
  readonly position: number
}

export interface CheckedExpression {
  readonly type: CelType
  readonly issues: readonly Issue[]
  /** The free variables that the expression reads. */
  readonly reads: ReadonlySet<string>
  /** The type of every part. */
  readonly types: ReadonlyMap<Expression, CelType>
  readonly calls: ReadonlyMap<Call, ResolvedCall>
}

/** What a call calls. */
export interface ResolvedCall {
  readonly name: string
  readonly isMethod: boolean
  /** More than one where only a run can tell. */
  readonly overloads: readonly Overload[]
}

/** More faults than these tell a reader nothing new. */
const maxIssues = 100

/** The static type of an expression over `variables`, and everything that cannot be right about it. */
export function checkExpression(
  expression: Expression,
  variables: ReadonlyMap<string, CelType>,
  functions: ReadonlyMap<string, CelFunction>,
): CheckedExpression {
  const checker = new Checker(functions)
  const type = checker.check(expression, new Scope(variables, undefined))
  const { issues, reads, types, calls } = checker
  // in the order of the text, whatever was looked at first
  const inOrder = issues.sort((left, right) => left.position - right.position)
  return { type, issues: inOrder.slice(0, maxIssues), reads, types, calls }
}

class Scope {
  readonly #own: ReadonlyMap<string, CelType>
  readonly #outer: Scope | undefined

  constructor(own: ReadonlyMap<string, CelType>, outer: Scope | undefined) {
    this.#own = own
    this.#outer = outer
  }

  get(name: string): CelType | undefined {
    return this.#own.get(name) ?? this.#outer?.get(name)
  }

  isFree(name: string): boolean {
    return this.#outer ? !this.#own.has(name) && this.#outer.isFree(name) : true
  }
}

/** The types that have names in expressions. */
export const typeNames: ReadonlyMap<string, { readonly type: CelType; readonly valueName: string }> = new Map(
  [
    ['bool', { type: types.bool, valueName: 'bool' }],
    ['int', { type: types.int, valueName: 'int' }],
    ['uint', { type: types.uint, valueName: 'uint' }],
    ['double', { type: types.double, valueName: 'double' }],
    ['string', { type: types.string, valueName: 'string' }],
    ['bytes', { type: types.bytes, valueName: 'bytes' }],
    ['list', { type: { kind: 'list', element: types.dyn }, valueName: 'list' }],
    ['map', { type: { kind: 'map', key: types.dyn, value: types.dyn }, valueName: 'map' }],
    ['null_type', { type: types.nullType, valueName: 'null_type' }],
    ['type', { type: { kind: 'type', of: types.dyn }, valueName: 'type' }],
    ['optional_type', { type: { kind: 'optional', value: types.dyn }, valueName: 'optional_type' }],
    ['google.protobuf.Timestamp', { type: types.timestamp, valueName: 'google.protobuf.Timestamp' }],
    ['google.protobuf.Duration', { type: types.duration, valueName: 'google.protobuf.Duration' }],
    ['net.IP', { type: types.readType('ip'), valueName: 'net.IP' }],
    ['net.CIDR', { type: types.readType('cidr'), valueName: 'net.CIDR' }],
    ['kubernetes.URL', { type: types.readType('url'), valueName: 'kubernetes.URL' }],
    ['kubernetes.Quantity', { type: types.readType('quantity'), valueName: 'kubernetes.Quantity' }],
    ['kubernetes.Semver', { type: types.readType('semver'), valueName: 'kubernetes.Semver' }],
  ],
)

const literalChecks: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['matches', (text: string) => regularExpressionFault(text) === undefined],
  ['duration', (text: string) => parseGoDuration(text) !== undefined],
  ['timestamp', (text: string) => parseDateTime(text) !== undefined],
])

class Checker {
  readonly issues: Issue[] = []
  readonly reads = new Set<string>()
  readonly types = new Map<Expression, CelType>()
  readonly calls = new Map<Call, ResolvedCall>()
  readonly #functions: ReadonlyMap<string, CelFunction>
  #allowsMixed = false

  constructor(functions: ReadonlyMap<string, CelFunction>) {
    this.#functions = functions
  }

  #fail(position: number, message: string): CelType {
    this.issues.push({ message, position })
    return types.dyn
  }

  check(expression: Expression, scope: Scope): CelType {
    const type = this.#check(expression, scope)
    this.types.set(expression, type)
    return type
  }

  #check(expression: Expression, scope: Scope): CelType {
    switch (expression.kind) {
      case 'literal':
        return literalType(expression.value)
      case 'identifier':
        return this.#identifier(expression.name, expression.position, scope)
      case 'select':
        return this.#select(expression, scope)
      case 'has': {
        const operand = this.check(expression.operand, scope)
        this.#field(unwrapped(operand), expression.field, expression.position)
        return types.bool
      }
      case 'index':
        return this.#index(expression, scope)
      case 'call':
        return this.#call(expression, scope)
      case 'and':
      case 'or':
        this.#expect(types.bool, expression.left, scope)
        this.#expect(types.bool, expression.right, scope)
        return types.bool
      case 'conditional': {
        const condition = this.check(expression.condition, scope)
        const then = this.check(expression.then, scope)
        const otherwise = this.check(expression.otherwise, scope)
        return this.#choose(expression.position, condition, then, otherwise)
      }
      case 'list': {
        const elements = expression.elements.map(({ value, optional }) => {
          const type = this.check(value, scope)
          return { type: optional ? this.#unwrap(type, value.position) : type, value }
        })
        return { kind: 'list', element: this.#homogeneous(elements) }
      }
      case 'map': {
        const keys = expression.entries.map(({ key }) => ({ type: this.check(key, scope), value: key }))
        const values = expression.entries.map(({ value, optional }) => {
          const type = this.check(value, scope)
          return { type: optional ? this.#unwrap(type, value.position) : type, value }
        })
        return { kind: 'map', key: this.#homogeneous(keys), value: this.#homogeneous(values) }
      }
      case 'message':
        return this.#fail(expression.brace, `undeclared reference to '${expression.name}' (in container '')`)
      case 'comprehension':
        return this.#comprehension(expression, scope)
      case 'bind': {
        const value = this.check(expression.value, scope)
        const bound = this.#unwrap(value, expression.value.position)
        const body = this.check(expression.body, new Scope(new Map([[expression.variable, bound]]), scope))
        if (expression.optional !== 'map') return body
        return { kind: 'optional', value: body }
      }
    }
  }

  #identifier(name: string, position: number, scope: Scope): CelType {
    const variable = scope.get(name)
    if (variable) {
      if (scope.isFree(name)) this.reads.add(name)
      return variable
    }
    const named = typeNames.get(name)
    if (named) return { kind: 'type', of: named.type }
    return this.#fail(position, `undeclared reference to '${name}' (in container '')`)
  }

  #expect(expected: CelType, expression: Expression, scope: Scope): void {
    const actual = this.check(expression, scope)
    if (!isAssignable(expected, actual)) {
      this.#fail(
        expression.position,
        `expected type '${formatType(expected)}' but found '${formatType(actual)}'`,
      )
    }
  }

  #unwrap(type: CelType, position: number): CelType {
    if (type.kind === 'dyn') return types.dyn
    if (type.kind === 'optional') return type.value
    return this.#fail(position, `expected type 'optional_type(dyn)' but found '${formatType(type)}'`)
  }

  #select(expression: Expression & { kind: 'select' }, scope: Scope): CelType {
    const name = qualifiedName(expression)
    const root = name?.split('.', 1)[0]
    if (name !== undefined && root !== undefined && !scope.get(root)) {
      const named = typeNames.get(name)
      if (named) return { kind: 'type', of: named.type }
    }
    const operand = this.check(expression.operand, scope)
    const field = this.#field(unwrapped(operand), expression.field, expression.position)
    return expression.optional || operand.kind === 'optional'
      ? { kind: 'optional', value: field.kind === 'optional' ? field.value : field }
      : field
  }

  #field(operand: CelType, field: string, position: number): CelType {
    switch (operand.kind) {
      case 'object':
        return memberOf(operand.fields, field) ?? this.#fail(position, `undefined field '${field}'`)
      case 'map':
        return operand.value
      case 'dyn':
        return types.dyn
      default:
        return this.#fail(position, `type '${formatType(operand)}' does not support field selection`)
    }
  }

  #index(expression: Expression & { kind: 'index' }, scope: Scope): CelType {
    const operand = this.check(expression.operand, scope)
    const index = this.check(expression.index, scope)
    const container = unwrapped(operand)
    let element: CelType = types.dyn
    let fits = true
    if (container.kind === 'list') {
      element = container.element
      fits = isAssignable(types.int, index)
    } else if (container.kind === 'map') {
      element = container.value
      fits = isAssignable(container.key, index)
    } else fits = container.kind === 'dyn'
    if (!fits) return this.#noOverload('_[_]', [operand, index], false, expression.position)
    return expression.optional || operand.kind === 'optional' ? { kind: 'optional', value: element } : element
  }

  #call(call: Call, scope: Scope): CelType {
    const namespaced = namespacedFunction(call, this.#functions, (name) => scope.get(name) !== undefined)
    const target = namespaced ? undefined : call.target
    const name = namespaced?.name ?? call.name
    const actual = [...(target ? [target] : []), ...call.arguments].map((each) =>
      name === 'format' && each.kind === 'list' ? this.#mixedList(each, scope) : this.check(each, scope),
    )
    this.#literalArgument(call)
    const found = this.#functions.get(name)
    if (!found) return this.#fail(call.position, `undeclared reference to '${name}' (in container '')`)
    const results: CelType[] = []
    const overloads: Overload[] = []
    for (const overload of found.overloads) {
      if (overload.method !== (target !== undefined)) continue
      const result = resultOf(overload, actual)
      if (!result) continue
      results.push(result)
      overloads.push(overload)
    }
    this.calls.set(call, { name, isMethod: target !== undefined, overloads })
    const [first] = results
    if (!first) return this.#noOverload(name, actual, target !== undefined, call.position)
    return results.every((each) => formatType(each) === formatType(first)) ? first : types.dyn
  }

  /** What `format` is given may be of any types, at any depth. */
  #mixedList(list: ListLiteral, scope: Scope): CelType {
    const outer = this.#allowsMixed
    this.#allowsMixed = true
    for (const { value } of list.elements) this.check(value, scope)
    this.#allowsMixed = outer
    return { kind: 'list', element: types.dyn }
  }

  /** Texts that can never be what they are meant to be are found before anybody runs into them. */
  #literalArgument(call: Call): void {
    if (call.name === 'format') this.#literalFormat(call)
    const isValid = literalChecks.get(call.name)
    const literal = call.arguments.at(-1)
    if (!isValid || literal?.kind !== 'literal' || typeof literal.value !== 'string') return
    if (!isValid(literal.value)) this.#fail(literal.position, `invalid ${call.name} argument`)
  }

  #literalFormat({ target, arguments: [values], position }: Call): void {
    if (target?.kind !== 'literal' || typeof target.value !== 'string' || values?.kind !== 'list') return
    const given = values.elements.map(({ value }) => ({ value, type: this.types.get(value) ?? types.dyn }))
    const fault = checkFormat(target.value, given)
    if (fault) this.#fail(fault.place?.position ?? position, fault.message)
  }

  #noOverload(name: string, actual: readonly CelType[], method: boolean, position: number): CelType {
    const shown = actual.map(formatType)
    const applied = method ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
    return this.#fail(position, `found no matching overload for '${name}' applied to '${applied}'`)
  }

  /** Kubernetes wants all of one type; what is empty takes the type of the others. */
  #homogeneous(members: readonly { type: CelType; value: Expression }[]): CelType {
    let joined: { type: CelType; isOpen: boolean } | undefined
    for (const { type, value } of members) {
      const isOpen = isEmpty(value)
      const fits =
        !joined ||
        (joined.isOpen || isOpen
          ? isAssignable(joined.type, type)
          : formatType(joined.type) === formatType(type))
      if (joined && !fits && this.#allowsMixed) return types.dyn
      if (joined && !fits) {
        const expected = formatType(joined.type)
        return this.#fail(value.position, `expected type '${expected}' but found '${formatType(type)}'`)
      }
      if (!joined || joined.isOpen) joined = { type, isOpen }
    }
    return joined?.type ?? types.dyn
  }

  /** The type of `condition ? left : right`. */
  #choose(position: number, condition: CelType, left: CelType, right: CelType): CelType {
    const chosen = isAssignable(left, right)
      ? left === types.nullType
        ? right
        : left
      : isAssignable(right, left)
        ? right
        : undefined
    if (chosen && isAssignable(types.bool, condition)) return chosen
    return this.#noOverload('_?_:_', [condition, left, right], false, position)
  }

  #comprehension(expression: Comprehension, scope: Scope): CelType {
    const range = this.check(expression.range, scope)
    const container = range.kind === 'parameter' ? types.dyn : range
    if (container.kind !== 'list' && container.kind !== 'map' && container.kind !== 'dyn') {
      return this.#fail(
        expression.range.position,
        `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
      )
    }
    const inner = new Scope(loopVariables(expression, container), scope)
    if (expression.macro === 'all' || expression.macro === 'exists') {
      this.#expect(types.bool, expression.body, inner)
      return types.bool
    }
    const { position } = expression
    if (expression.macro === 'existsOne') {
      const condition = this.check(expression.body, inner)
      this.#choose(position, condition, types.int, types.int)
      return types.bool
    }
    if (expression.macro === 'filter') {
      const condition = this.check(expression.body, inner)
      const kept: CelType =
        container.kind === 'map'
          ? { kind: 'list', element: container.key }
          : container.kind === 'list'
            ? container
            : { kind: 'list', element: types.dyn }
      return this.#choose(position, condition, kept, kept)
    }
    const condition = expression.condition && this.check(expression.condition, inner)
    const made = this.#transformed(expression, container, inner)
    return condition ? this.#choose(position, condition, made, made) : made
  }

  /** What the macros make that make something of every item. */
  #transformed(expression: Comprehension, container: CelType, inner: Scope): CelType {
    switch (expression.macro) {
      case 'transformMap': {
        const key =
          container.kind === 'map' ? container.key : container.kind === 'list' ? types.int : types.dyn
        return { kind: 'map', key, value: this.check(expression.body, inner) }
      }
      case 'transformMapEntry': {
        const body = this.check(expression.body, inner)
        if (body.kind === 'map' || body.kind === 'dyn') return body
        return this.#fail(
          expression.body.position,
          `expected type 'map(dyn, dyn)' but found '${formatType(body)}'`,
        )
      }
      default:
        return { kind: 'list', element: this.check(expression.body, inner) }
    }
  }
}

/** True of what has no members from which a type could be told. */
function isEmpty(expression: Expression): boolean {
  switch (expression.kind) {
    case 'list':
      return expression.elements.every(({ value }) => isEmpty(value))
    case 'map':
      return expression.entries.length === 0
    case 'call':
      return expression.name === 'none' && expression.arguments.length === 0
    default:
      return false
  }
}

function unwrapped(type: CelType): CelType {
  return type.kind === 'optional' ? type.value : type
}

function loopVariables(expression: Comprehension, container: CelType): Map<string, CelType> {
  const keyed = container.kind === 'map'
  const element = container.kind === 'list' ? container.element : keyed ? container.value : types.dyn
  const key = keyed ? container.key : container.kind === 'list' ? types.int : types.dyn
  return expression.second === undefined
    ? new Map([[expression.variable, keyed ? key : element]])
    : new Map([
        [expression.variable, key],
        [expression.second, element],
      ])
}

function literalType(value: unknown): CelType {
  switch (typeof value) {
    case 'boolean':
      return types.bool
    case 'bigint':
      return types.int
    case 'number':
      return types.double
    case 'string':
      return types.string
    default:
      return value === null ? types.nullType : value instanceof CelUint ? types.uint : types.bytes
  }
}

function resultOf(overload: Overload, actual: readonly CelType[]): CelType | undefined {
  if (overload.parameters.length !== actual.length) return undefined
  const bindings: Bindings = new Map()
  for (const [index, parameter] of overload.parameters.entries()) {
    if (!isAssignable(parameter, actual[index] as CelType, bindings)) return undefined
  }
  return substitute(overload.result, bindings)
}

/** `sets.contains(a, b)` is a call of the function `sets.contains`, unless `sets` is a variable. */
export function namespacedFunction(
  call: Call,
  functions: ReadonlyMap<string, CelFunction>,
  isVariable: (name: string) => boolean,
): CelFunction | undefined {
  const target = call.target && qualifiedName(call.target)
  if (target === undefined || isVariable(target.split('.', 1)[0] as string)) return undefined
  return functions.get(`${target}.${call.name}`)
}
