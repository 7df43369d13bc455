import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cloneJson } from '../../src/apimachinery/clone.ts'
import { applyDefaults } from '../../src/registry/defaulting.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'

function defaulted(spec: StructuralSchema, object: Record<string, unknown>): Record<string, unknown> {
  applyDefaults({ type: 'object', properties: { metadata: { type: 'object' }, spec } }, object)
  return object
}

describe('defaulting', () => {
  const spec: StructuralSchema = {
    type: 'object',
    default: {},
    properties: {
      replicas: { type: 'integer', default: 1 },
      mode: { type: 'string', nullable: true, default: 'Auto' },
      note: { type: 'string' },
      template: { type: 'object', properties: { image: { type: 'string', default: 'nginx' } } },
      ports: {
        type: 'array',
        items: { type: 'object', properties: { protocol: { type: 'string', default: 'TCP' } } },
      },
      limits: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { unit: { type: 'string', default: 'm' } } },
      },
    },
  }

  test('a missing field gets its default, and defaults inside of it apply', () => {
    expect(defaulted(spec, {})).toEqual({ spec: { replicas: 1, mode: 'Auto' } })
  })

  test('a missing object without default stays missing, whatever is inside', () => {
    expect(defaulted(spec, { spec: {} }).spec).not.toHaveProperty('template')
    expect(defaulted(spec, { spec: { template: {} } }).spec).toMatchObject({ template: { image: 'nginx' } })
  })

  test('a null that is no value becomes the default, or goes where there is none', () => {
    expect(defaulted(spec, { spec: { replicas: null, note: null } }).spec).toEqual({
      replicas: 1,
      mode: 'Auto',
    })
  })

  test('a null that is a value stays', () => {
    expect(defaulted(spec, { spec: { mode: null } }).spec).toMatchObject({ mode: null })
  })

  test('items and map values get theirs', () => {
    expect(
      defaulted(spec, { spec: { ports: [{}, { protocol: 'UDP' }], limits: { cpu: {} } } }).spec,
    ).toMatchObject({
      ports: [{ protocol: 'TCP' }, { protocol: 'UDP' }],
      limits: { cpu: { unit: 'm' } },
    })
  })

  test('defaults are copies: two objects share nothing', () => {
    const left = defaulted(spec, {})
    const right = defaulted(spec, {})
    expect(left.spec).not.toBe(right.spec)
  })

  test('metadata is the server’s own and stays as it is', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { metadata: { type: 'object', properties: { name: { type: 'string', default: 'x' } } } },
    }
    const object = { metadata: { labels: null } }
    applyDefaults(schema, object)
    expect(object).toEqual({ metadata: { labels: null } })
  })

  test('fields with names that every object inherits are fields like others', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: {
        constructor: { type: 'string', default: 'built' },
        ['__proto__']: { type: 'string', default: 'plain' },
      },
    }
    const object = JSON.parse('{}') as Record<string, unknown>
    applyDefaults(schema, object)
    expect(Object.hasOwn(object, 'constructor') && object.constructor).toBe('built')
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).plain).toBeUndefined()
  })

  test('applying twice is applying once', () => {
    const value = fc.record(
      {
        replicas: fc.option(fc.integer()),
        mode: fc.option(fc.string()),
        note: fc.option(fc.string()),
        template: fc.record({ image: fc.option(fc.string()) }, { requiredKeys: [] }),
        ports: fc.array(fc.record({ protocol: fc.option(fc.string()) }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(value, (each) => {
        const once = defaulted(spec, { spec: cloneJson(each) })
        expect(defaulted(spec, cloneJson(once))).toEqual(once)
      }),
    )
  })
})
