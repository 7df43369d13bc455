import type { StructuralSchema } from './structural-schema.ts'

const junctors = ['allOf', 'anyOf', 'oneOf'] as const

/** Every schema directly inside of another. */
export function partsOf(schema: StructuralSchema): StructuralSchema[] {
  const { properties, additionalProperties, items, not } = schema
  const parts = properties ? Object.values(properties) : []
  if (typeof additionalProperties === 'object') parts.push(additionalProperties)
  if (items) parts.push(items)
  for (const junctor of junctors) for (const part of schema[junctor] ?? []) parts.push(part)
  if (not) parts.push(not)
  return parts
}

/** The same with their paths. Lists, not generators: schemas have ten thousands of parts, most of them without any. */
export function subschemas(schema: StructuralSchema, path: string): [StructuralSchema, string][] {
  const { additionalProperties, items, not } = schema
  const parts = propertiesWithPaths(schema, path)
  if (typeof additionalProperties === 'object') {
    parts.push([additionalProperties, `${path}.additionalProperties`])
  }
  if (items) parts.push([items, `${path}.items`])
  for (const junctor of junctors) {
    for (const [index, part] of schema[junctor]?.entries() ?? []) {
      parts.push([part, `${path}.${junctor}[${index}]`])
    }
  }
  if (not) parts.push([not, `${path}.not`])
  return parts
}

export function propertiesWithPaths(
  { properties }: StructuralSchema,
  path: string,
): [StructuralSchema, string][] {
  if (!properties) return []
  return Object.entries(properties).map(([name, property]) => [property, `${path}.properties[${name}]`])
}
