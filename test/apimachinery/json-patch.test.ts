import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import { applyJsonPatch } from '../../src/apimachinery/json-patch.ts'
import type { JsonValue } from '../../src/apimachinery/object.ts'
import { deepFreeze } from '../support/deep-freeze.ts'

interface Case {
  comment?: string
  doc: JsonValue
  patch: JsonValue
  expected?: JsonValue
  error?: string
  disabled?: boolean
}

function refusal(action: () => unknown): StatusError {
  try {
    action()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const suite = dirname(createRequire(import.meta.url).resolve('json-patch-test-suite/package.json'))

for (const file of ['tests.json', 'spec_tests.json']) {
  describe(`the public suite, ${file}`, () => {
    const cases = JSON.parse(readFileSync(join(suite, file), 'utf8')) as Case[]
    const enabled = cases.filter((each) => each.disabled !== true && each.patch !== undefined)

    test.each(enabled.map((each, index) => [index, each.comment ?? each.error ?? '', each] as const))(
      '%i %s',
      (_index, _comment, { doc, patch, expected, error }) => {
        deepFreeze(doc)
        deepFreeze(patch)
        if (error !== undefined) expect(refusal(() => applyJsonPatch(doc, patch)).code).toBe(422)
        else if (expected !== undefined) expect(applyJsonPatch(doc, patch)).toEqual(expected)
        else applyJsonPatch(doc, patch)
      },
    )
  })
}

describe('refusals, in the words of a real server', () => {
  test('an operation that cannot be done', () => {
    const error = refusal(() => applyJsonPatch({}, [{ op: 'remove', path: '/a' }]))
    expect(error.status).toMatchObject({
      message: 'the server rejected our request due to an error in our request',
      reason: 'Invalid',
      details: {},
      code: 422,
    })
    expect((error.cause as Error).message).toBe('missing key: a')
  })

  test.each([
    [{}, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
    ['x', 'error decoding patch: json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
    [[1], 'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
  ])('%j is no patch', (patch, message) => {
    expect(refusal(() => applyJsonPatch({}, patch)).status).toMatchObject({ code: 400, message })
  })

  test('more than ten thousand operations', () => {
    const patch = Array(10_001).fill({ op: 'test', path: '', value: {} }) as JsonValue
    expect(refusal(() => applyJsonPatch({}, patch)).status).toMatchObject({
      code: 413,
      message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    })
  })

  test('copies that make a document grow without end', () => {
    const patch = Array.from({ length: 60 }, (_, index) => ({ op: 'copy', from: '', path: `/a${index}` }))
    const error = refusal(() => applyJsonPatch({ seed: 'x'.repeat(100) }, patch))
    expect(error.code).toBe(422)
    expect((error.cause as Error).message).toContain('exceeding the limit 3145728')
  })

  test('many operations at the front of a long list', () => {
    const patch = Array(10_000).fill({ op: 'remove', path: '/0' }) as JsonValue
    expect(refusal(() => applyJsonPatch(Array(100_000).fill(0), patch)).code).toBe(413)
  })
})

describe('prototypes', () => {
  test.each([
    [{ op: 'add', path: '/constructor/polluted', value: 1 }],
    [{ op: 'replace', path: '/constructor/keys', value: 1 }],
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'remove', path: '/toString' }],
    [{ op: 'copy', from: '/constructor', path: '/x' }],
    [{ op: 'test', path: '/constructor/name', value: 'Object' }],
  ])('%j finds nothing there', (operation) => {
    expect(refusal(() => applyJsonPatch({ a: 1 }, [operation])).code).toBe(422)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(typeof Object.keys).toBe('function')
  })

  test('a field called __proto__ is a field', () => {
    const patched = applyJsonPatch({}, [
      { op: 'add', path: '/__proto__', value: { x: 1 } },
      { op: 'add', path: '/__proto__/y', value: 2 },
    ]) as Record<string, unknown>
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"x":1,"y":2}}')
    expect(patched.x).toBeUndefined()
  })
})

describe('laws', () => {
  const field = () => fc.constantFrom('a', 'b', 'c')
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
      map: fc.dictionary(field(), tie('value')),
    })).value as fc.Arbitrary<JsonValue>
  const map = () => fc.dictionary(field(), json())

  test('what was added can be read, and removing it gives the document back', () => {
    fc.assert(
      fc.property(map(), json(), (document, value) => {
        deepFreeze(document)
        const added = applyJsonPatch(document, [{ op: 'add', path: '/new', value }])
        applyJsonPatch(added, [{ op: 'test', path: '/new', value }])
        expect(applyJsonPatch(added, [{ op: 'remove', path: '/new' }])).toEqual(document)
      }),
    )
  })

  test('a move there and back changes nothing', () => {
    fc.assert(
      fc.property(map(), (document) => {
        const [first] = Object.keys(document)
        if (first === undefined) return
        const there = { op: 'move', from: `/${first}`, path: '/elsewhere' }
        const back = { op: 'move', from: '/elsewhere', path: `/${first}` }
        expect(applyJsonPatch(deepFreeze(document), [there, back])).toEqual(document)
      }),
    )
  })

  test('a copy is apart from what it was copied from', () => {
    const patched = applyJsonPatch({ a: { n: 1 } }, [
      { op: 'add', path: '/a/m', value: 2 },
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'replace', path: '/b/n', value: 3 },
    ])
    expect(patched).toEqual({ a: { n: 1, m: 2 }, b: { n: 3, m: 2 } })
  })

  test('a patch may be applied twice: it is not changed by what it did', () => {
    const patch = [
      { op: 'add', path: '/a', value: { list: [] } },
      { op: 'add', path: '/a/list/-', value: 1 },
    ]
    expect(applyJsonPatch({}, patch)).toEqual({ a: { list: [1] } })
    expect(applyJsonPatch({}, patch)).toEqual({ a: { list: [1] } })
  })

  test('what no operation touched is shared', () => {
    const document = { a: { b: 1 }, c: { d: 2 } }
    const patched = applyJsonPatch(document, [{ op: 'replace', path: '/a/b', value: 3 }]) as typeof document
    expect(patched.c).toBe(document.c)
    expect(document.a.b).toBe(1)
  })
})
