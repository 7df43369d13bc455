import { describe, expect, test } from 'vitest'
import { formatFieldError } from '../../src/apimachinery/field-error.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { validateSchema } from '../../src/registry/validation.ts'

/** The faults of `value` at `spec.x`, as a Status message shows them. */
function faults(x: StructuralSchema, value: unknown, old?: unknown): string[] {
  const schema: StructuralSchema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { x } } },
  }
  const whole = (each: unknown) => ({ spec: { x: each } })
  return validateSchema(schema, whole(value), old === undefined ? undefined : whole(old)).map(
    formatFieldError,
  )
}

describe('patterns that take long to match', () => {
  const slow = '(?:a|b)*a(?:a|b){1000}$'
  const told = 'Forbidden: the pattern and the texts that it is matched with are too long together'

  test('are matched with so much text and no more, in one text or in many', () => {
    const short = 'a'.repeat(2000)
    expect(faults({ type: 'string', pattern: slow }, short)).toEqual([])
    expect(faults({ type: 'string', pattern: slow }, 'ab'.repeat(100_000))).toEqual([`spec.x: ${told}`])
    const list = Array.from({ length: 100 }, (_, index) => short + 'a'.repeat(index))
    expect(faults({ type: 'array', items: { type: 'string', pattern: slow } }, list)).toEqual([
      expect.stringMatching(/^spec\.x\[\d+\]: Forbidden: the pattern and the texts/),
    ])
  })

  test('are refused also where a combined schema would forgive it', () => {
    const text = 'ab'.repeat(100_000)
    expect(faults({ type: 'string', anyOf: [{ pattern: slow }, {}] }, text)).toEqual([`spec.x: ${told}`])
    expect(faults({ type: 'string', not: { pattern: slow } }, text)).toContain(`spec.x: ${told}`)
  })

  test('others are matched with texts as long as a body can be', () => {
    expect(faults({ type: 'string', pattern: '^[a-z0-9-]*$' }, 'a'.repeat(3 * 1024 * 1024))).toEqual([])
  })
})

