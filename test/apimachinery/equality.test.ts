import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cloneJson } from '../../src/apimachinery/clone.ts'
import { deepEqual } from '../../src/apimachinery/equality.ts'

const json = () => fc.jsonValue({ maxDepth: 3 })

test('a value equals its copy, whatever the order of its fields', () => {
  fc.assert(
    fc.property(json(), (value) => {
      const reversed = (each: unknown): unknown => {
        if (Array.isArray(each)) return each.map(reversed)
        if (typeof each !== 'object' || each === null) return each
        return Object.fromEntries(
          Object.entries(each)
            .toReversed()
            .map(([field, child]) => [field, reversed(child)]),
        )
      }
      expect(deepEqual(value, cloneJson(value))).toBe(true)
      expect(deepEqual(value, reversed(value))).toBe(true)
    }),
  )
})

test('two values are equal exactly when their canonical texts are', () => {
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_field, each) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1)))
        : each,
    )
  fc.assert(
    fc.property(json(), json(), (left, right) => {
      expect(deepEqual(left, right)).toBe(canonical(left) === canonical(right))
    }),
  )
})

test('null, the empty list, the empty object and absence are four different things', () => {
  expect(deepEqual({ a: null }, {})).toBe(false)
  expect(deepEqual({ a: [] }, { a: {} })).toBe(false)
  expect(deepEqual({ a: null }, { a: [] })).toBe(false)
  expect(deepEqual(null, {})).toBe(false)
})

test('a field that is undefined is absent', () => {
  expect(deepEqual({ a: 1, b: undefined }, { a: 1 })).toBe(true)
  expect(deepEqual({ a: 1 }, { a: 1, b: undefined })).toBe(true)
  expect(deepEqual({ a: undefined }, { b: 1 })).toBe(false)
})

test('inherited names do not pass for fields', () => {
  expect(deepEqual({ toString: undefined, a: 1 }, { a: 1 })).toBe(true)
  expect(deepEqual({ constructor: Object }, {})).toBe(false)
})
