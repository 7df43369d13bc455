import fc from 'fast-check'
import type { JsonValue } from '../../../src/apimachinery/object.ts'
import type { StructuralSchema } from '../../../src/registry/structural-schema.ts'

/** Documents that mostly fit a schema; patterns are met, CEL rules are not looked at. */
export function documentsOf(schema: StructuralSchema): fc.Arbitrary<JsonValue> {
  if (schema['x-kubernetes-int-or-string']) {
    return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom('1', '10Gi', '500m', '0.5'))
  }
  const values = schema.enum ?? schema.allOf?.[0]?.enum
  if (values) return fc.constantFrom(...values)
  switch (schema.type) {
    case 'object':
      return objectsOf(schema)
    case 'array':
      return fc.array(documentsOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 2, Math.max(2, schema.minItems ?? 0)),
      })
    case 'string':
      return textsOf(schema)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1000, 100_000) })
    case 'boolean':
      return fc.boolean()
    default:
      return fc.constant({})
  }
}

function objectsOf(schema: StructuralSchema): fc.Arbitrary<JsonValue> {
  if (typeof schema.additionalProperties === 'object') {
    return fc.dictionary(
      fc.constantFrom('a', 'storage', 'topology.datum.net/city-code'),
      documentsOf(schema.additionalProperties),
      {
        maxKeys: 2,
        noNullPrototype: true,
      },
    )
  }
  const fields = Object.entries(schema.properties ?? {})
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [name, documentsOf(field)])), {
    requiredKeys: [...(schema.required ?? [])] as never,
    noNullPrototype: true,
  }) as fc.Arbitrary<JsonValue>
}

function textsOf({ format, pattern, minLength = 0, maxLength = 20 }: StructuralSchema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('1970-01-01T00:00:00Z', '2025-06-01T12:30:00Z')
  if (format === 'uri') return fc.constantFrom('https://example.com/picture.png')
  if (pattern !== undefined) {
    return fc
      .stringMatching(new RegExp(pattern), { size: 'xsmall' })
      .filter((text) => text.length >= minLength && text.length <= maxLength)
  }
  return fc.constantFrom('a', 'default', 'DFW', '', '5s').filter((text) => text.length >= minLength)
}

const strangeValues: readonly JsonValue[] = [
  null,
  true,
  -1,
  1e12,
  1.5,
  '',
  'Ä b',
  'x'.repeat(400),
  [],
  [1, 1],
  {},
  { a: 1 },
]

/** A document and what it becomes when one place of it is changed, removed, added to or, in a list, repeated. */
export function brokenOnce(documents: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc
    .tuple(
      documents,
      fc.nat(),
      fc.constantFrom('replace', 'remove', 'add', 'repeat'),
      fc.constantFrom(...strangeValues),
    )
    .map(([document, choice, action, value]) => {
      const copy = JSON.parse(JSON.stringify(document)) as JsonValue
      const places = [...everyPlace(copy)]
      const place = places[choice % Math.max(places.length, 1)]
      if (!place) return value
      const holder = place.holder as Record<string, JsonValue>
      const current = holder[place.key]
      if (action === 'add' && typeof current === 'object' && current !== null && !Array.isArray(current)) {
        current.unheardOf = value
      } else if (action === 'repeat' && Array.isArray(place.holder)) {
        place.holder.push(current as JsonValue)
      } else if (action === 'remove' && !Array.isArray(place.holder)) {
        delete holder[place.key]
      } else {
        holder[place.key] = value
      }
      return copy
    })
}

function* everyPlace(value: JsonValue): Generator<{ holder: JsonValue; key: string }> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, field] of Object.entries(value)) {
    yield { holder: value, key }
    yield* everyPlace(field)
  }
}
