import { namespacedFunction, typeNames } from './checker.ts'
import { loops, type Step, stepsOf, truth } from './comprehensions.ts'
import { CostExceeded, Frame } from './frame.ts'
import type { CelFunction } from './function.ts'
import { existing, hasField, lookUp, optionally } from './member-access.ts'
import { qualifiedName } from './parser.ts'
import type { Bind, Call, Comprehension, Expression } from './syntax.ts'
import {
  CelError,
  CelList,
  CelOptional,
  CelTypeValue,
  type CelValue,
  isMap,
  LiteralMap,
  noSuchOverload,
} from './values.ts'

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
      const value = isMap(container) ? container.get(field) : undefined
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