describe('schema validation, in the words of a real server', () => {
  test.each<[string, StructuralSchema, unknown, string[]]>([
    [
      'type',
      { type: 'string' },
      5,
      ['spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"'],
    ],
    [
      'type of a fraction',
      { type: 'integer' },
      1.5,
      ['spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"'],
    ],
    ['whole numbers are numbers', { type: 'number' }, 5, []],
    [
      'int32 is no format of a definition',
      { type: 'integer', format: 'int32' },
      true,
      ['spec.x: Invalid value: "boolean": spec.x in body must be of type integer: "boolean"'],
    ],
    [
      'int32 against a text',
      { type: 'integer', format: 'int32' },
      'a',
      ['spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"'],
    ],
    [
      'null',
      { type: 'string' },
      null,
      ['spec.x: Invalid value: "null": spec.x in body must be of type string: "null"'],
    ],
    ['null that may be', { type: 'string', nullable: true }, null, []],
    [
      'list',
      { type: 'array', items: { type: 'string' } },
      {},
      ['spec.x: Invalid value: "object": spec.x in body must be of type array: "object"'],
    ],
    [
      'int or string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"'],
    ],
    [
      'int or string, an int',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      5,
      [],
    ],
    [
      'int or string, a string',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      '5%',
      [],
    ],
    [
      'enum',
      { type: 'string', enum: ['A', 'B'] },
      'C',
      ['spec.x: Unsupported value: "C": supported values: "A", "B"'],
    ],
    [
      'enum of numbers',
      { type: 'integer', enum: [1, 2] },
      3,
      ['spec.x: Unsupported value: 3: supported values: "1", "2"'],
    ],
    [
      'minLength',
      { type: 'string', minLength: 1 },
      '',
      ['spec.x: Invalid value: "": spec.x in body should be at least 1 chars long'],
    ],
    [
      'maxLength',
      { type: 'string', maxLength: 2 },
      'abc',
      ['spec.x: Too long: may not be more than 2 bytes'],
    ],
    ['lengths count code points', { type: 'string', maxLength: 2, minLength: 2 }, '😀😀', []],
    [
      'pattern',
      { type: 'string', pattern: '^[a-z]+$' },
      'A',
      ['spec.x: Invalid value: "A": spec.x in body should match \'^[a-z]+$\''],
    ],
    [
      'only the first fault of a text',
      { type: 'string', minLength: 5, pattern: '^b' },
      'a',
      ['spec.x: Invalid value: "a": spec.x in body should be at least 5 chars long'],
    ],
    [
      'minimum',
      { type: 'integer', minimum: 1300 },
      5,
      ['spec.x: Invalid value: 5: spec.x in body should be greater than or equal to 1300'],
    ],
    [
      'exclusive minimum',
      { type: 'integer', minimum: 5, exclusiveMinimum: true },
      5,
      ['spec.x: Invalid value: 5: spec.x in body should be greater than 5'],
    ],
    [
      'maximum',
      { type: 'integer', maximum: 5 },
      6,
      ['spec.x: Invalid value: 6: spec.x in body should be less than or equal to 5'],
    ],
    [
      'exclusive maximum',
      { type: 'integer', maximum: 5, exclusiveMaximum: true },
      5,
      ['spec.x: Invalid value: 5: spec.x in body should be less than 5'],
    ],
    [
      'multipleOf',
      { type: 'integer', multipleOf: 2 },
      3,
      ['spec.x: Invalid value: 3: spec.x in body should be a multiple of 2'],
    ],
    ['multipleOf a fraction', { type: 'number', multipleOf: 0.1 }, 0.3, []],
    [
      'minItems',
      { type: 'array', items: { type: 'string' }, minItems: 1 },
      [],
      ['spec.x: Invalid value: 0: spec.x in body should have at least 1 items'],
    ],
    [
      'maxItems',
      { type: 'array', items: { type: 'string' }, maxItems: 2 },
      ['a', 'b', 'c'],
      ['spec.x: Too many: 3: must have at most 2 items'],
    ],
    [
      'one item',
      { type: 'array', items: { type: 'string' }, maxItems: 1 },
      ['a', 'b'],
      ['spec.x: Too many: 2: must have at most 1 item'],
    ],
    [
      'minProperties',
      { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 },
      {},
      ['spec.x: Invalid value: 0: spec.x in body should have at least 1 properties'],
    ],
    [
      'maxProperties',
      { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 1 },
      { a: '1', b: '2' },
      ['spec.x: Too many: 2: must have at most 1 item'],
    ],
    [
      'required',
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a', 'b'] },
      {},
      ['spec.x.a: Required value', 'spec.x.b: Required value'],
    ],
    [
      'required is not what is inherited',
      { type: 'object', required: ['constructor'] },
      {},
      ['spec.x.constructor: Required value'],
    ],
    [
      'format',
      { type: 'string', format: 'date-time' },
      'now',
      ['spec.x: Invalid value: "now": spec.x in body must be of type date-time: "now"'],
    ],
    [
      'format against a number',
      { type: 'string', format: 'date-time' },
      5,
      ['spec.x: Invalid value: "int64": spec.x in body must be of type date-time: "int64"'],
    ],
    ['unknown format', { type: 'string', format: 'phone' }, 'x', []],
    [
      'map values',
      { type: 'object', additionalProperties: { type: 'string' } },
      { 'a.b': 1 },
      ['spec.x.a.b: Invalid value: "integer": spec.x.a.b in body must be of type string: "integer"'],
    ],
    [
      'items',
      { type: 'array', items: { type: 'object', required: ['name'] } },
      [{ name: 1 }, {}],
      ['spec.x[1].name: Required value'],
    ],
    [
      'set',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      ['a', 'b', 'a', 'a'],
      ['spec.x[2]: Duplicate value: "a"'],
    ],
    [
      'list map',
      {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
      [{ name: 'a' }, { name: 'a', b: 1 }],
      ['spec.x[1]: Duplicate value: {"name":"a"}'],
    ],
    [
      'list map of two keys',
      {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
      },
      [
        { port: 1, protocol: 'TCP' },
        { port: 1, protocol: 'UDP' },
        { protocol: 'TCP', port: 1 },
      ],
      ['spec.x[2]: Duplicate value: {"port":1,"protocol":"TCP"}'],
    ],
    [
      'anyOf',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        anyOf: [{ required: ['a'] }, { required: ['b'] }],
      },
      {},
      [
        '<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
        'spec.x.a: Required value',
      ],
    ],
    [
      'oneOf, none',
      { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      {},
      [
        '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
        'spec.x.a: Required value',
      ],
    ],
    [
      'oneOf, two',
      { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { a: 1, b: 2 },
      [
        '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
    [
      'allOf',
      { type: 'integer', allOf: [{ minimum: 1 }, { maximum: 3 }] },
      5,
      [
        'spec.x: Invalid value: 5: spec.x in body should be less than or equal to 3',
        '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf)',
      ],
    ],
    [
      'allOf, none',
      { type: 'integer', allOf: [{ minimum: 7 }] },
      5,
      [
        'spec.x: Invalid value: 5: spec.x in body should be greater than or equal to 7',
        '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf). None validated',
      ],
    ],
    [
      'not',
      { type: 'string', not: { enum: ['x'] } },
      'x',
      ['<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'],
    ],
    [
      'a bad pattern is told, not thrown',
      { type: 'string', pattern: '(' },
      'x',
      [
        'spec.x: Invalid value: "x": spec.x in body should match \'(, but pattern is invalid: error parsing regexp: missing closing ): `(`\'',
      ],
    ],
    [
      'type and enum are both told',
      { type: 'string', enum: ['A'] },
      5,
      [
        'spec.x: Invalid value: "integer": spec.x in body must be of type string: "integer"',
        'spec.x: Unsupported value: 5: supported values: "A"',
      ],
    ],
  ])('%s', (_, schema, value, expected) => {
    expect(faults(schema, value)).toEqual(expected)
  })

  test('every fault is told at once, in the order of the schema', () => {
    const schema: StructuralSchema = {
      type: 'object',
      required: ['c'],
      properties: { a: { type: 'string' }, b: { type: 'integer', minimum: 1 }, c: { type: 'string' } },
    }
    expect(validateSchema(schema, { b: 0, a: 1 }).map(({ field, type }) => [field, type])).toEqual([
      ['a', 'FieldValueTypeInvalid'],
      ['b', 'FieldValueInvalid'],
      ['c', 'FieldValueRequired'],
    ])
  })

  test('a part of an object is told with its path, and named by itself', () => {
    const errors = validateSchema(
      { type: 'object', properties: { n: { type: 'integer' } } },
      { n: 'a' },
      undefined,
      'status',
    )
    expect(errors.map(formatFieldError)).toEqual([
      'status.n: Invalid value: "string": n in body must be of type integer: "string"',
    ])
  })

  test('an embedded object needs a head', () => {
    const schema: StructuralSchema = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    }
    expect(faults(schema, {})).toEqual(['spec.x.apiVersion: Required value', 'spec.x.kind: Required value'])
    expect(faults(schema, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'A' } })).toEqual([])
    expect(faults(schema, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a/b' } })[0]).toContain(
      'spec.x.metadata.name: Invalid value: "a/b": may not contain',
    )
    expect(faults(schema, { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'ns' } })).toEqual([])
  })
})

