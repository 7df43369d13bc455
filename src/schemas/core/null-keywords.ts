import { isRecord } from '../record.ts'

const single = ['items', 'additionalProperties', 'not']
/** Rules are no schemas, but as easily empty. */
const lists = ['allOf', 'anyOf', 'oneOf', 'x-kubernetes-validations']
const maps = ['properties', 'patternProperties', 'definitions']

/**
 * Takes out what is `null`, in place, as a typed decoder does: a keyword is then absent, and a schema in a list or map
 * says nothing. Values (`enum: [null]`) are left as they are.
 */
export function withoutNullKeywords(schema: unknown): void {
  if (!isRecord(schema)) return
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === null) delete schema[keyword]
    else if (single.includes(keyword)) withoutNullKeywords(value)
    else if (lists.includes(keyword) && Array.isArray(value)) emptyNulls(value)
    else if (maps.includes(keyword) && isRecord(value)) emptyNulls(value)
  }
}

function emptyNulls(schemas: unknown[] | Record<string, unknown>): void {
  const entries = schemas as Record<string, unknown>
  for (const [key, schema] of Object.entries(entries)) {
    if (schema === null) Object.defineProperty(entries, key, { value: {}, enumerable: true })
    else withoutNullKeywords(schema)
  }
}
