import { afterAll, describe, expect, test } from 'vitest'
import { project, startHttpServer } from '../../server/support/http-server.ts'

const http = startHttpServer()
afterAll(() => http.close())

const definitions = `${project}/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All`

/** Defines a kind whose `spec.a` has this schema. */
function define(schema: unknown) {
  const spec = { type: 'object', properties: { a: schema } }
  const openAPIV3Schema = { type: 'object', properties: { spec } }
  return http.ask('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  })
}

const keywords = [
  ...['$ref', 'description', 'type', 'format', 'nullable', 'default', 'enum', 'minimum', 'exclusiveMinimum'],
  ...[
    'multipleOf',
    'minLength',
    'pattern',
    'items',
    'additionalItems',
    'uniqueItems',
    'properties',
    'required',
  ],
  ...['additionalProperties', 'patternProperties', 'maxProperties', 'definitions', 'dependencies', 'allOf'],
  ...['anyOf', 'oneOf', 'not', 'externalDocs', 'x-kubernetes-preserve-unknown-fields'],
  ...['x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string', 'x-kubernetes-list-type'],
  ...[
    '__proto__',
    'constructor',
    'x-kubernetes-list-map-keys',
    'x-kubernetes-map-type',
    'x-kubernetes-validations',
  ],
]
const values: unknown[] = [
  ...[
    null,
    5,
    'x',
    '__proto__',
    true,
    [],
    [null],
    {},
    { a: null },
    { a: 5 },
    ['x'],
    [{}],
    [{ rule: 5 }],
    [{ rule: null }],
  ],
  ...[
    JSON.parse('{"__proto__":{"type":"object"}}'),
    JSON.parse('{"constructor":{"type":null}}'),
    [JSON.parse('{"__proto__":5}')],
  ],
]

describe('a schema within a schema', () => {
  test.each(keywords)('is accepted or refused, whatever %s holds', async (keyword) => {
    for (const value of values) {
      const { code, text } = await define(
        JSON.parse(`{"type":"object","${keyword}":${JSON.stringify(value)}}`),
      )
      expect([201, 400, 422], `${JSON.stringify(value)}: ${text}`).toContain(code)
    }
  })

  test('loses what is null, but for values', async () => {
    const { code, json } = await define({
      type: 'object',
      pattern: null,
      nullable: true,
      properties: { b: { type: 'string', nullable: true, enum: ['x', null], items: null } },
    })
    expect(code).toBe(201)
    const [{ schema }] = json.spec.versions
    expect(schema.openAPIV3Schema.properties.spec.properties.a).toEqual({
      type: 'object',
      nullable: true,
      properties: { b: { type: 'string', nullable: true, enum: ['x', null] } },
    })
  })
})
