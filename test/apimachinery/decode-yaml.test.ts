import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { DecodeError, TooManyValuesError } from '../../src/apimachinery/decode-error.ts'
import { decodeYaml, decodeYamlInSteps } from '../../src/apimachinery/decode-yaml.ts'

const decode = (text: string) => decodeYaml(Buffer.from(text))
const value = (text: string) => decode(text).value

describe('scalars mean what they mean to kubectl', () => {
  test.each([
    ['[yes, On, TRUE, y, Y]', [true, true, true, true, true]],
    ['[no, off, False, n, N]', [false, false, false, false, false]],
    ['[\'yes\', "on", yEs]', ['yes', 'on', 'yEs']],
    ['[~, null, Null, ]', [null, null, null]],
    ['[0644, 0o644, 0x1F, 0b11, 1_000, +1, -0, 08]', [420, 420, 31, 3, 1000, 1, 0, 8]],
    ['[1.5, .5, 1e3, 1., 1.5_0, -2.5E-1]', [1.5, 0.5, 1000, 1, 1.5, -0.25]],
    [
      '[12:30, 1.2.3, 0x, 0o8, _1, 1e400, .x, -x]',
      ['12:30', '1.2.3', '0x', '0o8', '_1', '1e400', '.x', '-x'],
    ],
    [
      '[2024-01-01, 2024-01-01T00:00:00Z, 2001-12-14 21:59:43]',
      ['2024-01-01', '2024-01-01T00:00:00Z', '2001-12-14 21:59:43'],
    ],
    [
      "{a: !!str 1, b: !!int '3', c: !!binary aGk=, d: !own x, e: !!float 2}",
      { a: '1', b: 3, c: 'hi', d: 'x', e: 2 },
    ],
    ['a: |\n  x\n  y\nb: >\n  p\n  q\n', { a: 'x\ny\n', b: 'p q\n' }],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected)
  })

  test('keys of any sort become texts', () => {
    expect(value('1: a\n0x10: b\n1.5: c\nyes: d\n2024-01-01: e\n')).toEqual({
      '1': 'a',
      '16': 'b',
      '1.5': 'c',
      true: 'd',
      '2024-01-01': 'e',
    })
  })
})

