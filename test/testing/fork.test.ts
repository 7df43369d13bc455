import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import {
  type DatumLocal,
  type DatumLocalOptions,
  startDatumLocal,
} from '../../src/testing/start-datum-local.ts'
import { projectApi, rootApi } from '../support/plane-api.ts'
import { condition, instances, workload, workloads } from '../support/workload.ts'

const open: { stop(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.stop()
})

async function start(options?: DatumLocalOptions): Promise<DatumLocal> {
  const datum = await startDatumLocal(options)
  open.push(datum)
  return datum
}

async function fork(datum: DatumLocal): Promise<DatumLocal> {
  const other = await datum.fork()
  open.push(other)
  return other
}

const configMaps = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string, data = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

test('a fork begins with the same objects, tokens and authority, on a port of its own', async () => {
  const datum = await start()
  const made = await projectApi(datum).create(configMaps, configMap('mine', { key: 'value' }))
  const other = await fork(datum)
  expect(other.url).not.toBe(datum.url)
  expect(other).toMatchObject({
    ca: datum.ca,
    token: datum.token,
    project: 'sandbox',
    organization: 'acme-corp',
  })
  expect(await projectApi(other).get(`${configMaps}/mine`)).toEqual(made)
  expect(other.kubeconfig).toContain(other.url)
})

test('what happens in one of two forks is seen in no other set', async () => {
  const datum = await start()
  await projectApi(datum).create(configMaps, configMap('shared'))
  const [left, right] = [await fork(datum), await fork(datum)]
  await projectApi(left).remove(`${configMaps}/shared`)
  await projectApi(right).patch(`${configMaps}/shared`, { data: { seen: 'right' } })
  await projectApi(datum).create(configMaps, configMap('later'))
  await rootApi(left).create('/api/v1/namespaces', { metadata: { name: 'left' } })
  const names = async (each: DatumLocal) =>
    (await projectApi(each).list(configMaps)).items.map(({ metadata }) => metadata.name)
  expect([await names(left), await names(right), await names(datum)]).toEqual([
    [],
    ['shared'],
    ['later', 'shared'],
  ])
  expect((await projectApi(datum).get(`${configMaps}/shared`)).data).toBeUndefined()
  expect(await rootApi(right).find('/api/v1/namespaces/left')).toBeUndefined()
})

test('controllers work on in a fork: a Workload becomes available there alone, with addresses that nobody has', async () => {
  const datum = await start()
  await projectApi(datum).create(workloads, workload({ name: 'before' }))
  const other = await fork(datum)
  await projectApi(other).create(workloads, workload({ name: 'after' }))
  await other.settle()
  await datum.settle()
  const { items } = await projectApi(other).list(instances)
  expect(items.map((item) => condition(item, 'Ready'))).toEqual(['True Running', 'True Running'])
  const addresses = items.map((item) => item.status.networkInterfaces[0].assignments.networkIP)
  expect(new Set(addresses).size).toBe(2)
  expect((await projectApi(datum).list(instances)).items).toHaveLength(1)
  await projectApi(other).remove(`${workloads}/before`)
  await other.settle()
  expect((await projectApi(other).list(instances)).items).toHaveLength(1)
  expect((await projectApi(datum).list(instances)).items).toHaveLength(1)
})

test('a fork outlives the set it came from, and can be forked', async () => {
  const datum = await startDatumLocal()
  const child = await fork(datum)
  await datum.stop()
  await projectApi(child).create(configMaps, configMap('child'))
  const grandchild = await fork(child)
  await child.stop()
  expect(await projectApi(grandchild).find(`${configMaps}/child`)).toBeDefined()
})

test('a fork remembers what happened before it: watches go on from older revisions', async () => {
  const datum = await start()
  const { metadata } = await projectApi(datum).list(configMaps)
  await projectApi(datum).create(configMaps, configMap('before'))
  const other = await fork(datum)
  await projectApi(other).create(configMaps, configMap('after'))
  const history = await projectApi(other).history([configMaps], metadata.resourceVersion)
  expect(history.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'ADDED before',
    'ADDED after',
  ])
})

test('the fork of a set that keeps its state in a file is in memory, and leaves the file alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'datum-local-fork-'))
  open.push({ stop: async () => rmSync(folder, { recursive: true }) })
  const path = join(folder, 'state.db')
  const datum = await startDatumLocal({ path })
  await projectApi(datum).create(configMaps, configMap('kept'))
  const other = await datum.fork()
  await projectApi(other).create(configMaps, configMap('not-kept'))
  await other.stop()
  await datum.stop()
  const again = await startDatumLocal({ path })
  const { items } = await projectApi(again).list(configMaps)
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['kept'])
  await again.stop()
})

test('what waits for the provider under a manual pace waits in the fork too', async () => {
  const datum = await start({ pace: 'manual' })
  await projectApi(datum).create(workloads, workload())
  const other = await fork(datum)
  await other.settle()
  while ((await other.advance()) > 0);
  const ready = async (each: DatumLocal) =>
    (await projectApi(each).get(`${workloads}/web`)).status.readyReplicas
  expect(await ready(other)).toBe(1)
  expect(await ready(datum)).toBe(0)
})

test('an empty set can be forked, and a fork that nobody asks anything can be stopped', async () => {
  const datum = await start({ seeds: 'none' })
  const other = await datum.fork()
  expect(other.project).toBeUndefined()
  await other.stop()
  await other.stop()
  expect((await rootApi(datum).get('/api/v1/namespaces/default')).metadata.name).toBe('default')
})
