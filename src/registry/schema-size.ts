import { type FieldError, forbiddenField } from '../apimachinery/field-error.ts'
import { regularExpression } from '../apimachinery/regular-expression.ts'
import { subschemas } from './schema-parts.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Schemas beyond these are nobody's, and would make every later walk over them slow. */
const maxDepth = 100
const maxNodes = 50_000
/** In instructions of what is compiled, of different patterns only; some tenths of a second's work. */
const maxPatternSize = 100_000
/** What it takes to compile a pattern at all, in instructions. */
const patternOverhead = 25
/** Rules and expressions of their messages: each is compiled at once. */
const maxExpressions = 2_000

/** What the schemas of all versions of a definition may still hold together. */
export interface SchemaBudget {
  nodes: number
  patternSize: number
  expressions: number
  /** What has been compiled already. */
  readonly patterns: Set<string>
}

export function createSchemaBudget(): SchemaBudget {
  return { nodes: maxNodes, patternSize: maxPatternSize, expressions: maxExpressions, patterns: new Set() }
}

/** What of a schema is beyond its bounds, which a real server does not have. */
export function checkSchemaSize(
  schema: StructuralSchema,
  path: string,
  budget: SchemaBudget,
): FieldError | undefined {
  return checkNodes(schema, path, budget) ?? checkParts(schema, path, budget)
}

function checkNodes(schema: StructuralSchema, path: string, budget: SchemaBudget): FieldError | undefined {
  const waiting: { value: unknown; depth: number }[] = [{ value: schema, depth: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    if (--budget.nodes < 0) return forbiddenField(path, `schema must have at most ${maxNodes} nodes`)
    // properties take two levels of JSON each
    if (next.depth > maxDepth * 2)
      return forbiddenField(path, `schema must not be nested deeper than ${maxDepth}`)
    for (const value of Object.values(next.value)) waiting.push({ value, depth: next.depth + 1 })
  }
  return undefined
}

/** Compiles pattern by pattern, and ends where they have become too large together. */
function checkParts(schema: StructuralSchema, path: string, budget: SchemaBudget): FieldError | undefined {
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    budget.expressions -= rule.messageExpression ? 2 : 1
    if (budget.expressions < 0) {
      const detail = `the rules of a definition must have at most ${maxExpressions} expressions together`
      return forbiddenField(`${path}.x-kubernetes-validations`, detail)
    }
  }
  const { pattern } = schema
  if (pattern && !budget.patterns.has(pattern)) {
    budget.patterns.add(pattern)
    budget.patternSize -= patternOverhead + pattern.length / 10
    if (budget.patternSize >= 0) budget.patternSize -= regularExpression(pattern)?.size ?? 0
    if (budget.patternSize < 0) {
      const detail = `the patterns of a definition must have at most ${maxPatternSize} instructions together`
      return forbiddenField(`${path}.pattern`, detail)
    }
  }
  for (const [part, below] of subschemas(schema, path)) {
    const fault = checkParts(part, below, budget)
    if (fault) return fault
  }
  return undefined
}
