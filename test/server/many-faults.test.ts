import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal({ seeds: 'none' })
})
afterAll(() => datum.stop())

interface Refusal {
  readonly code: number
  readonly message: string
  readonly details: { readonly causes: readonly { readonly message: string }[] }
}

async function send(path: string, object: object): Promise<Refusal> {
  const response = await fetch(`${datum.httpUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${datum.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(object),
  })
  return (await response.json()) as Refusal
}

const define = (kind: string, properties: object) =>
  send(definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.toLowerCase()}s.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural: `${kind.toLowerCase()}s`,
        singular: kind.toLowerCase(),
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties } },
        },
      ],
    },
  })

test('tens of thousands of faults, each of which shows all of a long list, are told to a readable length', async () => {
  const keys = Array.from({ length: 40_000 }, () => 'key')
  const items = { type: 'object', required: ['key'], properties: { key: { type: 'string' } } }
  const list = { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys, items }
  const refusal = await define('Keyed', { list })
  expect(refusal.code).toBe(422)
  expect(refusal.message).toMatch(/must not contain duplicate entries, and 39\d\d\d more\]$/)
  expect(refusal.details.causes.length).toBeLessThan(10)
})

test('a value of which the allowed ones fill a page is told of as often as that stays readable', async () => {
  const allowed = Array.from({ length: 20_000 }, (_, index) => `value${index}`)
  const list = { type: 'array', items: { type: 'string', enum: allowed } }
  expect(await define('Chosen', { list })).toMatchObject({ metadata: { name: 'chosens.example.com' } })
  await datum.settle()
  const refusal = await send('/apis/example.com/v1/namespaces/default/chosens', {
    apiVersion: 'example.com/v1',
    kind: 'Chosen',
    metadata: { name: 'a' },
    list: Array.from({ length: 20_000 }, () => 'other'),
  })
  expect(refusal.code).toBe(422)
  expect(refusal.message).toMatch(/and 199\d\d more\]$/)
})

test('a few faults are told in full, however long', async () => {
  const long = 'x'.repeat(10_000)
  const data = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`$${index}${long}`, '']))
  const { code, message, details } = await send('/api/v1/namespaces/default/configmaps', {
    metadata: { name: 'a' },
    data,
  })
  expect(code).toBe(422)
  expect(message).not.toMatch(/ more\]$/)
  expect(details.causes.length).toBeGreaterThanOrEqual(5)
})
