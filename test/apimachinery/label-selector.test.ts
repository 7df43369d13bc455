import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import {
  formatLabelSelector,
  type LabelRequirement,
  labelSelectorFromObject,
  parseLabelSelector,
} from '../../src/apimachinery/label-selector.ts'

function refusal(text: string): string {
  try {
    parseLabelSelector(text)
  } catch (error) {
    if (error instanceof StatusError && error.code === 400) return error.message
    throw error
  }
  throw new Error(`${JSON.stringify(text)} was accepted`)
}

describe('syntax', () => {
  test.each([
    ['', []],
    ['  ', []],
    ['app=web', [{ key: 'app', operator: '=', values: ['web'] }]],
    ['app == web', [{ key: 'app', operator: '==', values: ['web'] }]],
    ['app!=web', [{ key: 'app', operator: '!=', values: ['web'] }]],
    ['app=', [{ key: 'app', operator: '=', values: [''] }]],
    [
      'app=,b',
      [
        { key: 'app', operator: '=', values: [''] },
        { key: 'b', operator: 'exists', values: [] },
      ],
    ],
    ['app', [{ key: 'app', operator: 'exists', values: [] }]],
    ['!app', [{ key: 'app', operator: '!', values: [] }]],
    ['n>3', [{ key: 'n', operator: 'gt', values: ['3'] }]],
    ['n<3', [{ key: 'n', operator: 'lt', values: ['3'] }]],
    ['app in (b,a,b)', [{ key: 'app', operator: 'in', values: ['a', 'b'] }]],
    ['app notin ()', [{ key: 'app', operator: 'notin', values: [''] }]],
    ['app in (,a)', [{ key: 'app', operator: 'in', values: ['', 'a'] }]],
    ['app in (a,,b)', [{ key: 'app', operator: 'in', values: ['', 'a', 'b'] }]],
    ['in in (in,notin)', [{ key: 'in', operator: 'in', values: ['in', 'notin'] }]],
    [
      'b,a',
      [
        { key: 'a', operator: 'exists', values: [] },
        { key: 'b', operator: 'exists', values: [] },
      ],
    ],
    ['example.com/tier\t=\nx', [{ key: 'example.com/tier', operator: '=', values: ['x'] }]],
  ])('%j', (text, requirements) => {
    const selector = parseLabelSelector(text)
    expect(selector.requirements).toEqual(requirements)
    expect(selector.isEmpty).toBe(requirements.length === 0)
  })
})

