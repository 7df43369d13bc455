import { expect, test } from 'vitest'
import { celFunctions, createCelEnvironment } from '../../../src/registry/cel/environment.ts'
import { compileProgram, type Outcome } from '../../../src/registry/cel/evaluator.ts'
import { parseExpression } from '../../../src/registry/cel/parser.ts'
import { CelSyntaxError } from '../../../src/registry/cel/syntax.ts'
import { dyn } from '../../../src/registry/cel/types.ts'
import { CelError, type CelValue, equalValues } from '../../../src/registry/cel/values.ts'
import { type ConformanceCase, conformanceCases } from './conformance-cases.ts'

const environment = createCelEnvironment()
const functions = celFunctions()

/** What a case comes to when nothing checks it first: its value, or undefined for an error of whatever sort. */
function evaluate({ expression, bindings }: ConformanceCase): CelValue | undefined {
  try {
    const program = compileProgram(parseExpression(expression), [...bindings.keys()], functions)
    return settled(program([...bindings.values()], 1_000_000))
  } catch (error) {
    if (error instanceof CelSyntaxError) return undefined
    throw error
  }
}

/** The same through the checker: `refused` where it finds fault. */
function evaluateChecked({ expression, bindings }: ConformanceCase): CelValue | undefined | 'refused' {
  const compiled = environment.compile(expression, new Map([...bindings.keys()].map((name) => [name, dyn])))
  return 'fault' in compiled ? 'refused' : settled(compiled.program([...bindings.values()], 1_000_000))
}

function settled({ value }: Outcome): CelValue | undefined {
  return value instanceof CelError ? undefined : value
}

function same(left: CelValue, right: CelValue): boolean {
  const both = typeof left === 'number' && typeof right === 'number'
  return (both && Number.isNaN(left) && Number.isNaN(right)) || equalValues(left, right)
}

const cases = conformanceCases()

test('the suite is there', () => {
  expect(cases.length).toBeGreaterThan(1000)
})

test.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
  const value = evaluate(each)
  if (!each.expected) expect(value).toBeUndefined()
  else {
    expect(value).toBeDefined()
    expect(same(value as CelValue, each.expected.value), `${each.expression} gives ${String(value)}`).toBe(
      true,
    )
  }
  const checked = evaluateChecked(each)
  if (checked !== 'refused') expect(checked === undefined).toBe(value === undefined)
})

test('the checker refuses few of the expressions that have a value', () => {
  const refused = cases.filter(
    (each) => each.checkable && each.expected && evaluateChecked(each) === 'refused',
  )
  // lists and maps of mixed types, which Kubernetes refuses too
  expect(refused.map(({ expression }) => expression).filter((text) => !/[[{]/.test(text))).toEqual([])
})
