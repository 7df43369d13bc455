import { namespacedFunction, typeNames } from './checker.ts'
import type { CelFunction, Meter } from './function.ts'
import { qualifiedName } from './parser.ts'
import type { Bind, Call, Comprehension, Expression } from './syntax.ts'
import {
  asNumeric,
  CelError,
  CelList,
  type CelMap,
  CelOptional,
  CelTypeValue,
  CelUint,
  type CelValue,
  compareValues,
  isMap,
  LiteralMap,
  noSuchOverload,
} from './values.ts'

/** Thrown when an evaluation has cost more than it may; no operator of the language absorbs it. */
export class CostExceeded extends Error {
  override readonly name = 'CostExceeded'
}

/** One evaluation: the variables by slot, and what it has cost so far. */
class Frame implements Meter {
  readonly slots: CelValue[]
  cost = 0
  readonly #limit: number

  constructor(slots: CelValue[], limit: number) {
    this.slots = slots
    this.#limit = limit
  }

  charge(cost: number): void {
    this.cost += cost
    if (this.cost > this.#limit) throw new CostExceeded('operation cancelled: actual cost limit exceeded')
  }
}

type Evaluate = (frame: Frame) => CelValue

export interface Outcome {
  /** The value, or the error that there is none. */
  readonly value: CelValue | CelError
  readonly cost: number
  readonly exceeded: boolean
}

/** Runs an expression over the values of its variables. Never throws for what an expression or its data can do. */
export type Program = (values: readonly CelValue[], costLimit: number) => Outcome

/** Makes a program of a checked expression; the values are given in the order of `variables`. */
export function compileProgram(
  expression: Expression,
  variables: readonly string[],
  functions: ReadonlyMap<string, CelFunction>,
): Program {
  const evaluate = new Compiler(functions).compile(expression, variables)
  return (values, costLimit) => {
    const frame = new Frame([...values], costLimit)
    try {
      return { value: evaluate(frame), cost: frame.cost, exceeded: false }
    } catch (error) {
      if (error instanceof CelError) return { value: error, cost: frame.cost, exceeded: false }
      if (error instanceof CostExceeded) {
        return { value: new CelError(error.message), cost: frame.cost, exceeded: true }
      }
      throw error
    }
  }
}

/** Names in scope, by slot. */
type Names = readonly string[]

class Compiler {
  readonly #functions: ReadonlyMap<string, CelFunction>

  constructor(functions: ReadonlyMap<string, CelFunction>) {
    this.#functions = functions
  }

