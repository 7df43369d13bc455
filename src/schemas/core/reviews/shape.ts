import { badRequest } from '../../../apimachinery/errors.ts'
import type { StructuralSchema } from '../../../registry/structural-schema.ts'

/**
 * Refuses (400) a value where the schema has another type, as a real server does when it decodes a review: reviews
 * are not stored, so nobody else looks at them. Unknown fields, nulls and missing fields pass.
 */
export function requireShape(kind: string, schema: StructuralSchema, value: unknown, path = kind): void {
  if (value === undefined || value === null) return
  const type = Array.isArray(value) ? 'array' : typeof value
  if (schema.type !== undefined && schema.type !== type) {
    throw badRequest(
      `${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${
        type === 'boolean' ? 'bool' : type
      } into Go struct field ${path} of type ${goType(schema)}`,
    )
  }
  if (Array.isArray(value)) {
    for (const item of value) requireShape(kind, schema.items ?? {}, item, path)
  } else if (typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) {
      const properties = schema.properties ?? {}
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined
      const below =
        known ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {})
      requireShape(kind, below, inner, `${path}.${name}`)
    }
  }
}

function goType({ type, items }: StructuralSchema): string {
  if (type === 'array') return `[]${goType(items ?? {})}`
  return type === 'boolean' ? 'bool' : (type ?? 'interface {}')
}
