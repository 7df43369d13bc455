import { describe, expect, test } from 'vitest'
import type { Kind } from '../../../src/registry/kind.ts'
import { createKindSet } from '../../../src/registry/kind-set.ts'
import type { StructuralSchema } from '../../../src/registry/structural-schema.ts'
import { openApi } from '../../../src/server/openapi/openapi.ts'

/** What is published of a user's kind with this schema, in both versions. */
function published(schema: StructuralSchema, selectableFields: string[] = []) {
  const kind: Kind = {
    group: 'stable.example.com',
    names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
    scope: 'Cluster',
    planes: ['root'],
    origin: 'custom',
    versions: [
      { name: 'v1', served: true, storage: true, schema: () => schema, columns: [], selectableFields },
    ],
  }
  const kinds = createKindSet([kind])
  const document = (...path: string[]) => JSON.parse(String(openApi(kinds, ['openapi', ...path])?.body))
  const name = 'com.example.stable.v1.Widget'
  return {
    v3: document('v3', 'apis', 'stable.example.com', 'v1').components.schemas[name],
    v2: document('v2').definitions[name],
  }
}

const spec = (schema: StructuralSchema): StructuralSchema => ({
  type: 'object',
  properties: { spec: schema },
})

describe('a custom kind', () => {
  test('has the head that every object has, whatever its schema says of it', () => {
    const { v3, v2 } = published({
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } } },
    })
    expect(v3.properties.metadata.allOf).toEqual([
      { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    ])
    expect(v2.properties.metadata.$ref).toBe('#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
    expect(Object.keys(v2.properties).sort()).toEqual(['apiVersion', 'kind', 'metadata'])
    expect(v2['x-kubernetes-group-version-kind']).toEqual([
      { group: 'stable.example.com', kind: 'Widget', version: 'v1' },
    ])
  })

  test('with an open schema is open in version 2 and known as far as it goes in version 3', () => {
    const open = { ...spec({ type: 'string' }), 'x-kubernetes-preserve-unknown-fields': true }
    const { v3, v2 } = published(open)
    expect(Object.keys(v2).sort()).toEqual(['type', 'x-kubernetes-group-version-kind'])
    expect(Object.keys(v3.properties).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'spec'])
  })

  test('tells its selectable fields', () => {
    const { v3 } = published(spec({ type: 'string' }), ['.spec.color', 'spec.size'])
    expect(v3['x-kubernetes-selectable-fields']).toEqual([
      { fieldPath: 'spec.color' },
      { fieldPath: 'spec.size' },
    ])
  })

  test('keeps rules, defaults and list types in version 3', () => {
    const schema: StructuralSchema = {
      type: 'array',
      default: [],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-validations': [{ rule: 'self.size() < 3' }],
      items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    }
    expect(published(spec(schema)).v3.properties.spec).toEqual(schema)
  })

  test('loses in version 2 what that cannot say, so that no client refuses what the server takes', () => {
    const { v2 } = published(
      spec({
        type: 'object',
        required: ['always', 'maybe'],
        properties: {
          always: { type: 'string' },
          maybe: { type: 'object', nullable: true, properties: { x: { type: 'string' } } },
          port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
          open: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            properties: { x: { type: 'string' } },
          },
        },
        oneOf: [{ required: ['port'] }, { required: ['open'] }],
      }),
    )
    expect(v2.properties.spec).toEqual({
      type: 'object',
      required: ['always'],
      properties: {
        always: { type: 'string' },
        maybe: {},
        port: { 'x-kubernetes-int-or-string': true },
        open: { 'x-kubernetes-preserve-unknown-fields': true },
      },
    })
  })

  test('has the head of an object in every object inside it', () => {
    const embedded: StructuralSchema = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: {},
    }
    const { v3, v2 } = published(spec(embedded))
    for (const schema of [v3.properties.spec, v2.properties.spec]) {
      expect(Object.keys(schema.properties)).toEqual(['apiVersion', 'kind', 'metadata'])
      expect(schema.required).toEqual(['kind', 'apiVersion'])
    }
  })

  test('may have a field called __proto__', () => {
    const properties = JSON.parse('{"__proto__": {"type": "string"}}')
    const { v3 } = published(spec({ type: 'object', properties }))
    expect(Object.keys(v3.properties.spec.properties)).toEqual(['__proto__'])
  })
})