  compile(expression: Expression, names: Names): Evaluate {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression
        return () => value
      }
      case 'identifier':
        return this.#identifier(expression.name, names)
      case 'select':
        return this.#select(expression, names)
      case 'has': {
        const operand = this.compile(expression.operand, names)
        const { field } = expression
        return (frame) => {
          frame.charge(1)
          return hasField(operand(frame), field)
        }
      }
      case 'index': {
        const operand = this.compile(expression.operand, names)
        const index = this.compile(expression.index, names)
        const { optional } = expression
        return (frame) => {
          frame.charge(1)
          const container = operand(frame)
          return optional || container instanceof CelOptional
            ? optionally(container, (inner) => lookUp(inner, index(frame)))
            : existing(container, index(frame))
        }
      }
      case 'call':
        return this.#call(expression, names)
      case 'and':
      case 'or':
        return this.#logical(expression, names)
      case 'conditional': {
        const condition = this.compile(expression.condition, names)
        const then = this.compile(expression.then, names)
        const otherwise = this.compile(expression.otherwise, names)
        return (frame) => (truth(condition(frame)) ? then(frame) : otherwise(frame))
      }
      case 'list':
        return this.#list(expression, names)
      case 'map':
        return this.#map(expression, names)
      case 'message':
        return () => {
          throw new CelError(`unknown type: ${expression.name}`)
        }
      case 'comprehension':
        return this.#comprehension(expression, names)
      case 'bind':
        return this.#bind(expression, names)
    }
  }

  #identifier(name: string, names: Names): Evaluate {
    const slot = names.lastIndexOf(name)
    if (slot !== -1) {
      return (frame) => {
        frame.charge(1)
        return frame.slots[slot] as CelValue
      }
    }
    const type = new CelTypeValue(typeNames.get(name)?.valueName ?? name)
    return typeNames.has(name)
      ? () => type
      : () => {
          throw new CelError(`no such attribute(s): ${name}`)
        }
  }

  #select(expression: Expression & { kind: 'select' }, names: Names): Evaluate {
    const name = qualifiedName(expression)
    const named = name === undefined ? undefined : typeNames.get(name)
    if (named && name && !names.includes(name.split('.', 1)[0] as string)) {
      const value = new CelTypeValue(named.valueName)
      return () => value
    }
    const operand = this.compile(expression.operand, names)
    const { field, optional } = expression
    return (frame) => {
      frame.charge(1)
      const container = operand(frame)
      if (optional || container instanceof CelOptional) {
        return optionally(container, (inner) => {
          if (!isMap(inner)) throw new CelError(noSuchOverload)
          return inner.get(field)
        })
      }
      if (!isMap(container)) throw new CelError(noSuchOverload)
      const value = container.get(field)
      if (value === undefined) throw new CelError(`no such key: ${field}`)
      return value
    }
  }

  #call(call: Call, names: Names): Evaluate {
    const namespaced = namespacedFunction(call, this.#functions, (name) => names.includes(name))
    const found = namespaced ?? this.#functions.get(call.name)
    if (!found) {
      return () => {
        throw new CelError(`unbound function: ${call.name}`)
      }
    }
    const parameters = [...(namespaced || !call.target ? [] : [call.target]), ...call.arguments].map((each) =>
      this.compile(each, names),
    )
    const method = !namespaced && call.target !== undefined
    const fits = found.overloads.some(
      (overload) => overload.method === method && overload.parameters.length === parameters.length,
    )
    if (!fits) {
      return () => {
        throw new CelError(noSuchOverload)
      }
    }
    const { call: implementation } = found
    const [first, second] = parameters
    if (parameters.length === 1 && first) {
      return (frame) => {
        frame.charge(1)
        return implementation([first(frame)], frame)
      }
    }
    if (parameters.length === 2 && first && second) {
      return (frame) => {
        frame.charge(1)
        return implementation([first(frame), second(frame)], frame)
      }
    }
    return (frame) => {
      frame.charge(1)
      return implementation(
        parameters.map((each) => each(frame)),
        frame,
      )
    }
  }

  /** One side decides alone where it can, whatever the other side's error. */
  #logical(expression: Expression & { kind: 'and' | 'or' }, names: Names): Evaluate {
    const left = this.compile(expression.left, names)
    const right = this.compile(expression.right, names)
    const deciding = expression.kind === 'or'
    return (frame) => {
      let fault: CelError | undefined
      try {
        if (truth(left(frame)) === deciding) return deciding
      } catch (error) {
        if (!(error instanceof CelError)) throw error
        fault = error
      }
      if (!fault) return truth(right(frame))
      try {
        if (truth(right(frame)) === deciding) return deciding
      } catch (error) {
        if (!(error instanceof CelError)) throw error
      }
      throw fault
    }
  }

  #list(expression: Expression & { kind: 'list' }, names: Names): Evaluate {
    const elements = expression.elements.map(({ value, optional }) => ({
      evaluate: this.compile(value, names),
      optional,
    }))
    return (frame) => {
      frame.charge(10)
      const items: CelValue[] = []
      for (const { evaluate, optional } of elements) {
        const value = evaluate(frame)
        if (!optional) items.push(value)
        else if (value instanceof CelOptional) {
          if (value.value !== undefined) items.push(value.value)
        } else throw new CelError(noSuchOverload)
      }
      return new CelList(items)
    }
  }

  #map(expression: Expression & { kind: 'map' }, names: Names): Evaluate {
    const entries = expression.entries.map(({ key, value, optional }) => ({
      key: this.compile(key, names),
      value: this.compile(value, names),
      optional,
    }))
    return (frame) => {
      frame.charge(30)
      const pairs: [CelValue, CelValue][] = []
      for (const entry of entries) {
        const key = entry.key(frame)
        const value = entry.value(frame)
        if (!entry.optional) pairs.push([key, value])
        else if (value instanceof CelOptional) {
          if (value.value !== undefined) pairs.push([key, value.value])
        } else throw new CelError(noSuchOverload)
      }
      return new LiteralMap(pairs)
    }
  }

  #bind(expression: Bind, names: Names): Evaluate {
    const value = this.compile(expression.value, names)
    const slot = names.length
    const body = this.compile(expression.body, [...names, expression.variable])
    const { optional } = expression
    return (frame) => {
      const bound = value(frame)
      if (!optional) {
        frame.slots[slot] = bound
        return body(frame)
      }
      if (!(bound instanceof CelOptional)) throw new CelError(noSuchOverload)
      if (bound.value === undefined) return CelOptional.none
      frame.slots[slot] = bound.value
      const result = body(frame)
      return optional === 'map' ? new CelOptional(result) : result
    }
  }

  #comprehension(expression: Comprehension, names: Names): Evaluate {
    const range = this.compile(expression.range, names)
    const slot = names.length
    const inner =
      expression.second === undefined
        ? [...names, expression.variable]
        : [...names, expression.variable, expression.second]
    const body = this.compile(expression.body, inner)
    const condition = expression.condition && this.compile(expression.condition, inner)
    const loop = loops[expression.macro]
    const twoVariables = expression.second !== undefined
    return (frame) => {
      const steps = stepsOf(range(frame), twoVariables)
      const enter = (step: Step) => {
        frame.charge(1)
        frame.slots[slot] = step.first
        if (twoVariables) frame.slots[slot + 1] = step.second
      }
      return loop({
        frame,
        steps,
        selects: (step) => {
          enter(step)
          return condition === undefined || truth(condition(frame))
        },
        evaluate: (step) => {
          if (condition === undefined) enter(step)
          return body(frame)
        },
      })
    }
  }
}

