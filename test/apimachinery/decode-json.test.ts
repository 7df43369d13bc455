import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError, maxNestingDepth, TooManyValuesError } from '../../src/apimachinery/decode-error.ts'
import { decodeJson, decodeJsonText } from '../../src/apimachinery/decode-json.ts'
import { parseJson } from '../../src/apimachinery/json-parser.ts'

describe('valid JSON', () => {
  test('is what JSON.parse makes of it, on the quick road and on the careful one', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const expected: unknown = JSON.parse(text)
        expect(decodeJsonText(text)).toEqual({ value: expected, duplicateFields: [] })
        expect(parseJson(Buffer.from(text)).value).toEqual(expected)
      }),
    )
  })

  test('is the same however it is written: as the engine does, with a line at its end, with spaces', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    const numbers = fc.array(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()),
    )
    fc.assert(
      fc.property(fc.oneof(value, numbers), (written) => {
        const text = JSON.stringify(written)
        const expected = parseJson(Buffer.from(text))
        for (const spelled of [text, `${text}\n`, `${text} `, JSON.stringify(written, null, 1)]) {
          expect(decodeJsonText(spelled)).toEqual(expected)
        }
      }),
    )
  })

  test('is counted the same however it is written', () => {
    for (const [text, values] of [
      ['{"a":[],"b":{},"c":[1,{"d":null}]}', 7],
      ['[[],[[]],{}]', 5],
      ['"x"', 1],
    ] as const) {
      for (const spelled of [text, text.replaceAll(':', ': ').replaceAll(',', ' , ')]) {
        expect(decodeJson(Buffer.from(spelled), values).value).toEqual(JSON.parse(text))
        expect(() => decodeJson(Buffer.from(spelled), values - 1)).toThrow(TooManyValuesError)
      }
    }
  })

  test('may have spaces and escapes anywhere', () => {
    const text = ' { "a\\u0041\\n" : [ 1 , -2.5e-3 , true , null ] , "b:{" : "\\"}:\\\\" } \n'
    expect(decodeJsonText(text).value).toEqual({ 'aA\n': [1, -0.0025, true, null], 'b:{': '"}:\\' })
  })

  test('in broken UTF-8 or with half a character holds the replacement character', () => {
    expect(decodeJson(Buffer.from([0x22, 0xff, 0x22])).value).toBe('\ufffd')
    expect(decodeJsonText('"\\ud800x"').value).toBe('\ufffdx')
    expect(decodeJsonText('"\\ud83d\\ude00"').value).toBe('\u{1f600}')
  })

  test('may name a field __proto__, which pollutes nothing', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"y":2},"__proto__":{"x":1}}']) {
      const value = decodeJsonText(text).value as Record<string, unknown>
      expect(Object.keys(value)).toEqual(['__proto__'])
      expect(value.x).toBeUndefined()
      expect(JSON.stringify(value)).toBe('{"__proto__":{"x":1}}')
    }
  })
})

describe('duplicate fields', () => {
  test.each([
    ['{"a":1,"a":2}', ['a'], { a: 2 }],
    ['{"spec":{"foo":1,"bar":1,"foo":2}}', ['spec.foo'], { spec: { foo: 2, bar: 1 } }],
    ['{"l":[{"a":1},{"a":1,"a":2}]}', ['l[1].a'], { l: [{ a: 1 }, { a: 2 }] }],
    ['{"a":1,"a":2,"a":3}', ['a'], { a: 3 }],
    ['{"a":{"b":1},"a":{"c":1}}', ['a'], { a: { c: 1 } }],
    ['[{"a":1,"a":2}]', ['[0].a'], [{ a: 2 }]],
    ['{"a":1,"\\u0061":2}', ['a'], { a: 2 }],
  ])('%s', (text, duplicateFields, value) => {
    expect(decodeJsonText(text)).toEqual({ value, duplicateFields })
  })

  test('are found wherever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 }), fc.nat(3), (fields, depth) => {
        const inner = `{${fields.map((field, index) => `"${field}":${index}`).join(',')}}`
        const text = '{"x":'.repeat(depth) + inner + '}'.repeat(depth)
        const repeated = new Set(fields.filter((field, index) => fields.indexOf(field) !== index))
        const prefix = Array(depth).fill('x')
        expect(decodeJsonText(text).duplicateFields).toEqual(
          [...repeated].map((field) => [...prefix, field].join('.')),
        )
      }),
    )
  })

  test('are listed up to a hundred', () => {
    const text = `{${Array.from({ length: 500 }, (_, index) => `"f${index % 250}":1`).join(',')}}`
    expect(decodeJsonText(text).duplicateFields).toHaveLength(100)
  })
})

describe('refusals, in the words of Go', () => {
  test.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['{"a"', 'unexpected end of JSON input'],
    ['"a', 'unexpected end of JSON input'],
    ['nul', 'unexpected end of JSON input'],
    ['-', 'unexpected end of JSON input'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['\u0000', "invalid character '\\x00' looking for beginning of value"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['01', "invalid character '1' after top-level value"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1e+x', "invalid character 'x' in exponent of numeric literal"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['1e999', 'json: cannot unmarshal number 1e999 into Go value of type float64'],
  ])('%j', (text, message) => {
    expect(() => decodeJsonText(text)).toThrow(new DecodeError(message))
  })

  test('what JSON.parse refuses is refused, whatever it is', () => {
    const parses = (text: string) => {
      try {
        JSON.parse(text)
        return true
      } catch {
        return false
      }
    }
    const piece = () =>
      fc.constantFrom('{', '}', '[', ']', ':', ',', '"', 'a', '1', '-', '.', 'e', 'true', 'null', '\\', ' ')
    fc.assert(
      fc.property(fc.array(piece(), { maxLength: 10 }), (pieces) => {
        const text = pieces.join('')
        if (parses(text)) expect(decodeJsonText(text).value).toEqual(JSON.parse(text))
        else expect(() => decodeJsonText(text)).toThrow(DecodeError)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('numbers', () => {
  test.each(['9007199254740993', '-9007199254740993', '9223372036854775807'])(
    'the integer %s would come out different and is refused',
    (literal) => {
      expect(() => decodeJsonText(`{"a":${literal}}`)).toThrow(`integer ${literal} cannot be kept exactly`)
    },
  )

  test.each([
    '9007199254740991',
    '-9007199254740991',
    '0',
    '-0',
    '100000000000000000000',
    '12345678901234567.5',
  ])('the number %s is kept', (literal) => {
    expect(decodeJsonText(`[${literal}]`).value).toEqual([Number(literal)])
  })

  test('long digits inside texts are no numbers', () => {
    expect(decodeJsonText('{"9223372036854775807":"9223372036854775807"}').value).toEqual({
      '9223372036854775807': '9223372036854775807',
    })
  })
})

test('nesting ends at the bound', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(() => decodeJsonText(nested(maxNestingDepth))).not.toThrow()
  expect(() => decodeJsonText(nested(maxNestingDepth + 1))).toThrow(
    "invalid character '[' exceeded max depth",
  )
  expect(() => decodeJsonText('{"a":'.repeat(1e5))).toThrow("invalid character '{' exceeded max depth")
})
