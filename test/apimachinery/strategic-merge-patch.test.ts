import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import { applyMergePatch } from '../../src/apimachinery/merge-patch.ts'
import type { JsonObject, JsonValue } from '../../src/apimachinery/object.ts'
import { applyStrategicMergePatch, type PatchSchema } from '../../src/apimachinery/strategic-merge-patch.ts'
import { deepFreeze } from '../support/deep-freeze.ts'

const schema: PatchSchema = {
  properties: {
    containers: {
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      items: {
        properties: {
          env: { 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'name' },
        },
      },
    },
    words: { 'x-kubernetes-patch-strategy': 'merge' },
    plain: {},
    volume: { 'x-kubernetes-patch-strategy': 'retainKeys' },
    whole: { 'x-kubernetes-patch-strategy': 'replace' },
  },
}

function patched(document: JsonObject, patch: JsonValue): JsonObject {
  return applyStrategicMergePatch(schema, deepFreeze(document), deepFreeze(patch))
}

function refusal(document: JsonObject, patch: JsonValue): StatusError {
  try {
    patched(document, patch)
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const items = (...names: string[]) => names.map((name) => ({ name }))

describe('lists', () => {
  test('with a merge key are merged item by item; what is new goes where the patch has it', () => {
    const document = {
      containers: [{ name: 'a', image: '1', env: [{ name: 'X', value: '1' }] }, { name: 'b' }],
    }
    const patch = { containers: [{ name: 'c' }, { name: 'a', env: [{ name: 'Y', value: '2' }] }] }
    expect(patched(document, patch)).toEqual({
      containers: [
        { name: 'c' },
        {
          name: 'a',
          image: '1',
          env: [
            { name: 'Y', value: '2' },
            { name: 'X', value: '1' },
          ],
        },
        { name: 'b' },
      ],
    })
  })

  test('of scalars are joined without repetitions', () => {
    expect(patched({ words: ['a', 'b'] }, { words: ['b', 'c'] })).toEqual({ words: ['a', 'b', 'c'] })
  })

  test('without a strategy are replaced', () => {
    expect(patched({ plain: [1, 2] }, { plain: [3] })).toEqual({ plain: [3] })
  })

  test('in metadata are merged whatever the schema says', () => {
    const document = { metadata: { finalizers: ['a'], ownerReferences: [{ uid: '1', name: 'x' }] } }
    const patch = {
      metadata: { finalizers: ['b'], ownerReferences: [{ uid: '1', name: 'y' }, { uid: '2' }] },
    }
    expect(patched(document, patch)).toEqual({
      metadata: { finalizers: ['b', 'a'], ownerReferences: [{ uid: '1', name: 'y' }, { uid: '2' }] },
    })
  })
})

describe('directives', () => {
  test('$patch: replace takes the map as it is', () => {
    expect(patched({ volume: { a: 1, b: 2 } }, { volume: { $patch: 'replace', c: 3 } })).toEqual({
      volume: { c: 3 },
    })
  })

  test('$patch: delete empties a map, and takes an item out of a list', () => {
    expect(patched({ volume: { a: 1 } }, { volume: { $patch: 'delete' } })).toEqual({ volume: {} })
    expect(
      patched({ containers: items('a', 'b', 'c') }, { containers: [{ $patch: 'delete', name: 'b' }] }),
    ).toEqual({
      containers: items('a', 'c'),
    })
  })

  test('$patch: replace in a list replaces it', () => {
    const patch = { containers: [{ $patch: 'replace' }, { name: 'z' }] }
    expect(patched({ containers: items('a', 'b') }, patch)).toEqual({ containers: items('z') })
  })

  test('$deleteFromPrimitiveList takes values out of a list of scalars', () => {
    expect(patched({ words: ['a', 'b', 'c'] }, { '$deleteFromPrimitiveList/words': ['a', 'x'] })).toEqual({
      words: ['b', 'c'],
    })
    expect(patched({}, { '$deleteFromPrimitiveList/words': ['a'] })).toEqual({})
  })

  test('$setElementOrder puts a list in order, items of the server between as they were', () => {
    const document = { containers: items('a', 'b', 'c', 'd') }
    const order = items('d', 'b', 'a')
    expect(patched(document, { '$setElementOrder/containers': order })).toEqual({
      containers: items('c', 'd', 'b', 'a'),
    })
    expect(
      patched({ words: ['a', 'b'] }, { '$setElementOrder/words': ['b', 'z', 'a'], words: ['z'] }),
    ).toEqual({
      words: ['b', 'z', 'a'],
    })
  })

  test('$retainKeys keeps of a map what it names', () => {
    expect(patched({ volume: { a: 1, b: 2 } }, { volume: { $retainKeys: ['b', 'c'], c: 3 } })).toEqual({
      volume: { b: 2, c: 3 },
    })
  })

  test('never get into the document, nor do nulls', () => {
    const patch = {
      volume: { x: null, y: { $patch: 'delete' }, z: [{ $patch: 'delete', name: 'a' }, { a: null }] },
    }
    expect(patched({}, patch)).toEqual({ volume: { z: [{}] } })
    expect(patched({}, { containers: [{ name: 'a', image: null }] })).toEqual({ containers: items('a') })
    expect(patched({ containers: items('b') }, { containers: [{ name: 'a', image: null }] })).toEqual({
      containers: items('a', 'b'),
    })
  })
})

describe('refusals', () => {
  test.each<[JsonObject, JsonValue, string]>([
    [{}, [], 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [{}, { $patch: 'merge' }, 'unknown patch type: merge in map: {"$patch":"merge"}'],
    [
      { containers: items('a') },
      { containers: [{ image: 'x' }] },
      'map: {"image":"x"} does not contain declared merge key: name',
    ],
    [
      { containers: items('a') },
      { containers: [{ $patch: 'merge', name: 'a' }] },
      'merging lists cannot yet be specified in the patch',
    ],
    [{ volume: {} }, { volume: { $retainKeys: ['a'], b: 1 } }, 'invalid patch format of retainKeys'],
    [{ volume: {} }, { volume: { $retainKeys: 'a' } }, 'invalid patch format of retainKeys'],
    [{ words: ['a'] }, { $deleteFromPrimitiveList: ['a'] }, 'invalid patch format of primitive list'],
    [{ words: ['a'] }, { '$setElementOrder/words': 'a' }, 'invalid patch format of setElementOrder list'],
    [{ words: ['a'] }, { words: [{ a: 1 }] }, 'list element types are not identical'],
  ])('%j patched by %j', (document, patch, message) => {
    const error = refusal(document, patch)
    expect(error.code).toBe(400)
    expect(error.message).toBe(message)
  })

  test('a patch that contradicts the order it asks for', () => {
    const patch = { '$setElementOrder/words': ['a', 'b'], words: ['b', 'a'] }
    expect(refusal({ words: [] }, patch).message).toMatch(
      /^The order in patch list:\n.*doesn't match \$setElementOrder list:/s,
    )
  })

  test('lists of lists', () => {
    expect(refusal({ words: ['a'] }, { words: [['b']] }).code).toBe(422)
  })
})

test('without strategies and directives it is a merge patch', () => {
  const json = (): fc.Arbitrary<JsonValue> =>
    fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string(),
        tie('list'),
        tie('map'),
        fc.constant(null),
      ),
      list: fc.array(fc.integer(), { maxLength: 3 }),
      map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
    })).value as fc.Arbitrary<JsonValue>
  const map = () => fc.dictionary(fc.constantFrom('a', 'b', 'c'), json())
  fc.assert(
    fc.property(map(), map(), (document, patch) => {
      expect(applyStrategicMergePatch({}, document, patch)).toEqual(applyMergePatch(document, patch))
    }),
  )
})

test('a patch applied twice is applied once', () => {
  const name = () => fc.constantFrom('a', 'b', 'c', 'd')
  const list = () => fc.uniqueArray(name()).map((names) => items(...names))
  fc.assert(
    fc.property(
      list(),
      list(),
      fc.uniqueArray(name()),
      fc.uniqueArray(name()),
      (live, change, words, more) => {
        const patch = { containers: change, words: more }
        const once = patched({ containers: live, words }, patch)
        expect(patched(once, patch)).toEqual(once)
        expect(new Set((once.containers as { name: string }[]).map((each) => each.name))).toEqual(
          new Set([...live, ...change].map((each) => each.name)),
        )
      },
    ),
  )
})
