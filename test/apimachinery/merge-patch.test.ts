import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import { applyMergePatch, mergeJson } from '../../src/apimachinery/merge-patch.ts'
import type { JsonValue } from '../../src/apimachinery/object.ts'
import { deepFreeze } from '../support/deep-freeze.ts'

describe('the examples of RFC 7386', () => {
  test.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j patched by %j', (target, patch, expected) => {
    expect(mergeJson(deepFreeze(target), deepFreeze(patch))).toEqual(expected)
  })
})

describe('laws', () => {
  const json = (): fc.Arbitrary<JsonValue> =>
    fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string(),
        fc.constant(null),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
    })).value as fc.Arbitrary<JsonValue>
  const map = () => fc.dictionary(fc.constantFrom('a', 'b', 'c'), json())

  test('patched twice is patched once', () => {
    fc.assert(
      fc.property(map(), map(), (document, patch) => {
        const once = applyMergePatch(deepFreeze(document), deepFreeze(patch))
        expect(applyMergePatch(once, patch)).toEqual(once)
      }),
    )
  })

  test('what the patch does not name stays, and what it nulls is gone', () => {
    fc.assert(
      fc.property(map(), map(), (document, patch) => {
        const patched = applyMergePatch(document, patch)
        for (const field of ['a', 'b', 'c']) {
          if (!(field in patch)) expect(patched[field]).toBe(document[field])
          else if (patch[field] === null) expect(field in patched).toBe(false)
        }
      }),
    )
  })

  test('the empty patch changes nothing', () => {
    fc.assert(fc.property(map(), (document) => void expect(applyMergePatch(document, {})).toEqual(document)))
  })
})

test('fields that are null inside lists go, as on a real server', () => {
  expect(applyMergePatch({ l: [{ a: 1 }] }, { l: [{ a: null, b: [null, { c: null }] }] })).toEqual({
    l: [{ b: [null, {}] }],
  })
})

test('a field called __proto__ is a field', () => {
  const patch = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"x":1}}') as JsonValue
  const patched = applyMergePatch({}, patch)
  expect(JSON.stringify(patched)).toBe('{"__proto__":{"polluted":1},"constructor":{"x":1}}')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(patched.polluted).toBeUndefined()
})

test.each<[JsonValue, string]>([
  [[], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ['x', 'error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'],
  [true, 'error decoding patch: json: cannot unmarshal bool into Go value of type map[string]interface {}'],
  [null, 'Invalid JSON Patch'],
])('%j is no merge patch of an object', (patch, message) => {
  expect(() => applyMergePatch({}, patch)).toThrow(StatusError)
  expect(() => applyMergePatch({}, patch)).toThrow(message)
})
