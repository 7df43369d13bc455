import { describe, expect, test } from 'vitest'
import { formatFieldError } from '../../src/apimachinery/field-error.ts'
import { validateRules } from '../../src/registry/rules.ts'
import type { StructuralSchema, ValidationRule } from '../../src/registry/structural-schema.ts'
import { validateSchema } from '../../src/registry/validation.ts'

const spec = {
  type: 'object',
  properties: {
    a: { type: 'integer' },
    b: { type: 'string' },
    namespace: { type: 'string' },
    'x-y': { type: 'string' },
    when: { type: 'string', format: 'date-time' },
    wait: { type: 'string', format: 'duration' },
    raw: { type: 'string', format: 'byte' },
    ratio: { type: 'number' },
    port: { 'x-kubernetes-int-or-string': true },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
} satisfies StructuralSchema

function schemaWith(rules: ValidationRule[], extra: StructuralSchema = {}): StructuralSchema {
  return { type: 'object', properties: { spec: { ...spec, ...extra, 'x-kubernetes-validations': rules } } }
}

function faults(rule: ValidationRule, value: unknown, old?: unknown): string[] {
  return validateRules(
    schemaWith([rule]),
    { spec: value },
    old === undefined ? undefined : { spec: old },
  ).map(formatFieldError)
}

describe('what a rule sees', () => {
  test.each<[string, unknown]>([
    ['self.a == 1 && type(self.a) == int', { a: 1 }],
    ['type(self.ratio) == double && self.ratio == 1.0', { ratio: 1 }],
    ["self.__namespace__ == 'n'", { namespace: 'n' }],
    ["self.x__dash__y == 'v'", { 'x-y': 'v' }],
    [
      "self.when < timestamp('2027-01-01T00:00:00Z') && self.when.getFullYear() == 2026",
      { when: '2026-11-23T08:00:00Z' },
    ],
    ["self.wait == duration('90m')", { wait: '1h30m' }],
    ["self.raw == b'hello'", { raw: 'aGVsbG8=' }],
    ["(type(self.port) == int && self.port == 80) || self.port == 'http'", { port: 80 }],
    ["(type(self.port) == int && self.port == 80) || self.port == 'http'", { port: 'http' }],
    [
      "self.labels['a.b/c'] == 'd' && 'a.b/c' in self.labels && self.labels.size() == 1",
      { labels: { 'a.b/c': 'd' } },
    ],
    [
      "self.labels.all(k, k.startsWith('a')) && self.labels.all(k, v, v == 'x')",
      { labels: { a1: 'x', a2: 'x' } },
    ],
    ['self == self', { a: 1, labels: { x: 'y' } }],
    ['!has(self.a) && !has(self.labels)', {}],
    ["self.?b.orValue('none') == 'none'", {}],
  ])('%s', (rule, value) => {
    expect(faults({ rule }, value)).toEqual([])
  })

  test('the head and the name of the whole object', () => {
    const schema: StructuralSchema = {
      type: 'object',
      'x-kubernetes-validations': [
        { rule: "self.metadata.name.startsWith('web') && self.kind == 'Thing'", message: 'no web' },
      ],
    }
    expect(validateRules(schema, { kind: 'Thing', metadata: { name: 'web-1' } })).toEqual([])
    expect(validateRules(schema, { kind: 'Thing', metadata: { name: 'db' } }).map(formatFieldError)).toEqual([
      '<nil>: Invalid value: "object": no web',
    ])
  })
})

describe('what a refusal says', () => {
  test('the message, the rule itself without one', () => {
    expect(faults({ rule: 'self.a > 1', message: ' too small ' }, { a: 1 })).toEqual([
      'spec: Invalid value: "object": too small',
    ])
    expect(faults({ rule: ' self.a > 1 ' }, { a: 1 })).toEqual([
      'spec: Invalid value: "object": failed rule: self.a > 1',
    ])
  })

  test('what messageExpression makes, or the message where it makes nothing usable', () => {
    expect(
      faults({ rule: 'self.a > 1', message: 'm', messageExpression: "'a is ' + string(self.a)" }, { a: 1 }),
    ).toEqual(['spec: Invalid value: "object": a is 1'])
    expect(faults({ rule: 'self.a > 1', message: 'm', messageExpression: "'x' + self.b" }, { a: 1 })).toEqual(
      ['spec: Invalid value: "object": m'],
    )
    expect(faults({ rule: 'self.a > 1', message: 'm', messageExpression: "' '" }, { a: 1 })).toEqual([
      'spec: Invalid value: "object": m',
    ])
  })

  test.each<[ValidationRule['reason'], string, string]>([
    ['FieldValueForbidden', 'FieldValueForbidden', 'spec: Forbidden: m'],
    ['FieldValueRequired', 'FieldValueRequired', 'spec: Required value: m'],
    ['FieldValueDuplicate', 'FieldValueDuplicate', 'spec: Duplicate value: "object"'],
    ['FieldValueInvalid', 'FieldValueInvalid', 'spec: Invalid value: "object": m'],
  ])('the reason %s', (reason, type, text) => {
    const rule: ValidationRule = { rule: 'false', message: 'm', ...(reason ? { reason } : {}) }
    const [error] = validateRules(schemaWith([rule]), { spec: {} })
    expect(error?.type).toBe(type)
    expect(error && formatFieldError(error)).toBe(text)
  })

  test('the place that fieldPath names', () => {
    expect(faults({ rule: 'false', message: 'm', fieldPath: '.a' }, {})).toEqual([
      'spec.a: Invalid value: "object": m',
    ])
    expect(faults({ rule: 'false', message: 'm', fieldPath: ".labels['x']" }, {})).toEqual([
      'spec.labels[x]: Invalid value: "object": m',
    ])
  })

  test('errors of the evaluation, with the rule', () => {
    expect(faults({ rule: "self.labels['x'] == 'y'" }, { labels: {} })).toEqual([
      "spec: Invalid value: \"object\": no such key: x evaluating rule: self.labels['x'] == 'y'",
    ])
    expect(faults({ rule: 'self.port > 1' }, { port: 'http' })).toEqual([
      'spec: Invalid value: "object": \'no such overload\': call arguments did not match a supported operator, function or macro signature for rule: self.port > 1',
    ])
  })

  test('items and map values have their own places', () => {
    const positive: StructuralSchema = {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self > 0', message: 'm' }],
    }
    const schema: StructuralSchema = {
      type: 'object',
      properties: {
        list: { type: 'array', items: positive },
        map: { type: 'object', additionalProperties: positive },
      },
    }
    expect(validateRules(schema, { list: [1, 0], map: { 'a.b': -1 } }).map(formatFieldError)).toEqual([
      'list[1]: Invalid value: "integer": m',
      'map[a.b]: Invalid value: "integer": m',
    ])
  })
})

describe('transitions', () => {
  const immutable: ValidationRule = { rule: 'self.b == oldSelf.b', message: 'immutable' }

  test('speak on updates only', () => {
    expect(faults(immutable, { b: 'x' })).toEqual([])
    expect(faults(immutable, { b: 'x' }, { b: 'x' })).toEqual([])
    expect(faults(immutable, { b: 'y' }, { b: 'x' })).toEqual(['spec: Invalid value: "object": immutable'])
  })

  test('with optionalOldSelf, on creates as well', () => {
    const rule: ValidationRule = {
      rule: "oldSelf.hasValue() ? self.b == oldSelf.value().b : self.b == 'first'",
      message: 'm',
      optionalOldSelf: true,
    }
    expect(faults(rule, { b: 'first' })).toEqual([])
    expect(faults(rule, { b: 'x' })).toHaveLength(1)
    expect(faults(rule, { b: 'x' }, { b: 'x' })).toEqual([])
    expect(faults({ rule: "self.b == oldSelf.?b.orValue('d')", optionalOldSelf: true }, { b: 'd' })).toEqual(
      [],
    )
  })

  test('reach items by the keys of a list map, and no items of other lists', () => {
    const list = (listType: 'map' | 'atomic'): StructuralSchema => ({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          'x-kubernetes-list-type': listType,
          ...(listType === 'map' ? { 'x-kubernetes-list-map-keys': ['name'] } : {}),
          items: {
            type: 'object',
            properties: { name: { type: 'string' }, port: { type: 'integer' } },
            'x-kubernetes-validations': [{ rule: 'self.port == oldSelf.port', message: 'port is immutable' }],
          },
        },
      },
    })
    const old = {
      list: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    }
    const next = {
      list: [
        { name: 'c', port: 9 },
        { name: 'b', port: 3 },
        { name: 'a', port: 1 },
      ],
    }
    expect(validateRules(list('map'), next, old).map(formatFieldError)).toEqual([
      'list[1]: Invalid value: "object": port is immutable',
    ])
    expect(validateRules(list('atomic'), next, old)).toEqual([])
  })
})

