import { type FieldError, forbiddenField } from '../apimachinery/field-error.ts'
import { limit, saturated } from './cel/cost/size-range.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** What one expression, and all expressions of a schema together, may cost by estimate, in cel-go's units. */
const expressionLimit = 10_000_000
const schemaLimit = 100_000_000

/** How many of the dearest expressions are named, and from which part of the limit on. */
const namedExpressions = 4
const namedFrom = schemaLimit / 100

/** How often there can be a value of a schema in one object; undefined: nothing bounds it. */
export type Occurrences = number | undefined

/** The occurrences of what is directly below a schema. */
export function occurrencesBelow(schema: StructuralSchema, occurrences: Occurrences): Occurrences {
  const most = mostElements(schema)
  return occurrences === undefined || most === undefined ? undefined : saturated(occurrences * most)
}

function mostElements(schema: StructuralSchema): number | undefined {
  if (schema.type === 'array') return schema.maxItems === undefined ? undefined : Math.max(0, schema.maxItems)
  if (schema.type !== 'object' || schema.additionalProperties === undefined) return 1
  return schema.maxProperties === undefined ? undefined : Math.max(0, schema.maxProperties)
}

/** Adds up the estimates of a schema's expressions, and says which of them are too much. */
export class RuleCosts {
  #total = 0
  readonly #dearest: { readonly path: string; readonly cost: number }[] = []

  /** The fault of one expression, if it is one. */
  add(path: string, cost: number, what: string): FieldError | undefined {
    this.#total = saturated(this.#total + cost)
    if (cost >= namedFrom) {
      this.#dearest.push({ path, cost })
      this.#dearest.sort((left, right) => right.cost - left.cost)
      this.#dearest.splice(namedExpressions)
    }
    return cost > expressionLimit ? forbiddenField(path, exceeded(what, cost, expressionLimit)) : undefined
  }

  /** The faults of the schema at `path` as a whole. */
  total(path: string): FieldError[] {
    if (this.#total <= schemaLimit) return []
    return [
      ...this.#dearest.map((each) =>
        forbiddenField(
          each.path,
          'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
        ),
      ),
      forbiddenField(
        path,
        exceeded(
          'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema',
          this.#total,
          schemaLimit,
        ),
      ),
    ]
  }
}

function exceeded(what: string, cost: number, allowed: number): string {
  const factor = Math.min(cost, limit) / allowed
  const shown = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`
  return `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}