describe('ratcheting: what did not change is not reported', () => {
  const port: StructuralSchema = { type: 'integer', minimum: 10 }

  test('a value that is as bad as it was stays', () => {
    expect(faults(port, 5, 5)).toEqual([])
    expect(faults(port, 6, 5)).toHaveLength(1)
  })

  test('beside a bad value that stayed, a new bad one is told', () => {
    const schema: StructuralSchema = { type: 'object', properties: { a: port, b: port } }
    expect(faults(schema, { a: 1, b: 2 }, { a: 1, b: 50 })).toEqual([
      'spec.x.b: Invalid value: 2: spec.x.b in body should be greater than or equal to 10',
    ])
  })

  test('items of a list map are known by their keys', () => {
    const schema: StructuralSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' }, port } },
    }
    const old = [{ name: 'a', port: 1 }]
    expect(
      faults(
        schema,
        [
          { name: 'b', port: 20 },
          { name: 'a', port: 1 },
        ],
        old,
      ),
    ).toEqual([])
    expect(faults(schema, [{ name: 'b', port: 1 }], old)).toHaveLength(1)
  })

  test('items of other lists are known by their place, of atomic ones not at all', () => {
    const list: StructuralSchema = { type: 'array', items: port }
    expect(faults(list, [1, 20], [1])).toEqual([])
    expect(faults(list, [20, 1], [1])).toHaveLength(1)
    expect(faults({ ...list, 'x-kubernetes-list-type': 'atomic' }, [1, 20], [1])).toHaveLength(1)
  })

  test('a required field that was missing may stay missing while nothing else moves', () => {
    const schema: StructuralSchema = {
      type: 'object',
      required: ['a'],
      properties: { b: { type: 'string' } },
    }
    expect(faults(schema, { b: 'x' }, { b: 'x' })).toEqual([])
    expect(faults(schema, { b: 'y' }, { b: 'x' })).toEqual(['spec.x.a: Required value'])
  })

  test('faults of combined schemas stay while their value does', () => {
    const schema: StructuralSchema = { type: 'integer', allOf: [{ minimum: 10 }] }
    expect(faults(schema, 5, 5)).toEqual([])
    expect(faults(schema, 6, 5)).toHaveLength(2)
  })

  test('a list that had duplicates may keep some', () => {
    const schema: StructuralSchema = {
      type: 'array',
      items: { type: 'string' },
      'x-kubernetes-list-type': 'set',
    }
    expect(faults(schema, ['a', 'a', 'b'], ['a', 'a'])).toEqual([])
    expect(faults(schema, ['a', 'a'], ['a'])).toHaveLength(1)
  })
})
