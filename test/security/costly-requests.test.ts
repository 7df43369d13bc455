import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'

/** Requests that are small or allowed, and ask for work without an end. */

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal({ seeds: 'none' })
})
afterAll(() => datum.stop())

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${datum.httpUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${datum.token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at as it is
  return { code: response.status, text, json: JSON.parse(text) as any }
}

const atomic = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  'x-kubernetes-map-type': 'atomic',
}

let count = 0
/** Serves a kind of its own with this schema of `spec`. */
async function define(spec: object, version: object = {}) {
  const group = `costly${count++}.example.com`
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } }
  const created = await ask('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema, ...version }],
    },
  })
  expect(created.code, created.text).toBe(201)
  await datum.settle()
  const path = `/apis/${group}/v1/namespaces/default/things`
  const thing = (name: string, spec: unknown) => ({
    apiVersion: `${group}/v1`,
    kind: 'Thing',
    metadata: { name },
    spec,
  })
  return { path, thing, create: (name: string, spec: unknown) => ask('POST', path, thing(name, spec)) }
}

function nested(depth: number, innermost: unknown, name = 'a'): unknown {
  let value = innermost
  for (let level = 0; level < depth; level++) value = { [name]: value }
  return value
}

describe('a table', () => {
  test('of columns that go through an object again and again shows the first values, and ends', async () => {
    const paths = ['.spec..a', '.spec..*..*', '.spec..a..a..a..a..a..none', '.spec..b', '.metadata.name']
    const { path, create } = await define(atomic, {
      additionalPrinterColumns: paths.map((jsonPath, index) => ({
        name: `c${index}`,
        type: 'string',
        jsonPath,
      })),
    })
    expect((await create('deep', nested(300, 1))).code).toBe(201)
    expect((await create('flat', { a: 1, b: 2 })).code).toBe(201)
    const { code, json } = await ask('GET', path, undefined, table)
    expect(code).toBe(200)
    const [deep, flat] = json.rows.map(({ cells }: { cells: unknown[] }) => cells)
    // What the third column searches for takes all the work of the row.
    expect(deep).toEqual(['deep', JSON.stringify(nested(299, 1)), expect.any(String), null, null, null])
    expect(flat).toEqual(['flat', '1', null, null, '2', 'flat'])
  })

  test('has rows of a limited length, however many columns show the whole object', async () => {
    const { path, create } = await define(atomic, {
      additionalPrinterColumns: Array.from({ length: 500 }, (_, index) => ({
        name: `c${index}`,
        type: 'string',
        jsonPath: '.spec',
      })),
    })
    expect((await create('wide', { a: 'x'.repeat(10_000) })).code).toBe(201)
    const { json } = await ask('GET', path, undefined, table)
    const { cells } = json.rows[0] as { cells: unknown[] }
    expect(cells).toHaveLength(501)
    expect(cells.filter((cell) => cell !== null)).toHaveLength(1 + 6)
  })
})

describe('a JSON patch', () => {
  const patchType = { 'content-type': 'application/json-patch+json' }
  const deeper = (times: number) =>
    Array.from({ length: times }, () => [
      { op: 'add', path: '/spec/new', value: {} },
      { op: 'move', from: '/spec/old', path: '/spec/new/a' },
      { op: 'move', from: '/spec/new', path: '/spec/old' },
    ]).flat()

  test('does not nest an object deeper than a body may be, by whatever operations', async () => {
    const { path, create } = await define(atomic)
    expect((await create('a', { old: nested(400, 1), shallow: nested(3, 1) })).code).toBe(201)
    const patch = (operations: object[]) => ask('PATCH', `${path}/a`, operations, patchType)
    const refused = { code: 422, reason: 'Invalid' }
    expect((await patch(deeper(50))).code).toBe(200)
    for (const operations of [
      deeper(3000),
      deeper(50),
      [{ op: 'add', path: `/spec/old${'/a'.repeat(400)}`, value: nested(150, 1) }],
      [{ op: 'replace', path: `/spec/old${'/a'.repeat(400)}`, value: nested(150, 1) }],
      [{ op: 'copy', from: '/spec/old', path: `/spec/old${'/a'.repeat(400)}` }],
    ]) {
      expect((await patch(operations)).json).toMatchObject(refused)
    }
    // What only looks as if it went deeper is done.
    const moves = Array.from({ length: 500 }, (_, index) => [
      { op: 'copy', from: '/spec/shallow', path: '/spec/shallow/a/a/a' },
      { op: 'add', path: '/spec/shallow/a/a/a', value: index },
    ]).flat()
    const { code, json } = await patch(moves)
    expect(code, JSON.stringify(json)).toBe(200)
    expect(json.spec).toEqual({ old: nested(450, 1), shallow: nested(3, 499) })
  })
})

describe('defaults', () => {
  test('of an object have an end together, and what is stored already is read as far as that', async () => {
    const long = 'x'.repeat(100_000)
    const item = (value: object) => ({
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string', ...value } } } },
      },
    })
    const { create } = await define(item({ default: long }))
    const items = (length: number) => ({ list: Array.from({ length }, () => ({})) })
    const few = await create('few', items(20))
    expect(few.code).toBe(201)
    expect(few.json.spec.list[19]).toEqual({ a: long })
    for (const length of [40, 40_000]) {
      expect((await create('many', items(length))).json).toMatchObject({
        code: 413,
        reason: 'RequestEntityTooLarge',
        message:
          'Request entity too large: the defaults of an object may be 3145728 characters long together',
      })
    }

    // The same list, stored before there was a default.
    const plain = await define(item({}))
    expect((await plain.create('stored', items(1000))).code).toBe(201)
    const group = plain.path.split('/')[2]
    const added = [
      {
        op: 'add',
        path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/list/items/properties/a/default',
        value: long,
      },
    ]
    const changed = await ask('PATCH', `${definitions}/things.${group}`, added, {
      'content-type': 'application/json-patch+json',
    })
    expect(changed.code).toBe(200)
    await datum.settle()
    const read = await ask('GET', `${plain.path}/stored`)
    expect(read.code).toBe(200)
    expect(read.json.spec.list.filter(({ a }: { a?: string }) => a === long)).toHaveLength(31)
  })
})