describe('ratcheting', () => {
  const positive: ValidationRule = { rule: 'self.a > 0', message: 'm' }

  test('a value that is as bad as it was stays', () => {
    expect(faults(positive, { a: 0, b: 'x' }, { a: 0, b: 'x' })).toEqual([])
    expect(faults(positive, { a: 0, b: 'y' }, { a: 0, b: 'x' })).toHaveLength(1)
  })

  test('a rule that looks at the old value is never left out', () => {
    expect(faults({ rule: 'self.a > oldSelf.a', message: 'm' }, { a: 1 }, { a: 1 })).toHaveLength(1)
    const shared = { a: 1 }
    expect(faults({ rule: 'self.a > oldSelf.a', message: 'm' }, shared, shared)).toHaveLength(1)
  })
})

describe('rules and validation', () => {
  const schema = schemaWith([{ rule: 'self.a > 0', message: 'm' }])

  test('rules are not run over data that breaks the schema', () => {
    const object = { spec: { a: 'x' } }
    const found = validateSchema(schema, object)
    expect(validateRules(schema, object, undefined, found)).toEqual([
      {
        type: 'FieldValueInvalid',
        field: '<nil>',
        message: expect.stringContaining(
          'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        ),
      },
    ])
  })

  test('a bound that is broken keeps no rule from running', () => {
    const bounded = schemaWith([{ rule: 'self.a > 0', message: 'm' }], {
      properties: { a: { type: 'integer', minimum: 5 } },
    })
    const object = { spec: { a: 0 } }
    const found = validateSchema(bounded, object)
    expect(found).toHaveLength(1)
    expect(validateRules(bounded, object, undefined, found)).toHaveLength(1)
  })

  test('a schema without rules adds nothing, not even a hint', () => {
    const plain: StructuralSchema = { type: 'object', properties: { spec } }
    expect(
      validateRules(plain, { spec: { a: 'x' } }, undefined, validateSchema(plain, { spec: { a: 'x' } })),
    ).toEqual([])
  })

  test('a rule that does not compile is told, not thrown', () => {
    expect(faults({ rule: 'self.nothing' }, {})[0]).toContain(
      "rule compile error: compilation failed: ERROR: <input>:1:5: undefined field 'nothing'",
    )
  })

  test('nulls have no rules of their own', () => {
    const schemaOfNull: StructuralSchema = {
      type: 'object',
      properties: { a: { type: 'string', nullable: true, 'x-kubernetes-validations': [{ rule: 'false' }] } },
    }
    expect(validateRules(schemaOfNull, { a: null })).toEqual([])
  })

  test('a short pattern that stands for a long one costs what it takes to match', () => {
    const matched = (pattern: string) =>
      validateRules(
        schemaWith([{ rule: `self.a.matches(r'${pattern}')` }], { properties: { a: { type: 'string' } } }),
        { spec: { a: 'ab'.repeat(50_000) } },
      ).map(formatFieldError)
    expect(matched('^[ab]*$')).toEqual([])
    expect(matched('(?:a|b)*a(?:a|b){1000}$')).toEqual([
      expect.stringContaining(
        'no further validation rules will be run due to call cost exceeds limit for rule:',
      ),
    ])
  })

  test('what costs too much ends in an error, and soon', () => {
    const hostile = { type: 'array', items: { type: 'integer' } } satisfies StructuralSchema
    const expensive = schemaWith(
      Array.from({ length: 50 }, () => ({ rule: 'self.list.all(x, self.list.all(y, x + y > 0))' })),
      { properties: { list: hostile } },
    )
    const started = performance.now()
    const errors = validateRules(expensive, {
      spec: { list: Array.from({ length: 300 }, (_, index) => index + 1) },
    })
    // A bound against a hang, wide because machines are noisy: without the budget this takes minutes.
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(errors.map(formatFieldError)).toEqual([
      'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
    ])
    const once = schemaWith(
      [{ rule: 'self.list.all(x, self.list.all(y, self.list.all(z, x + y + z > 0)))' }],
      { properties: { list: hostile } },
    )
    expect(
      validateRules(once, { spec: { list: Array.from({ length: 300 }, (_, index) => index + 1) } }).map(
        formatFieldError,
      )[0],
    ).toContain(
      "'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule:",
    )
  })
})
