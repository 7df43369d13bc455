import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import type { PlaneApi } from '../support/plane-api.ts'
import { newProject } from '../support/project.ts'
import { network } from '../support/workload.ts'

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
})
afterAll(() => datum.stop())
beforeEach(async () => {
  api = await newProject(datum)
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } })
})

test('a namespace goes with everything in it, and nothing else', async () => {
  await api.create('/api/v1/namespaces/team/configmaps', { metadata: { name: 'a' } })
  await api.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } })
  await api.create('/apis/networking.datumapis.com/v1alpha/namespaces/team/networks', network('net'))
  await datum.settle()
  await api.remove('/api/v1/namespaces/team')
  await datum.settle()
  expect(await api.find('/api/v1/namespaces/team')).toBeUndefined()
  expect((await api.list('/apis/networking.datumapis.com/v1alpha/networks')).items).toEqual([])
  expect((await api.list('/api/v1/configmaps')).items.map(({ metadata }) => metadata.namespace)).toEqual([
    'default',
  ])
})

test('while something keeps its content, the namespace says what; it goes when that is done', async () => {
  const path = '/api/v1/namespaces/team/configmaps'
  await api.create(path, { metadata: { name: 'a', finalizers: ['example.com/wait'] } })
  await api.create(path, { metadata: { name: 'b' } })
  await api.remove('/api/v1/namespaces/team')
  await datum.settle()
  const { status } = await api.get('/api/v1/namespaces/team')
  expect(status.phase).toBe('Terminating')
  const told = status.conditions.map((each: Record<string, string>) => [
    each.type,
    each.status,
    each.reason,
    each.message,
  ])
  expect(told).toEqual([
    [
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    [
      'NamespaceContentRemaining',
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: configmaps. has 1 resource instances',
    ],
    [
      'NamespaceFinalizersRemaining',
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances',
    ],
  ])
  await api.patch(`${path}/a`, { metadata: { finalizers: null } })
  await datum.settle()
  expect(await api.find('/api/v1/namespaces/team')).toBeUndefined()
})