describe('refusals, in the words of a real server', () => {
  const name =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  const label =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
  test.each([
    ['a=b,', "found '', expected: identifier after ','"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a in (b,', "unable to parse requirement: found '', expected: ',', or identifier"],
    ['a==(b)', "unable to parse requirement: found '(', expected: identifier"],
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    [
      'a>x',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    ['-a=b', `unable to parse requirement: <nil>: Invalid value: "-a": ${name}`],
    ['a=-b', `unable to parse requirement: values[0][a]: Invalid value: "-b": ${label}`],
    [
      'a in (-,+)',
      `unable to parse requirement: [values[0][a]: Invalid value: "+": ${label}, values[1][a]: Invalid value: "-": ${label}]`,
    ],
  ])('%j', (text, message) => {
    expect(refusal(text)).toBe(message)
  })
})

describe('matching', () => {
  const key = () => fc.constantFrom('a', 'b', 'c')
  const value = () => fc.constantFrom('', '1', '2', '10', 'x')
  const labels = () => fc.dictionary(key(), value())
  const requirement = (): fc.Arbitrary<LabelRequirement> =>
    fc.oneof(
      fc.record({
        key: key(),
        operator: fc.constantFrom('in', 'notin'),
        values: fc.uniqueArray(value(), { minLength: 1 }),
      }),
      fc.record({
        key: key(),
        operator: fc.constantFrom('=', '==', '!='),
        values: value().map((each) => [each]),
      }),
      fc.record({ key: key(), operator: fc.constantFrom('gt', 'lt'), values: fc.constantFrom(['1'], ['5']) }),
      fc.record({ key: key(), operator: fc.constantFrom('exists', '!'), values: fc.constant([]) }),
    ) as fc.Arbitrary<LabelRequirement>

  const holds = ({ key, operator, values }: LabelRequirement, given: Record<string, string>): boolean => {
    const has = key in given
    const actual = given[key] ?? ''
    const negative = operator === 'notin' || operator === '!=' || operator === '!'
    if (!has) return negative
    if (operator === 'exists') return true
    if (operator === '!') return false
    if (operator === 'gt' || operator === 'lt') {
      if (!/^\d+$/.test(actual)) return false
      return operator === 'gt' ? Number(actual) > Number(values[0]) : Number(actual) < Number(values[0])
    }
    return values.includes(actual) !== negative
  }

  test('is the conjunction of what each requirement says', () => {
    fc.assert(
      fc.property(fc.array(requirement(), { maxLength: 4 }), labels(), (requirements, given) => {
        const text = formatLabelSelector({
          requirements,
          isEmpty: requirements.length === 0,
          matches: () => true,
        })
        expect(parseLabelSelector(text).matches(given)).toBe(requirements.every((each) => holds(each, given)))
      }),
    )
  })

  test('a selector written out and read again is the same', () => {
    fc.assert(
      fc.property(fc.array(requirement(), { maxLength: 4 }), (requirements) => {
        const text = formatLabelSelector({ requirements, isEmpty: false, matches: () => true })
        const selector = parseLabelSelector(text)
        expect(parseLabelSelector(formatLabelSelector(selector)).requirements).toEqual(selector.requirements)
      }),
    )
  })

  test('compares integers of 64 bits, and nothing else, by size', () => {
    expect(parseLabelSelector('n>9007199254740992').matches({ n: '9007199254740993' })).toBe(true)
    expect(parseLabelSelector('n>1').matches({ n: '99999999999999999999' })).toBe(false)
    expect(parseLabelSelector('n>1').matches({ n: '2.5' })).toBe(false)
    expect(parseLabelSelector('n>1').matches({ n: '+2' })).toBe(true)
  })

  test('does not take what every object inherits for a label', () => {
    expect(parseLabelSelector('constructor').matches({})).toBe(false)
    expect(parseLabelSelector('!toString').matches({})).toBe(true)
  })
})

describe('selectors in objects', () => {
  test('join labels and expressions', () => {
    const selector = labelSelectorFromObject({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    })
    expect(formatLabelSelector(selector)).toBe('app=web,!old,tier in (a,b)')
    expect(selector.matches({ app: 'web', tier: 'b' })).toBe(true)
    expect(selector.matches({ app: 'web', tier: 'b', old: '' })).toBe(false)
  })

  test('without anything select everything', () => {
    expect(labelSelectorFromObject({}).matches({})).toBe(true)
    expect(labelSelectorFromObject({ matchLabels: null, matchExpressions: null }).isEmpty).toBe(true)
  })

  test.each([
    ['Like', ['a'], '"Like" is not a valid label selector operator'],
    ['In', [], "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty"],
    ['Exists', ['a'], 'values: Invalid value: ["a"]: values set must be empty for exists and does not exist'],
  ])('operator %s with values %j is refused', (operator, values, message) => {
    expect(() => labelSelectorFromObject({ matchExpressions: [{ key: 'a', operator, values }] })).toThrow(
      message,
    )
  })
})

test('a megabyte is read or refused in no time', () => {
  const texts = [
    'a'.repeat(1e6),
    'a,'.repeat(5e5),
    `a in (${'b,'.repeat(5e5)})`,
    '!'.repeat(1e6),
    '('.repeat(1e6),
    ' '.repeat(1e6),
    '='.repeat(1e6),
    `a${' '.repeat(1e6)}b`,
  ]
  const start = performance.now()
  for (const text of texts) {
    try {
      parseLabelSelector(text)
    } catch (error) {
      expect(error).toBeInstanceOf(StatusError)
    }
  }
  expect(performance.now() - start).toBeLessThan(10_000)
})

test('however many labels a selector names, only those are looked at that an object has', () => {
  const text = Array.from({ length: 5000 }, (_, index) => `!absent${index},a!=v${index}`).join()
  const selector = parseLabelSelector(text)
  let looks = 0
  const counted = (labels: Record<string, string>) =>
    new Proxy(labels, {
      get(target, key) {
        looks++
        return Reflect.get(target, key)
      },
      getOwnPropertyDescriptor(target, key) {
        looks++
        return Reflect.getOwnPropertyDescriptor(target, key)
      },
    })
  expect(selector.matches(counted({ a: 'b', c: 'd' }))).toBe(true)
  expect(looks).toBeLessThan(10)
  expect(selector.matches({ a: 'v4999' })).toBe(false)
  expect(selector.matches({ a: 'b', absent4999: '' })).toBe(false)
})

test('requirements of one label hold together', () => {
  expect(parseLabelSelector('a in (x,y),a in (y,z)').matches({ a: 'y' })).toBe(true)
  expect(parseLabelSelector('a in (x,y),a in (y,z)').matches({ a: 'x' })).toBe(false)
  expect(parseLabelSelector('a,!a').matches({ a: 'x' })).toBe(false)
  expect(parseLabelSelector('a,!a').matches({})).toBe(false)
  expect(parseLabelSelector('n>1,n>3,n<9,n<7').matches({ n: '5' })).toBe(true)
  for (const n of ['2', '3', '7', '8']) {
    expect(parseLabelSelector('n>1,n>3,n<9,n<7').matches({ n })).toBe(false)
  }
})
