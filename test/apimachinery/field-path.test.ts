import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalElement,
  compareElements,
  compareText,
  fieldElement,
  formatFieldPath,
  indexElement,
  keyElement,
  PathElementError,
  valueElement,
} from '../../src/apimachinery/field-path.ts'

const scalar = () => fc.oneof(fc.string(), fc.integer(), fc.boolean())
const element = () =>
  fc.oneof(
    fc.string().map(fieldElement),
    fc.dictionary(fc.string({ minLength: 1 }), scalar(), { minKeys: 1, maxKeys: 3 }).map(keyElement),
    scalar().map(valueElement),
    fc.nat(100).map(indexElement),
  )

test('conflicts name places as Kubernetes does', () => {
  const path = [
    fieldElement('spec'),
    fieldElement('ports'),
    keyElement({ protocol: 'TCP', port: 80 }),
    fieldElement('tags'),
    valueElement('a "b"'),
    indexElement(3),
  ]
  expect(formatFieldPath(path)).toBe('.spec.ports[port=80,protocol="TCP"].tags[="a \\"b\\""][3]')
})

describe('canonical elements', () => {
  test('are themselves', () => {
    fc.assert(
      fc.property(element(), (each) => {
        expect(canonicalElement(each)).toBe(each)
      }),
    )
  })

  test('do not depend on the order of keys or on spaces', () => {
    expect(canonicalElement('k:{ "protocol" : "TCP", "port":80 }')).toBe('k:{"port":80,"protocol":"TCP"}')
    expect(canonicalElement('v: "x"')).toBe('v:"x"')
    expect(canonicalElement('i:007')).toBe('i:7')
  })

  test('escape what Go escapes', () => {
    expect(keyElement({ name: '<a&b>\u2028' })).toBe('k:{"name":"\\u003ca\\u0026b\\u003e\\u2028"}')
  })

  test('of an unknown sort are none', () => {
    expect(canonicalElement('x:1')).toBeUndefined()
  })

  test.each(['', 'f', 'fx', 'k:1', 'k:{', 'k:[]', 'v:', 'i:x', 'i:'])('%j is refused', (text) => {
    expect(() => canonicalElement(text)).toThrow(PathElementError)
  })
})

test('elements are ordered: fields, keyed items, set items, indexes, and by value within a sort', () => {
  const ordered = [
    'f:a',
    'f:b',
    'k:{"name":"a"}',
    'k:{"name":"a","port":1}',
    'k:{"name":"b"}',
    'k:{"port":2}',
    'k:{"port":10}',
    'v:2',
    'v:10',
    'v:"a"',
    'v:false',
    'v:true',
    'i:2',
    'i:10',
  ]
  for (const seed of [1, 2, 3]) {
    const shuffled = ordered.toSorted(
      (left, right) => ((left.length * seed) % 7) - ((right.length * seed) % 7),
    )
    expect(shuffled.sort(compareElements)).toEqual(ordered)
  }
})

test('the order of elements is total: zero exactly for the same element, and opposite both ways round', () => {
  fc.assert(
    fc.property(element(), element(), (left, right) => {
      const order = Math.sign(compareElements(left, right))
      expect(order === 0).toBe(left === right)
      expect(Math.sign(compareElements(right, left)) + order).toBe(0)
    }),
  )
})

test('texts are ordered by their bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right))
      expect(Math.sign(compareText(left, right))).toBe(bytes)
    }),
  )
  expect(compareText('\u{1f600}', '\uffee')).toBeGreaterThan(0)
})
