import type { CheckedExpression } from './checker.ts'
import type { CelFunction } from './function.ts'
import { CelError } from './values.ts'

/** What cel-go computes before any run, where it is given a constant. */
const computed = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
  'find',
  'findAll',
])

const free = { charge() {} }

/** Why a call of a constant can never have a value, if there is such a call. */
export function constantFault(
  checked: CheckedExpression,
  functions: ReadonlyMap<string, CelFunction>,
): string | undefined {
  for (const [call, { name, isMethod }] of checked.calls) {
    const values = call.arguments.map((each) => (each.kind === 'literal' ? each.value : undefined))
    const target = isMethod ? [''] : []
    if (!computed.has(name) || values.length === 0 || values.includes(undefined)) continue
    try {
      functions.get(name)?.call([...target, ...values.map((value) => value ?? null)], free)
    } catch (error) {
      if (error instanceof CelError) return error.message
      throw error
    }
  }
  return undefined
}
