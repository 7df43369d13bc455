import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, Refused, rootApi } from '../support/plane-api.ts'
import { newProject } from '../support/project.ts'
import { condition } from '../support/workload.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

let datum: DatumLocal
let root: PlaneApi
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
  root = rootApi(datum)
})
afterAll(() => datum.stop())
beforeEach(async () => {
  api = await newProject(datum)
})

function definition(group: string, names: { plural: string; kind: string; shortNames?: string[] }) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      names,
      scope: 'Cluster',
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  }
}

function table(name: string, finalizers: string[] = []) {
  return { apiVersion: 'example.com/v1', kind: 'Table', metadata: { name, finalizers } }
}

test('a kind is served when its names are accepted; a name that is taken is told, and accepted when it is free', async () => {
  await api.create(
    definitions,
    definition('example.com', { plural: 'tables', kind: 'Table', shortNames: ['t'] }),
  )
  await datum.settle()
  await api.create(
    definitions,
    definition('example.com', { plural: 'trees', kind: 'Tree', shortNames: ['t'] }),
  )
  await datum.settle()
  expect(condition(await api.get(`${definitions}/tables.example.com`), 'Established')).toBe(
    'True InitialNamesAccepted',
  )
  expect(condition(await api.get(`${definitions}/trees.example.com`), 'NamesAccepted')).toBe(
    'False ShortNamesConflict',
  )
  await api.remove(`${definitions}/tables.example.com`)
  await datum.settle()
  expect(condition(await api.get(`${definitions}/trees.example.com`), 'Established')).toBe(
    'True InitialNamesAccepted',
  )
})

test('a definition that is deleted takes its instances along, and waits for those that something keeps', async () => {
  const tables = '/apis/example.com/v1/tables'
  await api.create(definitions, definition('example.com', { plural: 'tables', kind: 'Table' }))
  await datum.settle()
  await api.create(tables, table('a'))
  await api.create(tables, table('b', ['example.com/wait']))
  await api.remove(`${definitions}/tables.example.com`)
  await datum.settle()
  expect(condition(await api.get(`${definitions}/tables.example.com`), 'Terminating')).toBe(
    'True InstanceDeletionInProgress',
  )
  expect((await api.list(tables)).items.map(({ metadata }) => metadata.name)).toEqual(['b'])
  await api.patch(`${tables}/b`, { metadata: { finalizers: null } })
  await datum.settle()
  expect(await api.find(`${definitions}/tables.example.com`)).toBeUndefined()
  await expect(api.list(tables)).rejects.toThrow(Refused)
})

test('a definition at the root is served in every project, and takes the instances there along', async () => {
  const tables = '/apis/shared.example.com/v1/tables'
  const shared = { ...table('a'), apiVersion: 'shared.example.com/v1' }
  await root.create(definitions, definition('shared.example.com', { plural: 'tables', kind: 'Table' }))
  await datum.settle()
  await api.create(tables, { ...shared, metadata: { name: 'a', finalizers: ['example.com/wait'] } })
  await root.remove(`${definitions}/tables.shared.example.com`)
  await datum.settle()
  expect((await api.get(`${tables}/a`)).metadata.deletionTimestamp).toBeDefined()
  expect(await root.find(`${definitions}/tables.shared.example.com`)).toBeDefined()
  await api.patch(`${tables}/a`, { metadata: { finalizers: null } })
  await datum.settle()
  expect(await root.find(`${definitions}/tables.shared.example.com`)).toBeUndefined()
})
