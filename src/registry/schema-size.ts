import { type FieldError, forbiddenField } from '../apimachinery/field-error.ts'
import { regularExpression } from '../apimachinery/regular-expression.ts'
import type { StructuralSchema } from './structural-schema.ts'

/** Schemas beyond these are nobody's, and would make every later walk over them slow. */
const maxDepth = 100
const maxNodes = 50_000
/** In instructions of what is compiled, of different patterns only; some tenths of a second's work. */
const maxPatternSize = 100_000
/** What it takes to compile a pattern at all, in instructions. */
const patternOverhead = 25

/** What of a schema is beyond its bounds, which a real server does not have. */
export function checkSchemaSize(schema: StructuralSchema, path: string): FieldError | undefined {
  return checkNodes(schema, path) ?? checkPatterns(schema, path)
}

function checkNodes(schema: StructuralSchema, path: string): FieldError | undefined {
  const waiting: { value: unknown; depth: number }[] = [{ value: schema, depth: 0 }]
  let nodes = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    if (++nodes > maxNodes) return forbiddenField(path, `schema must have at most ${maxNodes} nodes`)
    // properties take two levels of JSON each
    if (next.depth > maxDepth * 2)
      return forbiddenField(path, `schema must not be nested deeper than ${maxDepth}`)
    for (const value of Object.values(next.value)) waiting.push({ value, depth: next.depth + 1 })
  }
  return undefined
}

/** Compiles pattern by pattern, and ends where they have become too large together. */
function checkPatterns(schema: StructuralSchema, path: string): FieldError | undefined {
  const patterns = new Set<string>()
  let left = maxPatternSize
  const waiting: { value: unknown; place: string; isNamed: boolean }[] = [
    { value: schema, place: path, isNamed: false },
  ]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue
    for (const [name, value] of Object.entries(next.value)) {
      const isName = next.isNamed || Array.isArray(next.value)
      const place = isName ? `${next.place}[${name}]` : `${next.place}.${name}`
      const isNamed = name === 'properties' && !isName
      if (name !== 'pattern' || typeof value !== 'string') waiting.push({ value, place, isNamed })
      else if (!patterns.has(value)) {
        patterns.add(value)
        left -= patternOverhead + value.length / 10
        if (left >= 0) left -= regularExpression(value)?.size ?? 0
        if (left < 0) {
          const detail = `the patterns of a schema must have at most ${maxPatternSize} instructions together`
          return forbiddenField(place, detail)
        }
      }
    }
  }
  return undefined
}