interface Step {
  readonly first: CelValue
  readonly second: CelValue
}

function* stepsOf(range: CelValue, twoVariables: boolean): IterableIterator<Step> {
  if (range instanceof CelList) {
    for (let index = 0; index < range.size; index++) {
      const item = range.at(index)
      yield twoVariables ? { first: BigInt(index), second: item } : { first: item, second: null }
    }
  } else if (isMap(range) && !range.isObject) {
    for (const key of range.keys()) {
      yield { first: key, second: twoVariables ? (range.get(key) as CelValue) : null }
    }
  } else throw new CelError(noSuchOverload)
}

interface Loop {
  readonly frame: Frame
  readonly steps: Iterable<Step>
  /** Sets the variables of a step, and tells whether the macro's condition (if it has one) admits it. */
  readonly selects: (step: Step) => boolean
  /** The body for a step; sets the variables where there is no condition that has done so. */
  readonly evaluate: (step: Step) => CelValue
}

/** `all` and `exists`: one step may decide, whatever errors the others have. */
function quantify({ steps, evaluate }: Loop, deciding: boolean): CelValue {
  let fault: CelError | undefined
  for (const step of steps) {
    try {
      if (truth(evaluate(step)) === deciding) return deciding
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      fault ??= error
    }
  }
  if (fault) throw fault
  return !deciding
}

function collect({ frame, steps, selects, evaluate }: Loop): CelList {
  const items: CelValue[] = []
  for (const step of steps) {
    if (!selects(step)) continue
    items.push(evaluate(step))
    frame.charge(1)
  }
  return new CelList(items)
}

