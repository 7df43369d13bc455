import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import {
  type FieldTerm,
  formatFieldSelector,
  parseFieldSelector,
} from '../../src/apimachinery/field-selector.ts'

const term = (): fc.Arbitrary<FieldTerm> =>
  fc.record({
    field: fc.constantFrom('metadata.name', 'spec.a', 'spec.b'),
    operator: fc.constantFrom('=', '!='),
    value: fc.oneof(fc.string(), fc.constantFrom('x', 'a,b', 'a=b', 'a\\', '')),
  })

test('what is written out with escapes is read back', () => {
  fc.assert(
    fc.property(fc.array(term(), { maxLength: 4 }), (terms) => {
      const read = parseFieldSelector(formatFieldSelector({ terms }))
      const texts = (list: readonly FieldTerm[]) => list.map((each) => JSON.stringify(each)).sort()
      expect(texts(read.terms)).toEqual(texts(terms))
      expect(read.isEmpty).toBe(terms.length === 0)
    }),
  )
})

test('a selector matches where all of its terms hold', () => {
  fc.assert(
    fc.property(
      fc.array(term(), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('metadata.name', 'spec.a', 'spec.b'), fc.constantFrom('x', 'a,b', '')),
      (terms, values) => {
        const expected = terms.every(
          ({ field, operator, value }) => ((values[field] ?? '') === value) === (operator === '='),
        )
        const selector = parseFieldSelector(formatFieldSelector({ terms }))
        expect(selector.matches((field) => values[field] ?? '')).toBe(expected)
      },
    ),
  )
})

test('both equality signs mean the same, and empty terms mean nothing', () => {
  expect(parseFieldSelector(',a==b,,c=d,').terms).toEqual([
    { field: 'a', operator: '=', value: 'b' },
    { field: 'c', operator: '=', value: 'd' },
  ])
  expect(parseFieldSelector('').isEmpty).toBe(true)
})

describe('refusals, in the words of a real server', () => {
  test.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=b\\c', 'invalid field selector: invalid escape sequence: \\c'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
  ])('%j', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(StatusError)
    expect(() => parseFieldSelector(text)).toThrow(message)
  })
})

test('a megabyte is read or refused in no time', () => {
  const start = performance.now()
  for (const text of ['a=b,'.repeat(2.5e5), '\\'.repeat(1e6), 'a'.repeat(1e6), `a=${'\\,'.repeat(5e5)}`]) {
    try {
      parseFieldSelector(text)
    } catch (error) {
      expect(error).toBeInstanceOf(StatusError)
    }
  }
  expect(performance.now() - start).toBeLessThan(10_000)
})

test('however many terms a selector has, each field is read once', () => {
  const text = Array.from({ length: 1000 }, (_, index) => `a!=v${index}`).join()
  const selector = parseFieldSelector(`${text},b=x`)
  const reads: string[] = []
  const read = (values: Record<string, string>) => (field: string) => {
    reads.push(field)
    return values[field] ?? ''
  }
  expect(selector.matches(read({ a: 'w', b: 'x' }))).toBe(true)
  expect(reads.sort()).toEqual(['a', 'b'])
  expect(selector.matches(read({ a: 'v999', b: 'x' }))).toBe(false)
  expect(parseFieldSelector('a=x,a=y').matches(read({ a: 'x' }))).toBe(false)
})