describe('documents', () => {
  test('the first one counts, and nothing is null', () => {
    expect(value('a: 1\n---\nb: 2\n')).toEqual({ a: 1 })
    expect(value('')).toBeNull()
    expect(value('# nothing\n')).toBeNull()
  })

  test('long ones are read step by step, so that others have their turn', () => {
    const steps = [...decodeYamlInSteps(Buffer.from('- a\n'.repeat(10_000)))]
    expect(steps.length).toBeGreaterThan(5)
    expect([...decodeYamlInSteps(Buffer.from('- a\n'.repeat(10)))]).toHaveLength(0)
  })

  test('JSON is YAML', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        expect(value(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('what a careful writer writes comes back', () => {
    const word = () =>
      fc.constantFrom(
        'a b',
        'yes',
        'N',
        '12:30',
        '0644',
        '',
        ' x',
        '#a',
        '- b',
        '{',
        '~',
        'a: b',
        "it's",
        '"',
        'l\nm',
        'é',
      )
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        word(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.dictionary(word(), tie('value')),
    })).value
    fc.assert(
      fc.property(json, (given) => {
        const plain: unknown = JSON.parse(JSON.stringify(given))
        expect(value(stringify(plain, { version: '1.1' }))).toEqual(plain)
      }),
    )
  })
})

describe('duplicate keys', () => {
  test('are told by their paths, and the last value counts', () => {
    expect(decode('a: 1\nb:\n  - c: 1\n    c: 2\na: 3\n')).toEqual({
      value: { a: 3, b: [{ c: 2 }] },
      duplicateFields: ['b[0].c', 'a'],
      duplicateKeys: ['line 4: key "c" already set in map', 'line 5: key "a" already set in map'],
    })
    expect(decode('{"a": 1, "a": 2}').duplicateFields).toEqual(['a'])
    expect(decode('true: 1\nyes: 2\n').duplicateFields).toEqual(['true'])
  })

  test('called __proto__ are fields', () => {
    const read = value('__proto__: {x: 1}\n') as Record<string, unknown>
    expect(JSON.stringify(read)).toBe('{"__proto__":{"x":1}}')
    expect(read.x).toBeUndefined()
  })
})

describe('aliases', () => {
  test('stand for what was anchored last before them', () => {
    expect(value('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 })
    expect(value('- &x [&y 1]\n- &y 2\n- *x\n- *y\n')).toEqual([[1], 2, [1], 2])
  })

  test('can be merged into a map, and what is set below wins', () => {
    expect(value('base: &b {p: 1, q: 1}\nx:\n  <<: *b\n  q: 2\n')).toEqual({
      base: { p: 1, q: 1 },
      x: { p: 1, q: 2 },
    })
    expect(value('- &a {p: 1}\n- &b {p: 2, q: 2}\n- {<<: [*a, *b]}\n')).toEqual([
      { p: 1 },
      { p: 2, q: 2 },
      { p: 1, q: 2 },
    ])
  })

  test('cannot unfold into something huge', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]']
    for (const [index, name] of [...'bcdefghi'].entries()) {
      lines.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
    }
    expect(() => decode(lines.join('\n'))).toThrow(
      new DecodeError('yaml: document contains excessive aliasing'),
    )
  })
})

describe('refusals', () => {
  test.each([
    ['a: *x', "yaml: unknown anchor 'x' referenced"],
    ['a: &a [*a]', "yaml: anchor 'a' value contains itself"],
    ['<<: 1', 'yaml: map merge requires map or sequence of maps as the value'],
    ['? [a]\n: b', 'yaml: invalid map key: only scalars can be keys'],
    ['null: a', 'unsupported map key of type null'],
    ['a: .inf', 'json: unsupported value: +Inf'],
    ['a: .nan', 'json: unsupported value: NaN'],
    ['a: \u0001', 'yaml: control characters are not allowed'],
    ['"\\ud800"', 'yaml: found invalid Unicode character escape code'],
    ['a: !!int x', 'yaml: cannot decode !!str `x` as a !!int'],
    [
      'a: 9223372036854775807',
      'integer 9223372036854775807 cannot be kept exactly: only integers from -9007199254740991 to 9007199254740991 can',
    ],
    ['a:\n\t- b', 'yaml: line 2: tabs are not allowed as indentation'],
  ])('%j', (text, message) => {
    expect(() => decode(text)).toThrow(new DecodeError(message))
  })

  test.each(['{a: 1', 'a: b: c', '- a\nb: c', ']', '"', '@', '`', '%', '&', '*'])('%j', (text) => {
    expect(() => decode(text)).toThrow(DecodeError)
  })

  test.each([
    ['lines', `a: |\n${'  b\n'.repeat(100_000)}`, '100000 lines'],
    ['tokens', '- a\n'.repeat(50_000), '100000 tokens'],
    ['directives', `${'%A b\n'.repeat(101)}---\na: b\n`, '100 directives'],
  ])('more %s than the library reads in a short time', (_sort, text, most) => {
    expect(() => decode(text)).toThrow(
      new DecodeError(`yaml: the document has more than ${most}; send it as JSON`),
    )
  })

  test.each([
    ['that are written', '[a, b, c, d, e]', 6],
    ['that aliases stand for', '[&a [b, c], *a]', 7],
    ['that are merged, each time', '[&a {b: 1, c: 2}, &d {<<: *a}, {<<: *d}]', 16],
  ])('more values than allowed, %s', (_sort, text, values) => {
    expect(decodeYaml(Buffer.from(text), values)).toEqual(decode(text))
    expect(() => decodeYaml(Buffer.from(text), values - 1)).toThrow(TooManyValuesError)
  })

  test('whatever is sent, it is read or refused', () => {
    const piece = () =>
      fc.constantFrom(
        'a',
        '1',
        ': ',
        '- ',
        '\n',
        ' ',
        '  ',
        '{',
        '}',
        '[',
        ']',
        ',',
        '&x ',
        '*x',
        '!!int ',
        '|',
        '>',
        '"',
        "'",
        '#',
        '<<',
        '---\n',
        '? ',
      )
    fc.assert(
      fc.property(fc.array(piece(), { maxLength: 12 }), (pieces) => {
        try {
          decode(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['brackets', '['.repeat(1e6)],
    ['flow maps', '{a: '.repeat(2e5)],
    ['closed brackets', '[]'.repeat(5e5)],
    ['dashes', '- '.repeat(5e5)],
    ['questions', '? '.repeat(5e5)],
    ['indentation', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['lines', 'a: b\n'.repeat(5e5)],
    ['aliases', `a: &x b\n${'- *x\n'.repeat(3e5)}`],
  ])('hostile %s are refused in no time', (_name, text) => {
    const start = performance.now()
    expect(() => decode(text)).toThrow(DecodeError)
    expect(performance.now() - start).toBeLessThan(10_000)
  })
})