const loops: Readonly<Record<Comprehension['macro'], (loop: Loop) => CelValue>> = {
  all: (loop) => quantify(loop, false),
  exists: (loop) => quantify(loop, true),
  existsOne: ({ steps, evaluate }) => {
    let count = 0
    for (const step of steps) if (truth(evaluate(step))) count++
    return count === 1
  },
  filter: ({ frame, steps, evaluate }) => {
    const items: CelValue[] = []
    for (const step of steps) {
      if (!truth(evaluate(step))) continue
      items.push(step.first)
      frame.charge(1)
    }
    return new CelList(items)
  },
  map: collect,
  transformList: collect,
  transformMap: ({ steps, selects, evaluate }) => {
    const pairs: [CelValue, CelValue][] = []
    for (const step of steps) if (selects(step)) pairs.push([step.first, evaluate(step)])
    return new LiteralMap(pairs)
  },
  transformMapEntry: ({ steps, selects, evaluate }) => {
    const pairs: [CelValue, CelValue][] = []
    for (const step of steps) {
      if (!selects(step)) continue
      const entry = evaluate(step)
      if (!isMap(entry)) throw new CelError(noSuchOverload)
      for (const key of entry.keys()) pairs.push([key, entry.get(key) as CelValue])
    }
    return new LiteralMap(pairs)
  },
  sortBy: ({ frame, steps, evaluate }) => {
    const keyed: { key: CelValue; item: CelValue }[] = []
    for (const step of steps) keyed.push({ key: evaluate(step), item: step.first })
    return new CelList(sorted(keyed, frame).map(({ item }) => item))
  },
}

/** Items in the order of their keys; keys that have no order among each other are an error. */
export function sorted<T extends { readonly key: CelValue }>(items: readonly T[], meter: Meter): T[] {
  meter.charge(items.length * Math.ceil(Math.log2(items.length + 2)))
  return [...items].sort((left, right) => {
    const order = compareValues(left.key, right.key)
    if (order === undefined) throw new CelError(noSuchOverload)
    return order
  })
}

function truth(value: CelValue): boolean {
  if (typeof value !== 'boolean') throw new CelError(noSuchOverload)
  return value
}

function hasField(operand: CelValue, field: string): boolean {
  const container = operand instanceof CelOptional ? operand.value : operand
  if (container === undefined) return false
  if (!isMap(container)) throw new CelError(noSuchOverload)
  return container.get(field) !== undefined
}

/** The member of an optional container, as an optional. */
function optionally(container: CelValue, find: (inner: CelValue) => CelValue | undefined): CelOptional {
  const inner = container instanceof CelOptional ? container.value : container
  const found = inner === undefined ? undefined : find(inner)
  return found === undefined
    ? CelOptional.none
    : found instanceof CelOptional
      ? found
      : new CelOptional(found)
}

/** The member at an index or key, or undefined where it is missing. */
function lookUp(container: CelValue, index: CelValue): CelValue | undefined {
  if (container instanceof CelList) {
    const position = listIndex(index)
    return position >= 0 && position < container.size ? container.at(position) : undefined
  }
  if (isMap(container)) return (container as CelMap).get(index)
  throw new CelError(noSuchOverload)
}

function existing(container: CelValue, index: CelValue): CelValue {
  const found = lookUp(container, index)
  if (found !== undefined) return found
  if (container instanceof CelList) throw new CelError(`index out of bounds: ${listIndex(index)}`)
  throw new CelError(`no such key: ${index instanceof CelUint ? index.value : String(index)}`)
}

function listIndex(index: CelValue): number {
  const numeric = asNumeric(index)
  if (numeric === undefined || (typeof numeric === 'number' && !Number.isInteger(numeric))) {
    throw new CelError(noSuchOverload)
  }
  return Number(numeric)
}
