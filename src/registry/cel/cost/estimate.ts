import type { CheckedExpression } from '../checker.ts'
import type { Bind, Call, Comprehension, Expression } from '../syntax.ts'
import type { CelType } from '../types.ts'
import * as types from '../types.ts'
import { callCost, type Operand } from './call-costs.ts'
import { type DeclaredSize, sizeAt } from './declared-sizes.ts'
import { exactly, type SizeRange, saturated, union, unknownSize } from './size-range.ts'

/**
 * What an expression costs at most, in cel-go's units, over data as large as its schema allows: what Kubernetes admits
 * rules by. `root` is the size of what `self` and `oldSelf` are.
 */
export function estimateCost(expression: Expression, checked: CheckedExpression, root: DeclaredSize): number {
  return new Estimator(checked, root).cost(expression)
}

type Path = readonly string[]

/** How large the keys (or indices) and the values of a list or map are that the expression itself makes. */
interface EntrySizes {
  readonly isList: boolean
  readonly key: SizeRange
  readonly value: SizeRange
}

interface Variable {
  readonly path: Path
  readonly size: SizeRange | undefined
  readonly entries: EntrySizes | undefined
}

type Variables = ReadonlyMap<string, Variable>

const listCreation = 10
const mapCreation = 30

const one = exactly(1)
const nothing = exactly(0)
const noEntries: EntrySizes = { isList: true, key: one, value: nothing }

/** What goes around a loop beside its body: the condition, the step, and at the end the result. */
const loopCosts: Readonly<Record<'all' | 'exists' | 'existsOne', { perStep: number; result: number }>> = {
  all: { perStep: 3, result: 1 },
  exists: { perStep: 4, result: 1 },
  existsOne: { perStep: 2, result: 2 },
}

class Estimator {
  readonly #checked: CheckedExpression
  readonly #root: DeclaredSize
  readonly #paths = new Map<Expression, Path>()
  readonly #sizes = new Map<Expression, SizeRange>()
  readonly #entries = new Map<Expression, EntrySizes>()
  #variables: Variables = new Map()

  constructor(checked: CheckedExpression, root: DeclaredSize) {
    this.#checked = checked
    this.#root = root
  }

  cost(expression: Expression): number {
    return saturated(this.#cost(expression))
  }

  #cost(expression: Expression): number {
    switch (expression.kind) {
      case 'literal':
      case 'message':
        return 0
      case 'identifier':
        this.#paths.set(expression, this.#variables.get(expression.name)?.path ?? [expression.name])
        return 1
      case 'select':
        return this.#select(expression)
      case 'has':
        return this.cost(expression.operand)
      case 'index':
        return this.#index(expression)
      case 'call':
        return this.#call(expression)
      case 'and':
      case 'or':
        return this.cost(expression.left) + this.cost(expression.right)
      case 'conditional':
        return this.#conditional(expression)
      case 'list':
        return this.#list(expression)
      case 'map':
        return this.#map(expression)
      case 'comprehension':
        return this.#comprehension(expression)
      case 'bind':
        return this.#bind(expression)
    }
  }

