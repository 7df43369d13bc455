import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { validateSchema } from '../../src/registry/validation.ts'

/** ajv gives verdicts of its own, from the same schema put into the dialect that it speaks. */
function translate(schema: StructuralSchema): Record<string, unknown> {
  const {
    type,
    nullable,
    properties,
    additionalProperties,
    items,
    exclusiveMinimum,
    exclusiveMaximum,
    ...rest
  } = schema
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(rest)) if (!key.startsWith('x-kubernetes-')) out[key] = value
  if (schema['x-kubernetes-int-or-string']) {
    out.type = ['integer', 'string']
    delete out.anyOf
  } else if (type) out.type = nullable ? [type, 'null'] : type
  // draft 4 says with a flag what later drafts say with the bound itself
  if (exclusiveMinimum) [out.exclusiveMinimum, out.minimum] = [schema.minimum, undefined]
  if (exclusiveMaximum) [out.exclusiveMaximum, out.maximum] = [schema.maximum, undefined]
  for (const key of Object.keys(out)) if (out[key] === undefined) delete out[key]
  if (properties) {
    out.properties = Object.fromEntries(
      Object.entries(properties).map(([name, each]) => [name, translate(each)]),
    )
  }
  if (typeof additionalProperties === 'object') out.additionalProperties = translate(additionalProperties)
  if (items) out.items = translate(items)
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) {
    const parts = schema[junctor]
    if (parts && out[junctor]) out[junctor] = parts.map(translate)
  }
  if (schema.not) out.not = translate(schema.not)
  return out
}

const small = fc.integer({ min: -3, max: 6 })
const word = fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'é', '😀', 'a b')

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

/** Leaves out what is undefined, so that schemas look as they would in a file. */
function compact(schema: Record<string, unknown>): StructuralSchema {
  return Object.fromEntries(
    Object.entries(schema).filter(([, value]) => value !== undefined),
  ) as StructuralSchema
}

const text = fc
  .record({
    type: fc.constant('string'),
    nullable: optional(fc.boolean()),
    minLength: optional(fc.nat(3)),
    maxLength: optional(fc.nat(3)),
    pattern: optional(fc.constantFrom('^a', 'b$', '^[a-z]+$', 'é')),
  })
  .map(compact)
const choice = fc
  .record({ type: fc.constant('string'), enum: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }) })
  .map(compact)
const numeric = fc
  .record({
    type: fc.constantFrom('integer', 'number'),
    minimum: optional(small),
    maximum: optional(small),
    exclusiveMinimum: optional(fc.boolean()),
    exclusiveMaximum: optional(fc.boolean()),
    multipleOf: optional(fc.constantFrom(1, 2, 3)),
  })
  .map((each) =>
    compact({
      ...each,
      exclusiveMinimum: each.minimum === undefined ? undefined : each.exclusiveMinimum,
      exclusiveMaximum: each.maximum === undefined ? undefined : each.exclusiveMaximum,
    }),
  )
const portLike = fc.constant<StructuralSchema>({
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
})

/** Parts that only restrict, as junctors may hold them. */
const restriction = fc.oneof(
  fc.record({ required: fc.uniqueArray(fc.constantFrom('a', 'b', 'constructor'), { maxLength: 2 }) }),
  fc.record({ minLength: fc.nat(2) }),
  fc.record({ maximum: small }),
  fc.record({ minItems: fc.nat(2) }),
)

const { schema: schemas } = fc.letrec<{ schema: StructuralSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    choice,
    numeric,
    portLike,
    fc.constant<StructuralSchema>({ type: 'boolean' }),
    fc
      .record({
        type: fc.constant('array'),
        items: tie('schema'),
        minItems: optional(fc.nat(2)),
        maxItems: optional(fc.nat(2)),
      })
      .map(compact),
    fc
      .record({
        type: fc.constant('object'),
        additionalProperties: tie('schema'),
        minProperties: optional(fc.nat(2)),
        maxProperties: optional(fc.nat(2)),
      })
      .map(compact),
    fc
      .record({
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor', 'toString'), tie('schema'), {
          maxKeys: 4,
        }),
        required: optional(
          fc.uniqueArray(fc.constantFrom('a', 'b', 'constructor'), { minLength: 1, maxLength: 2 }),
        ),
        anyOf: optional(fc.array(restriction, { minLength: 1, maxLength: 2 })),
        oneOf: optional(fc.array(restriction, { minLength: 1, maxLength: 3 })),
        allOf: optional(fc.array(restriction, { minLength: 1, maxLength: 2 })),
        not: optional(restriction),
      })
      .map(compact),
  ),
}))

/** Values that often fit, and often do not. */
function valuesFor(schema: StructuralSchema): fc.Arbitrary<unknown> {
  const any = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    small,
    fc.constantFrom(1.5, 2.5),
    word,
    fc.constant([]),
    fc.constant({}),
  )
  const fitting = ((): fc.Arbitrary<unknown> => {
    if (schema['x-kubernetes-int-or-string']) return fc.oneof(small, word)
    switch (schema.type) {
      case 'string':
        return schema.enum ? fc.oneof(fc.constantFrom(...schema.enum), word) : word
      case 'integer':
        return small
      case 'number':
        return fc.oneof(small, fc.constantFrom(0.5, 1.5))
      case 'array':
        return schema.items ? fc.array(valuesFor(schema.items), { maxLength: 3 }) : any
      case 'object': {
        const { properties = {}, additionalProperties } = schema
        if (typeof additionalProperties === 'object') {
          return fc.dictionary(fc.constantFrom('a', 'b', 'c'), valuesFor(additionalProperties), {
            maxKeys: 3,
          })
        }
        const fields = Object.entries(properties).map(([name, each]) => [name, valuesFor(each)] as const)
        return fc.record(Object.fromEntries(fields), { requiredKeys: [] })
      }
      default:
        return fc.boolean()
    }
  })()
  return fc.oneof({ weight: 8, arbitrary: fitting }, { weight: 1, arbitrary: any })
}

test('ajv and we agree on what fits a schema', () => {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false, ownProperties: true })
  const verdicts = { valid: 0, invalid: 0 }
  fc.assert(
    fc.property(
      schemas.chain((schema) =>
        fc.tuple(fc.constant(schema), fc.array(valuesFor(schema), { minLength: 3, maxLength: 6 })),
      ),
      ([schema, values]) => {
        const validate = ajv.compile(translate(schema))
        for (const value of values) {
          const found = validateSchema(schema, value)
          const valid = validate(value)
          verdicts[valid ? 'valid' : 'invalid']++
          expect(found.length === 0, JSON.stringify({ schema, value, found, ajv: validate.errors })).toBe(
            valid,
          )
        }
      },
    ),
    { numRuns: 300 },
  )
  // a test of verdicts is worth something only where both are given
  expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(100)
})

test('a value that replaces itself is never refused', () => {
  fc.assert(
    fc.property(
      schemas.chain((schema) => fc.tuple(fc.constant(schema), valuesFor(schema))),
      ([schema, value]) => {
        const object = { spec: value }
        expect(
          validateSchema({ type: 'object', properties: { spec: schema } }, object, structuredClone(object)),
        ).toEqual([])
      },
    ),
    { numRuns: 300 },
  )
})
