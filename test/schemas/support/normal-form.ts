import type { StructuralSchema } from '../../../src/registry/structural-schema.ts'

/** Keywords whose order, or whose wording for people, makes no difference to a verdict. */
const ignored = new Set(['description', 'title', 'example'])
const unordered = new Set(['required', 'enum'])

/** A schema as plain JSON, without descriptions and with keys and sets in one order: equal means the same verdicts. */
export function normalForm(schema: unknown): unknown {
  return normal(JSON.parse(JSON.stringify(schema)))
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([key]) => !ignored.has(key))
    .map(([key, field]): [string, unknown] => {
      if (key === 'properties' || key === 'patternProperties') return [key, normalFields(field)]
      if (key === 'default') return [key, field]
      if (unordered.has(key)) return [key, [...(field as unknown[])].sort()]
      return [key, normal(field)]
    })
    .filter(([key, field]) => !(key === 'required' && (field as unknown[]).length === 0))
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

function normalFields(fields: unknown): unknown {
  return Object.fromEntries(
    Object.entries(fields as Record<string, unknown>)
      .map(([name, schema]): [string, unknown] => [name, normal(schema)])
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  )
}

/** Every field of a schema with the schema's path, the root left out. */
export function* everyField(schema: StructuralSchema, path = ''): Generator<[string, StructuralSchema]> {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const place = path === '' ? name : `${path}.${name}`
    yield [place, field]
    yield* everyField(field, place)
  }
  if (schema.items) yield* everyField(schema.items, `${path}[]`)
  if (typeof schema.additionalProperties === 'object')
    yield* everyField(schema.additionalProperties, `${path}{}`)
}

/** A copy of `schema` without the fields at these paths. */
export function withoutFields(schema: StructuralSchema, paths: readonly string[]): StructuralSchema {
  const copy = JSON.parse(JSON.stringify(schema)) as StructuralSchema
  for (const path of paths) {
    const segments = path.split('.')
    const last = segments.pop() as string
    let place: StructuralSchema | undefined = copy
    for (const segment of segments) place = place?.properties?.[segment]
    const fields = place?.properties as Record<string, StructuralSchema> | undefined
    if (!fields?.[last]) throw new Error(`no field ${path}`)
    delete fields[last]
  }
  return copy
}