  #type(expression: Expression): CelType {
    return this.#checked.types.get(expression) ?? types.dyn
  }

  #path(expression: Expression): Path {
    if (expression.kind === 'identifier') {
      const variable = this.#variables.get(expression.name)
      if (variable) return variable.path
    }
    return this.#paths.get(expression) ?? []
  }

  /** Of a part of the data; the first segment is the variable, and both variables are of one schema. */
  #declared(path: Path): SizeRange | undefined {
    if (path.length === 0) return undefined
    const size = sizeAt(this.#root, path.slice(1))
    return size && { min: 0, max: size.maxElements }
  }

  #size(expression: Expression): SizeRange | undefined {
    const known = this.#sizes.get(expression) ?? literalSize(expression)
    if (known) return known
    const declared = this.#declared(this.#path(expression))
    if (declared) {
      this.#sizes.set(expression, declared)
      return declared
    }
    if (isScalar(this.#type(expression))) return one
    return expression.kind === 'identifier' ? this.#variables.get(expression.name)?.size : undefined
  }

  #sizeOrUnknown(expression: Expression): SizeRange {
    return this.#size(expression) ?? unknownSize
  }

  #entriesOf(expression: Expression): EntrySizes | undefined {
    const known = this.#entries.get(expression)
    if (known || expression.kind !== 'identifier') return known
    return this.#variables.get(expression.name)?.entries
  }

  #keep(expression: Expression, size: SizeRange | undefined, entries?: EntrySizes): void {
    if (size) this.#sizes.set(expression, size)
    if (entries) this.#entries.set(expression, entries)
  }

  #operand(expression: Expression): Operand {
    const path = this.#path(expression)
    return {
      expression,
      type: this.#type(expression),
      size: this.#size(expression),
      itemSize: path.length === 0 ? undefined : this.#declared([...path, '@items']),
    }
  }

  /** Runs `body` with further variables; those of the same names are hidden meanwhile. */
  #with<T>(variables: readonly (readonly [string, Variable])[], body: () => T): T {
    const outer = this.#variables
    this.#variables = new Map([...outer, ...variables])
    const result = body()
    this.#variables = outer
    return result
  }

  #select(expression: Expression & { kind: 'select' }): number {
    const { operand, field, optional } = expression
    if (this.#type(expression).kind === 'type') {
      // a name with dots is one name
      this.#paths.set(expression, [field])
      return 1
    }
    const cost = this.cost(operand)
    if (optional) return cost + 1
    this.#paths.set(expression, [...this.#path(operand), field])
    const { kind } = this.#type(operand)
    return kind === 'map' || kind === 'object' || kind === 'parameter' ? cost + 1 : cost
  }

  #index(expression: Expression & { kind: 'index' }): number {
    const { operand, index, optional } = expression
    const cost = this.cost(operand) + this.cost(index) + 1
    const { kind } = this.#type(operand)
    let size: SizeRange | undefined
    if (!optional && (kind === 'list' || kind === 'map')) {
      size = this.#entriesOf(operand)?.value
      this.#paths.set(expression, [...this.#path(operand), kind === 'list' ? '@items' : '@values'])
    }
    this.#keep(expression, size ?? this.#size(expression))
    return cost
  }

  #conditional(expression: Expression & { kind: 'conditional' }): number {
    const { condition, then, otherwise } = expression
    const cost = this.cost(condition) + Math.max(this.cost(then), this.cost(otherwise))
    this.#keep(
      expression,
      union(this.#sizeOrUnknown(then), this.#sizeOrUnknown(otherwise)),
      joined(this.#entriesOf(then), this.#entriesOf(otherwise)),
    )
    return cost
  }

  #list(expression: Expression & { kind: 'list' }): number {
    let cost = listCreation
    const sizes: SizeRange[] = []
    for (const { value } of expression.elements) {
      cost += this.cost(value)
      sizes.push(this.#sizeOrUnknown(value))
    }
    this.#keep(expression, undefined, { isList: true, key: one, value: widest(sizes) })
    return cost
  }

  #map(expression: Expression & { kind: 'map' }): number {
    let cost = mapCreation
    const keys: SizeRange[] = []
    const values: SizeRange[] = []
    for (const { key, value } of expression.entries) {
      cost += this.cost(key) + this.cost(value)
      keys.push(this.#sizeOrUnknown(key))
      values.push(this.#sizeOrUnknown(value))
    }
    this.#keep(expression, undefined, { isList: false, key: widest(keys), value: widest(values) })
    return cost
  }

  #call(call: Call): number {
    const resolved = this.#checked.calls.get(call)
    const [first] = call.arguments
    if (!resolved) return 0
    const { name, overloads } = resolved
    const target = resolved.isMethod ? call.target : undefined
    const costs = call.arguments.map((each) => this.cost(each))
    let cost = costs.reduce((sum, each) => sum + each, target ? this.cost(target) : 0)
    if (name === 'dyn' && first) {
      this.#keep(call, this.#size(first), this.#entriesOf(first))
      return cost + 1
    }
    const parameters = call.arguments.map((each) => this.#operand(each))
    const targetOperand = target && this.#operand(target)
    let most = 0
    let size: SizeRange | undefined
    for (const overload of overloads) {
      const each = callCost(name, overload, targetOperand, parameters)
      most = Math.max(most, each.cost)
      if (each.size) size = size ? union(size, each.size) : each.size
    }
    cost += most
    const [left, right] = call.arguments
    const entries =
      name === '_+_' && left && right ? joined(this.#entriesOf(left), this.#entriesOf(right)) : undefined
    this.#keep(call, size ?? this.#size(call), entries)
    return cost
  }

  /** `target.hasValue() ? optional.of(<body over target.value()>) : optional.none()`: the target is asked for twice. */
  #bind(bind: Bind): number {
    const target = this.cost(bind.value)
    const type = this.#type(bind.value)
    const value = type.kind === 'optional' ? type.value : types.dyn
    const variable: Variable = { path: [], size: isScalar(value) ? one : undefined, entries: undefined }
    const body = this.#with([[bind.variable, variable]], () => this.cost(bind.body))
    const made = listCreation + target + 1 + body + (bind.optional === 'map' ? 1 : 0)
    this.#keep(bind, isScalar(this.#type(bind)) ? one : unknownSize)
    return target + 1 + Math.max(made, 1)
  }

  #loopVariables({ range, variable, second }: Comprehension): (readonly [string, Variable])[] {
    const entries = this.#entriesOf(range)
    const isList = entries ? entries.isList : this.#type(range).kind === 'list'
    const path = this.#path(range)
    const value: Variable = {
      path: [...path, isList ? '@items' : '@values'],
      size: entries?.value,
      entries: undefined,
    }
    const key = (segment: string): Variable => ({
      path: [...path, segment],
      size: entries?.key,
      entries: undefined,
    })
    if (second === undefined) return [[variable, isList ? value : key('@keys')]]
    return [
      [variable, key(isList ? '@indices' : '@keys')],
      [second, value],
    ]
  }

  #comprehension(expression: Comprehension): number {
    const { macro, range, condition, body } = expression
    const source = this.cost(range)
    const variables = this.#loopVariables(expression)
    const makesMap = macro === 'transformMap' || macro === 'transformMapEntry'
    const step = this.#with(variables, () => {
      if (macro === 'all' || macro === 'exists' || macro === 'existsOne') {
        return this.cost(body) + loopCosts[macro].perStep
      }
      if (macro === 'filter') {
        const [item] = variables as [readonly [string, Variable]]
        const kept = this.#declared(item[1].path) ?? item[1].size ?? unknownSize
        this.#keep(expression, undefined, joined(noEntries, { isList: true, key: one, value: kept }))
        return this.cost(body) + listCreation + 3
      }
      const filter = condition ? this.cost(condition) : 0
      const made = this.cost(body)
      if (makesMap) return filter + made + (macro === 'transformMap' ? 3 : 2)
      const value = this.#sizeOrUnknown(body)
      this.#keep(expression, undefined, joined(noEntries, { isList: true, key: one, value }))
      return filter + made + listCreation + 2
    })
    const count = this.#sizeOrUnknown(range)
    let start = 0
    let result = 1
    if (macro === 'all' || macro === 'exists' || macro === 'existsOne') {
      result = loopCosts[macro].result
      this.#keep(expression, one)
    } else {
      start = makesMap ? mapCreation : listCreation
      this.#keep(expression, count)
    }
    return source + start + saturated(count.max * step) + result
  }
}

function joined(left: EntrySizes | undefined, right: EntrySizes | undefined): EntrySizes | undefined {
  if (!left || !right) return undefined
  return { isList: left.isList, key: union(left.key, right.key), value: union(left.value, right.value) }
}

function widest(sizes: readonly SizeRange[]): SizeRange {
  return sizes.length === 0 ? nothing : sizes.reduce(union)
}

function literalSize(expression: Expression): SizeRange | undefined {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression
      if (typeof value === 'string') return exactly([...value].length)
      return value instanceof Uint8Array ? exactly(value.length) : one
    }
    case 'list':
      return exactly(expression.elements.length)
    case 'map':
      return exactly(expression.entries.length)
    default:
      return undefined
  }
}

const scalars = new Set<CelType>([
  types.bool,
  types.int,
  types.uint,
  types.double,
  types.timestamp,
  types.duration,
])

function isScalar(type: CelType): boolean {
  return type.kind === 'optional' ? isScalar(type.value) : scalars.has(type)
}
