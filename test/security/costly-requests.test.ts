import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
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

  test('of a column that asks each value for thousands of items which it does not have, ends', async () => {
    const union = `[${'7,'.repeat(1900)}7]`
    const { path, create } = await define(atomic, {
      additionalPrinterColumns: [
        { name: 'a', type: 'string', jsonPath: `.spec.list[*]${union}` },
        { name: 'b', type: 'string', jsonPath: `.spec.list[${'0:20000:20001,'.repeat(280)}7].none` },
      ],
    })
    const list = Array.from({ length: 20_000 }, () => [])
    const names = Array.from({ length: 30 }, (_, index) => `a-${index}`)
    await Promise.all(names.map((name) => create(name, { list })))
    const began = performance.now()
    const { json } = await ask('GET', path, undefined, table)
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(json.rows).toHaveLength(30)
    expect(json.rows[0].cells).toEqual(['a-0', null, null])
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

test('a YAML table whose columns speak of rows has them in their place', async () => {
  const { path, create } = await define(atomic, {
    additionalPrinterColumns: [
      { name: 'rows', type: 'string', jsonPath: '.spec.a', description: 'It says rows: [] and\nrows: []' },
    ],
  })
  expect((await create('a', { a: 'first' })).code).toBe(201)
  const response = await fetch(`${datum.httpUrl}${path}`, {
    headers: {
      authorization: `Bearer ${datum.token}`,
      accept: 'application/yaml;as=Table;v=v1;g=meta.k8s.io',
    },
  })
  const { json } = await ask('GET', path, undefined, table)
  expect(json.rows[0].cells).toEqual(['a', 'first'])
  expect(parse(await response.text(), { version: '1.1' })).toEqual(json)
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
    // In a document that is deep and long already: what is small may be moved often, what is large may not.
    const large = Array.from({ length: 40_000 }, () => [])
    expect((await create('wide', { deep: nested(496, 1), small: {}, there: {}, large })).code).toBe(201)
    const forthAndBack = (name: string) =>
      Array.from({ length: 5000 }, () => [
        { op: 'move', from: `/spec/${name}`, path: '/spec/there/a' },
        { op: 'move', from: '/spec/there/a', path: `/spec/${name}` },
      ]).flat()
    const refusal = await ask('PATCH', `${path}/wide`, forthAndBack('large'), patchType)
    expect(refusal.json).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' })
    expect((await ask('PATCH', `${path}/wide`, forthAndBack('small'), patchType)).code).toBe(200)
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

describe('of very many faults the first are told, and how many more there are', () => {
  const unknown = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`unknown${index}`, 1]))
  /** A schema of so many levels, in which only `a` and at the end `z` are known. */
  const levels = (depth: number): object => {
    let schema: object = { type: 'object', properties: { z: { type: 'string' } } }
    for (let level = 0; level < depth; level++) schema = { type: 'object', properties: { a: schema } }
    return schema
  }

  test('where fields are unknown, in a body, a patch and an apply', async () => {
    const { path, thing, create } = await define(levels(40))
    expect((await create('known', nested(40, { z: 'z' }))).code).toBe(201)
    const document = (name: string) => thing(name, nested(40, unknown(20_000)))
    const told = await Promise.all([
      ask('POST', `${path}?fieldValidation=Strict`, document('new')),
      ask('PATCH', `${path}/new?fieldManager=x`, document('new'), {
        'content-type': 'application/apply-patch+yaml',
      }),
      ask('PATCH', `${path}/known?fieldValidation=Strict`, document('known'), {
        'content-type': 'application/merge-patch+json',
      }),
    ])
    for (const { code, json, text } of told) {
      expect([400, 422]).toContain(code)
      expect(text.length).toBeLessThan(5_000_000)
      const count = json.message.match(/unknown field|field not declared/g).length
      expect(count).toBeGreaterThan(1000)
      expect(json.message).toContain(`and ${20_000 - count} more`)
    }
  })

  test('where fields of a kind with a type are unknown, the first hundred, in the order of the document', async () => {
    const body = { metadata: { name: 'a', odd: 1 }, data: { a: 'a' }, ...unknown(10_000) }
    const configMaps = '/api/v1/namespaces/default/configmaps?fieldValidation=Strict'
    const { code, json } = await ask('POST', configMaps, body)
    expect(code).toBe(400)
    const fields = [...json.message.matchAll(/unknown field \\?"([^"\\]+)/g)].map(([, field]) => field)
    const expected = Array.from({ length: 99 }, (_, index) => `unknown${index}`)
    expect(fields).toEqual(['metadata.odd', ...expected])
  })
})

test('many values that are held against many combined schemas are refused, and not the few', async () => {
  const anyOf = Array.from({ length: 200 }, (_, index) => ({ required: [`f${index}`] }))
  const items = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, anyOf }
  const { create } = await define({ type: 'object', properties: { list: { type: 'array', items } } })
  const list = (length: number) => ({ list: Array.from({ length }, () => ({ f199: 1 })) })
  expect((await create('few', list(2000))).code).toBe(201)
  const many = await create('many', list(20_000))
  expect(many.code).toBe(422)
  expect(many.json.message).toMatch(
    /is invalid: spec\.list\[\d+\]: Forbidden: there are too many values for the schemas that they are held against$/,
  )
})

