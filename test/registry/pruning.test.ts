import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cloneJson } from '../../src/apimachinery/clone.ts'
import { prune } from '../../src/registry/pruning.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        items: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' } } } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        pools: {
          type: 'object',
          additionalProperties: { type: 'object', properties: { size: { type: 'integer' } } },
        },
        open: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object', properties: { a: { type: 'string' } } } },
        },
        embedded: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
        },
      },
    },
  },
}

describe('pruning', () => {
  test('what the schema does not know goes, and is named', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: { anything: 1 },
      extra: true,
      spec: {
        name: 'x',
        wrong: 1,
        items: [{ port: 1 }, { port: 2, prot: 'x' }],
        labels: { a: 'b' },
        pools: { big: { size: 1, colour: 'red' } },
      },
    }
    expect(prune(schema, object)).toEqual([
      'extra',
      'spec.items[1].prot',
      'spec.pools.big.colour',
      'spec.wrong',
    ])
    expect(object).toEqual({
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: { anything: 1 },
      spec: { name: 'x', items: [{ port: 1 }, { port: 2 }], labels: { a: 'b' }, pools: { big: { size: 1 } } },
    })
  })

  test('where unknown fields are preserved, the known ones are pruned below', () => {
    const object = { spec: { open: { whatever: { deep: [1] }, known: { a: 'x', b: 'y' } } } }
    expect(prune(schema, object)).toEqual(['spec.open.known.b'])
    expect(object.spec.open.whatever).toEqual({ deep: [1] })
  })

  test('an embedded object keeps its head and metadata', () => {
    const object = {
      spec: {
        embedded: { apiVersion: 'v1', kind: 'X', metadata: { odd: 1 }, spec: { a: '1', b: '2' }, more: 1 },
      },
    }
    expect(prune(schema, object)).toEqual(['spec.embedded.more', 'spec.embedded.spec.b'])
    expect(object.spec.embedded.metadata).toEqual({ odd: 1 })
  })

  test('fields called like what every object inherits are unknown all the same', () => {
    const object = JSON.parse('{"spec":{"__proto__":{"x":1},"constructor":{"y":2},"name":"n"}}') as Record<
      string,
      unknown
    >
    expect(prune(schema, object)).toEqual(['spec.__proto__', 'spec.constructor'])
    expect(JSON.stringify(object)).toBe('{"spec":{"name":"n"}}')
  })

  test('pruning twice finds nothing more', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('spec', 'other', 'metadata'), fc.jsonValue()), (value) => {
        const object = cloneJson(value)
        prune(schema, object)
        const pruned = JSON.stringify(object)
        expect(prune(schema, object)).toEqual([])
        expect(JSON.stringify(object)).toBe(pruned)
      }),
    )
  })
})
