import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi } from '../support/plane-api.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const lamps = '/apis/example.com/v1/lamps'

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
  api = projectApi(datum)
})
afterAll(() => datum.stop())

function versions(spec: object) {
  const openAPIV3Schema = { type: 'object', properties: { spec } }
  return [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
}

test('what was stored under another schema is read, listed, watched and changed as the new one has it', async () => {
  await api.create(definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.example.com' },
    spec: {
      group: 'example.com',
      names: { plural: 'lamps', kind: 'Lamp' },
      scope: 'Cluster',
      versions: versions({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
    },
  })
  await datum.settle()
  const lamp = { apiVersion: 'example.com/v1', kind: 'Lamp', metadata: { name: 'a' } }
  const made = await api.create(lamps, { ...lamp, spec: { kept: 'k', dropped: { x: 1 } } })
  await api.patch(`${definitions}/lamps.example.com`, {
    spec: {
      versions: versions({
        type: 'object',
        properties: { kept: { type: 'string' }, added: { type: 'string', default: 'd' } },
      }),
    },
  })
  await datum.settle()
  const fitting = { kept: 'k', added: 'd' }
  expect((await api.get(`${lamps}/a`)).spec).toEqual(fitting)
  expect((await api.list(lamps)).items.map(({ spec }) => spec)).toEqual([fitting])
  const [seen] = await api.history([lamps], String(Number(made.metadata.resourceVersion) - 1))
  expect(seen?.object.spec).toEqual(fitting)
  expect((await api.patch(`${lamps}/a`, { metadata: { labels: { a: 'b' } } })).spec).toEqual(fitting)
  expect((await api.get(`${lamps}/a`)).spec).toEqual(fitting)
})