test('a page of large objects is short, and the rest comes with it', async () => {
  const configMaps = '/api/v1/namespaces/default/configmaps'
  const names = Array.from({ length: 18 }, (_, index) => `large-${String(index).padStart(2, '0')}`)
  for (const name of names) {
    const large = { metadata: { name, labels: { is: 'large' } }, data: { a: 'x'.repeat(1_000_000) } }
    expect((await ask('POST', configMaps, large)).code).toBe(201)
  }
  const namesOf = (list: { items: { metadata: { name: string } }[] }) =>
    list.items.map(({ metadata }) => metadata.name)
  for (const query of ['limit=500', 'limit=500&labelSelector=is!=small']) {
    const first = (await ask('GET', `${configMaps}?${query}`)).json
    expect(namesOf(first)).toEqual(names.slice(0, namesOf(first).length))
    expect([16, 17]).toContain(first.items.length)
    if (!query.includes('label')) expect(first.metadata.remainingItemCount).toBe(18 - first.items.length)
    const rest = (await ask('GET', `${configMaps}?${query}&continue=${first.metadata.continue}`)).json
    expect([...namesOf(first), ...namesOf(rest)]).toEqual(names)
    expect(rest.metadata.continue).toBeUndefined()
  }
  expect(namesOf((await ask('GET', configMaps)).json)).toEqual(names)
  expect(namesOf((await ask('GET', `${configMaps}?labelSelector=is!=small`)).json)).toEqual(names)
  expect((await ask('DELETE', configMaps)).code).toBe(200)
})

test('a long list as YAML says what it says as JSON, and others are answered meanwhile', async () => {
  const { path, create } = await define(atomic)
  const spec = { list: [[], [1, ['a']], {}], text: 'a\n\n  b\n', yes: 'yes', '': null, date: '2026-01-01' }
  const names = Array.from({ length: 1200 }, (_, index) => `thing-${index}`)
  await Promise.all(names.map((name) => create(name, spec)))
  const headers = { authorization: `Bearer ${datum.token}`, accept: 'application/yaml' }
  let isDone = false
  let others = 0
  const asked = (async () => {
    while (!isDone) {
      await fetch(`${datum.httpUrl}/livez`)
      others++
    }
  })()
  const response = await fetch(`${datum.httpUrl}${path}`, { headers })
  expect(response.headers.get('content-type')).toBe('application/yaml')
  const text = await response.text()
  isDone = true
  await asked
  expect(others).toBeGreaterThan(10)
  const { json } = await ask('GET', path)
  const { items, ...rest } = parse(text, { version: '1.1' })
  expect(rest).toEqual({ apiVersion: json.apiVersion, kind: 'ThingList', metadata: json.metadata })
  expect(items).toEqual(json.items)
  const fields = [...text.matchAll(/^([a-zA-Z]+):/gm)].map(([, field]) => field)
  expect(fields).toEqual(['apiVersion', 'items', 'kind', 'metadata'])

  const page = await fetch(`${datum.httpUrl}${path}?limit=2`, { headers })
  const first = parse(await page.text(), { version: '1.1' })
  expect(first.items).toEqual(json.items.slice(0, 2))
  expect(first.metadata).toMatchObject({ continue: expect.any(String), remainingItemCount: 1198 })
  const table = await fetch(`${datum.httpUrl}${path}?limit=2`, {
    headers: { ...headers, accept: 'application/yaml;as=Table;v=v1;g=meta.k8s.io' },
  })
  expect(parse(await table.text(), { version: '1.1' }).rows).toHaveLength(2)
  const none = await fetch(`${datum.httpUrl}${path}?labelSelector=none`, { headers })
  expect(parse(await none.text()).items).toEqual([])
})

test('a long text or key that YAML names thousands of times is refused, a short one is not', async () => {
  const { path } = await define(atomic)
  const group = path.split('/')[2]
  const send = async (name: string, spec: string) => {
    const response = await fetch(`${datum.httpUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${datum.token}`, 'content-type': 'application/yaml' },
      body: `apiVersion: ${group}/v1\nkind: Thing\nmetadata: {name: ${name}}\nspec: ${spec}\n`,
    })
    return { code: response.status, text: await response.text() }
  }
  const aliases = (count: number) => Array.from({ length: count }, () => '*a').join()
  const long = 'x'.repeat(1_000_000)
  for (const spec of [
    `{a: &a "${long}", l: [${aliases(20_000)}]}`,
    `{a: &a {b: "${long}"}, l: [${aliases(10_000)}]}`,
    `{a: &a {"${'x'.repeat(1000)}": 1}, l: [${aliases(15_000)}]}`,
    `{a: &a {${'x'.repeat(1000)}: 1}, l: [${Array.from({ length: 10_000 }, () => '{<<: *a}').join()}]}`,
  ]) {
    const { code, text } = await send('costly', spec)
    expect(code).toBe(400)
    expect(text).toContain('yaml: document contains excessive aliasing')
  }
  expect((await send('once', `{a: &a "${long}", b: *a}`)).code).toBe(201)
  expect((await send('short', `{a: &a "${'x'.repeat(100)}", l: [${aliases(20_000)}]}`)).code).toBe(201)
})
