import { describe, expect, test } from 'vitest'
import { formatFieldError } from '../../src/apimachinery/field-error.ts'
import { checkSchema } from '../../src/registry/schema-check.ts'
import { checkStructural } from '../../src/registry/structural-check.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'

/** The faults of a schema in which `x` is a field of the root. */
function faults(x: object): string[] {
  return checkSchema({ type: 'object', properties: { x: x as StructuralSchema } }, 'schema').map(
    formatFieldError,
  )
}

const at = 'schema.properties[x]'

describe('structural schemas', () => {
  test('patterns that compile to too much together are refused where it is too much; the same one counts once', () => {
    const large = (name: string) => ({ type: 'string', pattern: `x{1000}${name}` })
    const named = (name: (index: number) => string) =>
      Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`p${index}`, large(name(index))]))
    expect(faults({ type: 'object', properties: named(() => 'y') })).toEqual([])
    expect(faults({ type: 'object', properties: named(String) })).toEqual([
      expect.stringMatching(
        /^schema\.properties\[x\]\.properties\[p\d+\]\.pattern: Forbidden: the patterns of a definition must have at most 100000 instructions together$/,
      ),
    ])
  })

  test('a plain one is fine', () => {
    expect(
      faults({
        type: 'object',
        properties: {
          port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
          size: {
            'x-kubernetes-int-or-string': true,
            allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: '^a' }],
          },
          any: { 'x-kubernetes-preserve-unknown-fields': true },
          list: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
          name: { type: 'string', default: 'a', pattern: '^[a-z]$' },
        },
        oneOf: [{ required: ['port'] }, { properties: { name: { enum: ['b'] } } }],
      }),
    ).toEqual([])
  })

  test.each<[string, object, string[]]>([
    ['no type', {}, [`${at}.type: Required value: must not be empty for specified object fields`]],
    [
      'a type of no sort',
      { type: 'map[string]string' },
      [
        `${at}.type: Unsupported value: "map[string]string": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      ],
    ],
    [
      'items without type',
      { type: 'array', items: {} },
      [`${at}.items.type: Required value: must not be empty for specified array items`],
    ],
    ['a list without items', { type: 'array' }, [`${at}.items: Required value: must be specified`]],
    [
      'a type in a junctor',
      { type: 'string', anyOf: [{ type: 'string' }] },
      [`${at}.anyOf[0].type: Forbidden: must be empty to be structural`],
    ],
    [
      'much in a junctor',
      { type: 'string', not: { default: 'a', nullable: true, description: 'd' } },
      [
        `${at}.not.default: Forbidden: must be undefined to be structural`,
        `${at}.not.description: Forbidden: must be empty to be structural`,
        `${at}.not.nullable: Forbidden: must be false to be structural`,
      ],
    ],
    [
      'a bad pattern',
      { type: 'string', pattern: '(' },
      [
        `${at}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
      ],
    ],
    [
      'an embedded scalar',
      {
        type: 'string',
        'x-kubernetes-embedded-resource': true,
        'x-kubernetes-preserve-unknown-fields': true,
      },
      [`${at}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`],
    ],
    [
      'an embedded object of nothing',
      { type: 'object', 'x-kubernetes-embedded-resource': true },
      [
        `${at}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
      ],
    ],
    [
      'an int-or-string that preserves',
      { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true },
      [
        `${at}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
      ],
    ],
    [
      'preserving nothing',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
      [`${at}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
    ],
    ['a reference', { type: 'object', $ref: '#/a' }, [`${at}.$ref: Forbidden: $ref is not supported`]],
    [
      'pattern properties',
      { type: 'object', patternProperties: {} },
      [`${at}.patternProperties: Forbidden: patternProperties is not supported`],
    ],
    [
      'unique items',
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
      [
        `${at}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
      ],
    ],
    [
      'both sorts of properties',
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } },
      [`${at}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
    ],
    [
      'a tuple',
      { type: 'array', items: [{ type: 'string' }] },
      [`${at}.items: Forbidden: items must be a schema object and not an array`],
    ],
    [
      'a map type on a text',
      { type: 'string', 'x-kubernetes-map-type': 'atomic' },
      [`${at}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`],
    ],
    [
      'a list type of no sort',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' },
      [`${at}.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"`],
    ],
    [
      'a list map without keys',
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' },
      [
        `${at}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
      ],
    ],
    [
      'a key that may be missing',
      {
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [
        `${at}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      ],
    ],
    [
      'a key that is not there',
      {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [
        `${at}.x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties`,
      ],
    ],
    [
      'keys of no list map',
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-map-keys': ['k'] },
      [
        `${at}.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty`,
      ],
    ],
    [
      'a default of another type',
      { type: 'integer', default: 'a' },
      [`${at}.default: Invalid value: "string": ${at}.default in body must be of type integer: "string"`],
    ],
    [
      'a default with unknown fields',
      { type: 'object', properties: {}, default: { a: 1 } },
      [`${at}.default: Invalid value: {"a":1}: must not have unknown fields`],
    ],
  ])('%s', (_, schema, expected) => {
    const found = faults(schema)
    // faults of a default name the value as the root of its own check
    expect(found.map((text) => text.replace(': " in body', `: ${at}.default in body`))).toHaveLength(
      expected.length,
    )
    for (const [index, text] of expected.entries()) {
      expect(found[index]?.split(': ')[0]).toBe(text.split(': ')[0])
    }
    if (!('default' in schema)) expect(found).toEqual(expected)
  })

  test('metadata is the server’s: only names may be restricted', () => {
    const root = (metadata: StructuralSchema) =>
      checkStructural({ type: 'object', properties: { metadata } }, 's').map(formatFieldError)
    expect(root({ type: 'object', properties: { name: { type: 'string', maxLength: 5 } } })).toEqual([])
    expect(root({ type: 'object', properties: { labels: { type: 'object' } } })).toEqual([
      's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ])
  })

  test('the root is an object without additional properties', () => {
    expect(checkStructural({ type: 'array', items: { type: 'string' } }, 's').map(formatFieldError)).toEqual([
      's.type: Invalid value: "array": must be object at the root',
    ])
    expect(
      checkStructural({ type: 'object', additionalProperties: { type: 'string' } }, 's').map(
        formatFieldError,
      ),
    ).toEqual(['s.additionalProperties: Forbidden: must not be used at the root'])
  })

  test.each<[string, object, string]>([
    [
      'a rule that does not compile',
      { rule: 'self.nothing' },
      'compilation failed: ERROR: <input>:1:5: undefined field',
    ],
    ['no rule', { rule: ' ' }, 'Required value: rule is not specified'],
    ['a rule that is no verdict', { rule: 'self.a' }, 'cel expression must evaluate to a bool'],
    [
      'a message that is no text',
      { rule: 'true', messageExpression: '1' },
      'messageExpression must evaluate to a string',
    ],
    ['a message of two lines', { rule: 'true', message: 'a\nb' }, 'must not contain line breaks'],
    [
      'a reason of no sort',
      { rule: 'true', reason: 'Because' },
      'Unsupported value: "Because": supported values: "FieldValueDuplicate"',
    ],
    [
      'a path to nowhere',
      { rule: 'true', fieldPath: '.b' },
      'fieldPath: Invalid value: ".b": must be a valid path',
    ],
  ])('%s', (_, rule, sentence) => {
    const found = faults({
      type: 'object',
      properties: { a: { type: 'string' } },
      'x-kubernetes-validations': [rule],
    })
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(`${at}.x-kubernetes-validations[0]`)
    expect(found[0]).toContain(sentence)
  })

  test('old values cannot be told inside of plain lists', () => {
    const items = {
      type: 'object',
      properties: { n: { type: 'string' } },
      required: ['n'],
      'x-kubernetes-validations': [{ rule: 'self == oldSelf' }],
    }
    expect(faults({ type: 'array', items })).toEqual([
      `${at}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${at}`,
    ])
    expect(
      faults({ type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'] }),
    ).toEqual([])
  })

  test('schemas without end are refused, quickly', () => {
    let deep: StructuralSchema = { type: 'string' }
    for (let index = 0; index < 5000; index++) deep = { type: 'object', properties: { a: deep } }
    const wide = Object.fromEntries(
      Array.from({ length: 60_000 }, (_, index) => [`f${index}`, { type: 'string' }]),
    )
    const started = performance.now()
    expect(faults(deep)[0]).toContain('schema must not be nested deeper than 100')
    expect(faults({ type: 'object', properties: wide })[0]).toContain('schema must have at most 50000 nodes')
    expect(performance.now() - started).toBeLessThan(20_000)
  })
})
