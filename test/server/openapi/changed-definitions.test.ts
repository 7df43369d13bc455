import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { type PlaneApi, rootApi } from '../../support/plane-api.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

let datum: DatumLocal
let api: PlaneApi
beforeAll(async () => {
  datum = await startDatumLocal({ seeds: 'none' })
  api = rootApi(datum)
})
afterAll(() => datum.stop())

function versions(property: string) {
  const openAPIV3Schema = { type: 'object', properties: { [property]: { type: 'string' } } }
  return [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
}

async function define(plural: string, group: string) {
  const kind = plural.toUpperCase()
  await api.create(definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, names: { plural, kind }, scope: 'Cluster', versions: versions('before') },
  })
  await datum.settle()
}

/** By path: where the document is, with the hash of it, and what it says. */
async function documents(): Promise<Map<string, { url: string; text: string }>> {
  const headers = { authorization: `Bearer ${datum.token}` }
  const read = async (url: string) => (await fetch(`${datum.httpUrl}${url}`, { headers })).text()
  const { paths } = JSON.parse(await read('/openapi/v3')) as {
    paths: Record<string, { serverRelativeURL: string }>
  }
  const entries = Object.entries(paths).map(async ([path, { serverRelativeURL: url }]) => {
    return [path, { url, text: await read(url) }] as const
  })
  return new Map(await Promise.all(entries))
}

test('only the documents change of which a definition was changed, added or taken away', async () => {
  await define('lamps', 'one.example.com')
  await define('doors', 'two.example.com')
  const first = await documents()

  await api.patch(`${definitions}/lamps.one.example.com`, { spec: { versions: versions('after') } })
  await datum.settle()
  const second = await documents()
  const changed = (before: typeof first, after: typeof first) =>
    [...after].filter(([path, { url }]) => before.get(path)?.url !== url).map(([path]) => path)
  expect(changed(first, second)).toEqual(['apis/one.example.com/v1'])
  expect(second.get('apis/one.example.com/v1')?.text).toContain('"after"')
  expect(second.get('apis/one.example.com/v1')?.text).not.toContain('"before"')
  expect(second.get('apis/two.example.com/v1')).toEqual(first.get('apis/two.example.com/v1'))

  await define('windows', 'two.example.com')
  const third = await documents()
  expect(changed(second, third)).toEqual(['apis/two.example.com/v1'])
  expect(third.get('apis/two.example.com/v1')?.text).toContain('/apis/two.example.com/v1/windows')

  await api.remove(`${definitions}/windows.two.example.com`)
  await datum.settle()
  expect(changed(second, await documents())).toEqual([])
})
