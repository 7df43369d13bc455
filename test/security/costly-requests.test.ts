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
