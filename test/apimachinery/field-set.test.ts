import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type FieldPath,
  fieldElement,
  keyElement,
  PathElementError,
  valueElement,
} from '../../src/apimachinery/field-path.ts'
import { FieldSet } from '../../src/apimachinery/field-set.ts'
import type { JsonObject } from '../../src/apimachinery/object.ts'

const element = () =>
  fc.oneof(
    fc.constantFrom('a', 'b', 'c').map(fieldElement),
    fc.constantFrom('x', 'y').map((name) => keyElement({ name })),
    fc.constantFrom('p', 'q').map(valueElement),
  )
const path = () => fc.array(element(), { minLength: 1, maxLength: 4 })
const paths = () => fc.array(path(), { maxLength: 8 })

/** The model: a set of texts. */
const model = (list: readonly FieldPath[]) => new Set(list.map((each) => each.join('/')))
const members = (set: FieldSet) => model([...set.paths()])
const isBelow = (each: string, other: string) => each === other || each.startsWith(`${other}/`)

describe('as sets of paths', () => {
  test('they hold what they were made of, and count it', () => {
    fc.assert(
      fc.property(paths(), path(), (list, other) => {
        const set = FieldSet.of(...list)
        expect(members(set)).toEqual(model(list))
        expect(set.size).toBe(model(list).size)
        expect(set.isEmpty).toBe(list.length === 0)
        expect(set.has(other)).toBe(model(list).has(other.join('/')))
      }),
    )
  })

  test('union, intersection and difference are those of sets', () => {
    fc.assert(
      fc.property(paths(), paths(), (left, right) => {
        const [first, second] = [FieldSet.of(...left), FieldSet.of(...right)]
        const [one, two] = [model(left), model(right)]
        expect(members(first.union(second))).toEqual(new Set([...one, ...two]))
        expect(members(first.intersection(second))).toEqual(new Set([...one].filter((each) => two.has(each))))
        expect(members(first.difference(second))).toEqual(new Set([...one].filter((each) => !two.has(each))))
      }),
    )
  })

  test('the recursive difference takes what lies below as well', () => {
    fc.assert(
      fc.property(paths(), paths(), (left, right) => {
        const rest = [...model(left)].filter(
          (each) => ![...model(right)].some((other) => isBelow(each, other)),
        )
        expect(members(FieldSet.of(...left).recursiveDifference(FieldSet.of(...right)))).toEqual(
          new Set(rest),
        )
      }),
    )
  })

  test('leaves have no member below them', () => {
    fc.assert(
      fc.property(paths(), (list) => {
        const all = [...model(list)]
        const leaves = all.filter((each) => !all.some((other) => other !== each && isBelow(other, each)))
        expect(members(FieldSet.of(...list).leaves())).toEqual(new Set(leaves))
      }),
    )
  })

  test('what is below a path is the set of the paths from there on', () => {
    fc.assert(
      fc.property(paths(), path(), (list, above) => {
        const prefix = `${above.join('/')}/`
        const below = [...model(list)].filter((each) => each.startsWith(prefix))
        expect(members(FieldSet.of(...list).below(above))).toEqual(
          new Set(below.map((each) => each.slice(prefix.length))),
        )
      }),
    )
  })
})

describe('as values', () => {
  test('two ways to the same members are the same tree, byte for byte', () => {
    fc.assert(
      fc.property(paths(), paths(), (left, right) => {
        const [first, second] = [FieldSet.of(...left), FieldSet.of(...right)]
        const text = (set: FieldSet) => JSON.stringify(set.toFieldsV1())
        expect(text(first.union(second))).toBe(text(second.union(first)))
        expect(text(first.union(second))).toBe(text(FieldSet.of(...right, ...left)))
        expect(text(first.difference(second).union(first.intersection(second)))).toBe(text(first))
        expect(first.union(second).equals(second.union(first))).toBe(true)
        expect(first.equals(second)).toBe(text(first) === text(second))
      }),
    )
  })

  test('no operation changes its operands', () => {
    fc.assert(
      fc.property(paths(), paths(), (left, right) => {
        const [first, second] = [FieldSet.of(...left), FieldSet.of(...right)]
        const before = JSON.stringify([first.toFieldsV1(), second.toFieldsV1()])
        first.union(second)
        first.intersection(second)
        first.difference(second)
        first.recursiveDifference(second)
        first.leaves()
        expect(JSON.stringify([first.toFieldsV1(), second.toFieldsV1()])).toBe(before)
      }),
    )
  })

  test('a set that loses and gains nothing stays the same value', () => {
    const set = FieldSet.of([fieldElement('a'), fieldElement('b')], [fieldElement('c')])
    expect(set.difference(FieldSet.of([fieldElement('a')]))).toBe(set)
    expect(set.union(FieldSet.of([fieldElement('c')]))).toBe(set)
    expect(set.recursiveDifference(FieldSet.of([fieldElement('x')]))).toBe(set)
  })
})

describe('fieldsV1', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(paths(), (list) => {
        const set = FieldSet.of(...list)
        const sent = JSON.parse(JSON.stringify(set.toFieldsV1())) as JsonObject
        expect(FieldSet.fromFieldsV1(sent).equals(set)).toBe(true)
        expect(JSON.stringify(FieldSet.fromFieldsV1(sent).toFieldsV1())).toBe(
          JSON.stringify(set.toFieldsV1()),
        )
      }),
    )
  })

  test('marks a member that has members below it', () => {
    const set = FieldSet.of([fieldElement('labels')], [fieldElement('labels'), fieldElement('app')])
    expect(set.toFieldsV1()).toEqual({ 'f:labels': { '.': {}, 'f:app': {} } })
  })

  test('of a client may be in any order and hold elements that nobody knows', () => {
    const sent = { 'f:b': {}, 'z:1': { 'f:x': {} }, 'f:a': { 'k:{ "name":"x"}': { '.': {} } } }
    expect(JSON.stringify(FieldSet.fromFieldsV1(sent).toFieldsV1())).toBe(
      '{"f:a":{"k:{\\"name\\":\\"x\\"}":{}},"f:b":{}}',
    )
  })

  test('that names an item twice in two spellings is joined', () => {
    const sent = { 'f:a': { 'k:{"x":1,"y":2}': { 'f:p': {} }, 'k:{"y":2,"x":1}': { 'f:q': {} } } }
    expect(FieldSet.fromFieldsV1(sent).toFieldsV1()).toEqual({
      'f:a': { 'k:{"x":1,"y":2}': { 'f:p': {}, 'f:q': {} } },
    })
  })

  test('may name a field __proto__', () => {
    const set = FieldSet.fromFieldsV1(JSON.parse('{"f:__proto__":{"f:x":{}}}') as JsonObject)
    expect(set.has([fieldElement('__proto__'), fieldElement('x')])).toBe(true)
    expect(({} as Record<string, unknown>)['f:x']).toBeUndefined()
  })

  test.each([[[]], ['x'], [{ 'f:a': 1 }], [{ 'f:a': null }], [{ nonsense: {} }], [{ 'k:{': {} }]])(
    '%j is refused',
    (sent) => {
      expect(() => FieldSet.fromFieldsV1(sent)).toThrow(PathElementError)
    },
  )
})
