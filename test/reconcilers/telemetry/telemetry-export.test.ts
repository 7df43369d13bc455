import { afterEach, beforeEach, expect, test } from 'vitest'
import { seededIds } from '../../../src/apimachinery/ids.ts'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi } from '../../support/plane-api.ts'
import { newProject } from '../../support/project.ts'
import { events, workload, workloads } from '../../support/workload.ts'
import { createObservedClock, type ObservedClock } from '../../telemetry/support/observed-clock.ts'
import {
  type ReceivedSeries,
  type RemoteWriteServer,
  startRemoteWriteServer,
} from '../../telemetry/support/remote-write-server.ts'

const policies = '/apis/telemetry.datumapis.com/v1alpha1/namespaces/default/exportpolicies'
const secrets = '/api/v1/namespaces/default/secrets'
const proxies = '/apis/networking.datumapis.com/v1alpha/namespaces/default/httpproxies'

const collectionInterval = 15_000
const batchTimeout = 4_000
const backoff = 7_000

let server: RemoteWriteServer
let clock: ObservedClock
let datum: DatumLocal
let api: PlaneApi

beforeEach(async () => {
  server = await startRemoteWriteServer()
  clock = createObservedClock()
  datum = await startDatumLocal({ clock, ids: seededIds(7), exportTelemetry: true, seedProjects: true })
  api = projectApi(datum)
})
afterEach(async () => {
  await datum.stop()
  await server.close()
})

interface Wishes {
  readonly name?: string
  readonly queries?: readonly string[]
  readonly secret?: string
  readonly path?: string
  readonly maxAttempts?: number
}

function policy({
  name = 'policy',
  queries = ['{}'],
  secret,
  path = '/write',
  maxAttempts = 1,
}: Wishes = {}) {
  const sources = queries.map((metricsql, index) => ({ name: `source-${index}`, metrics: { metricsql } }))
  return {
    apiVersion: 'telemetry.datumapis.com/v1alpha1',
    kind: 'ExportPolicy',
    metadata: { name },
    spec: {
      sources,
      sinks: [
        {
          name: 'prometheus',
          sources: [...sources.map((source) => source.name), 'undeclared'],
          target: {
            prometheusRemoteWrite: {
              endpoint: server.url + path,
              batch: { timeout: `${batchTimeout}ms`, maxSize: 5000 },
              retry: { maxAttempts, backoffDuration: `${backoff}ms` },
              ...(secret ? { authentication: { basicAuth: { secretRef: { name: secret } } } } : {}),
            },
          },
        },
      ],
    },
  }
}

function credentials(password: string) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'credentials' },
    type: 'kubernetes.io/basic-auth',
    stringData: { username: 'me', password },
  }
}

const soon = { interval: 2, timeout: 10_000 }

/** Lets the batch that has been collected go, and waits until it has come. */
async function nextWrite() {
  await datum.settle()
  const before = server.writes.length
  clock.advance(batchTimeout)
  await expect.poll(() => server.writes.length, soon).toBe(before + 1)
  return server.writes[before] as (typeof server.writes)[number]
}

/** The collection after the present one. */
async function collectAgain() {
  clock.advance(collectionInterval - batchTimeout)
  await datum.settle()
}

const named = (series: readonly ReceivedSeries[], name: string) =>
  series.filter(({ labels }) => labels.__name__ === name)
const value = (series: readonly ReceivedSeries[], name: string) =>
  named(series, name)[0]?.samples[0]?.value ?? -1
const project = (series: readonly ReceivedSeries[]) => [
  ...new Set(series.map(({ labels }) => labels.resourcemanager_datumapis_com_project_name)),
]

test('the series of instances and workloads arrive with the labels of their resources', async () => {
  await api.create(workloads, workload({ replicas: 2 }))
  await datum.settle()
  clock.advance(60_000)
  await api.create(policies, policy({ queries: ['{service_name="compute.datumapis.com"}'] }))
  const { series, headers, path } = await nextWrite()
  expect(path).toBe('/write')
  expect(headers['user-agent']).toMatch(/^datum-local\/\d/)
  expect(headers.authorization).toBeUndefined()
  const cpu = named(series, 'datum_compute_instance_cpu_usage_seconds_total')
  expect(cpu.map(({ labels }) => labels.resource_name)).toEqual(['web-p1-dfw-0', 'web-p1-dfw-1'])
  expect(cpu[0]?.labels).toEqual({
    __name__: 'datum_compute_instance_cpu_usage_seconds_total',
    service_name: 'compute.datumapis.com',
    resource_type: 'instances',
    resource_namespace: 'default',
    resource_name: 'web-p1-dfw-0',
    location: expect.stringMatching(/./),
    instance_container: 'main',
    resourcemanager_datumapis_com_project_name: datum.project,
  })
  expect(cpu[0]?.samples).toEqual([{ value: expect.any(Number), timestamp: clock.now() - batchTimeout }])
  expect(cpu[0]?.samples[0]?.value).toBeGreaterThan(0)
  expect(cpu[0]?.samples).not.toEqual(cpu[1]?.samples)
  const memory = value(series, 'datum_compute_instance_memory_working_set_bytes')
  expect(memory).toBeGreaterThan(50_000_000)
  expect(memory).toBeLessThan(8 * 1024 ** 3)
  const [received] = named(series, 'datum_compute_instance_network_receive_bytes_total')
  expect(received?.labels).toMatchObject({ interface: '0', network: 'default' })
  expect(received?.samples[0]?.value).toBeGreaterThan(0)
  expect(value(series, 'datum_compute_instance_ready')).toBe(1)
  expect(value(series, 'datum_compute_workload_ready_replicas')).toBe(2)
  expect(new Set(series.map(({ labels }) => labels.service_name))).toEqual(new Set(['compute.datumapis.com']))
})

test('counters grow from one collection to the next, every fifteen seconds', async () => {
  await api.create(workloads, workload())
  await datum.settle()
  await api.create(policies, policy({ queries: ['datum_compute_instance_cpu_usage_seconds_total'] }))
  const readings = []
  for (let round = 0; round < 3; round++) {
    const { series } = await nextWrite()
    expect(series).toHaveLength(1)
    readings.push(series[0]?.samples[0] as { value: number; timestamp: number })
    await collectAgain()
  }
  const [first, second, third] = readings
  expect(first?.value).toBe(0)
  expect(second?.value).toBeGreaterThan(0)
  expect(third?.value).toBeGreaterThan(second?.value ?? 0)
  expect((second?.timestamp ?? 0) - (first?.timestamp ?? 0)).toBe(collectionInterval)
})

test('gateways, the control plane and the export itself have series; two sources send twice', async () => {
  await api.create(proxies, {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind: 'HTTPProxy',
    metadata: { name: 'front' },
    spec: { rules: [{ backends: [{ endpoint: 'https://example.com' }] }] },
  })
  clock.advance(600_000)
  await api.create(
    policies,
    policy({
      queries: [
        '{service_name="gateway.networking.k8s.io",resource_type="gateways"}',
        '{service_name="telemetry.datumapis.com"}',
        '{service_name=~"apiserver.*",resource="exportpolicies"}',
        'apiserver_resource_objects{resource="exportpolicies"}',
      ],
    }),
  )
  const first = (await nextWrite()).series
  const requests = named(first, 'envoy_vhost_vcluster_upstream_rq')
  expect(requests[0]?.labels).toMatchObject({
    gateway_name: 'front',
    gateway_namespace: 'default',
    label_topology_kubernetes_io_region: expect.stringMatching(/./),
  })
  expect(new Set(requests.map(({ labels }) => labels.envoy_response_code))).toEqual(
    new Set(['200', '404', '503']),
  )
  expect(requests[0]?.samples[0]?.value).toBeGreaterThan(0)
  const objects = named(first, 'apiserver_resource_objects')
  expect(objects).toHaveLength(2)
  expect(objects[0]).toEqual(objects[1])
  expect(objects[0]?.samples[0]?.value).toBe(1)
  await collectAgain()
  const exported = named((await nextWrite()).series, 'datum_telemetry_export_samples_total')
  const delivered = exported.find(({ labels }) => labels.outcome === 'delivered')
  expect(delivered?.labels).toMatchObject({ resource_name: 'policy', sink: 'prometheus' })
  expect(delivered?.samples[0]?.value).toBe(first.length)
})

test('the credentials are those of the secret as it is; without it nothing is sent', async () => {
  await api.create(policies, policy({ secret: 'credentials' }))
  await datum.settle()
  clock.advance(batchTimeout)
  await api.create(secrets, credentials('pässword:1'))
  const authorization = async () => (await nextWrite()).headers.authorization
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  expect(await authorization()).toBe(basic('me:pässword:1'))
  expect(server.writes).toHaveLength(1)
  await api.patch(`${secrets}/credentials`, { stringData: { password: '2' } })
  await collectAgain()
  expect(await authorization()).toBe(basic('me:2'))
  await collectAgain()
  await api.remove(`${secrets}/credentials`)
  await datum.settle()
  clock.advance(100_000)
  await datum.settle()
  expect(clock.pending(batchTimeout)).toBe(0)
  expect(server.writes).toHaveLength(2)
})

test('a changed policy is followed, a deleted one ends, and one made again begins anew', async () => {
  await api.create(policies, policy({ path: '/one' }))
  expect((await nextWrite()).path).toBe('/one')
  await collectAgain()
  await api.patch(`${policies}/policy`, { spec: policy({ path: '/two', queries: ['up'] }).spec })
  expect((await nextWrite()).path).toBe('/two')
  await api.patch(`${policies}/policy`, {
    spec: policy({ path: '/two', queries: ['{resource="networks"}'] }).spec,
  })
  await datum.settle()
  await collectAgain()
  expect((await nextWrite()).series).toHaveLength(1)
  await collectAgain()
  await api.remove(`${policies}/policy`)
  await datum.settle()
  clock.advance(100_000)
  await datum.settle()
  expect(server.writes).toHaveLength(3)
  expect(clock.pending(batchTimeout)).toBe(0)
  await api.create(policies, policy({ path: '/three' }))
  expect((await nextWrite()).path).toBe('/three')
})

test('a delivery that fails is told by an event, its recovery too, and the conditions stay', async () => {
  server.answerNext({ status: 500, text: 'disk full' }, { status: 500, text: 'disk full' })
  await api.create(policies, policy({ maxAttempts: 2 }))
  await nextWrite()
  await expect.poll(() => clock.pending(backoff), soon).toBe(1)
  clock.advance(backoff)
  const told = async () => {
    await datum.settle()
    const { items } = await api.list(`${events}?fieldSelector=involvedObject.kind=ExportPolicy`)
    type Told = { type: string; reason: string; message: string }
    return (items as unknown as Told[])
      .filter(({ reason }) => reason.startsWith('Delivery'))
      .map(({ type, reason, message }) => `${type} ${reason} ${message}`)
  }
  const failed =
    'Warning DeliveryFailed Sink prometheus: a batch was given up after 2 attempts: ' +
    'HTTP 500 Internal Server Error: disk full'
  await expect.poll(told, soon).toEqual([failed])
  clock.advance(collectionInterval)
  await nextWrite()
  await expect.poll(told, soon).toEqual([failed, 'Normal DeliveryRecovered Sink prometheus receives again'])
  const { status } = await api.get(`${policies}/policy`)
  expect(status.conditions).toMatchObject([{ type: 'Ready', status: 'True', reason: 'SinksAccepted' }])
})

test('each project sends its own and nothing of another; a project that goes sends no more', async () => {
  const other = await newProject(datum)
  await other.create(workloads, workload({ name: 'theirs' }))
  await api.create(workloads, workload({ name: 'ours' }))
  await datum.settle()
  await api.create(policies, policy({ path: '/ours' }))
  const ours = (await nextWrite()).series
  expect(project(ours)).toEqual([datum.project])
  expect(JSON.stringify(ours)).not.toContain('theirs')
  await api.remove(`${policies}/policy`)
  await other.create(policies, policy({ path: '/theirs' }))
  const theirs = (await nextWrite()).series
  const [name] = project(theirs)
  expect(name).not.toBe(datum.project)
  expect(JSON.stringify(theirs)).not.toContain('ours')
  await fetch(`${datum.httpUrl}/apis/resourcemanager.miloapis.com/v1alpha1/projects/${name}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${datum.token}` },
  })
  await datum.settle()
  clock.advance(100_000)
  await datum.settle()
  expect(server.writes).toHaveLength(2)
})

test('a sink that is down holds up neither another sink nor requests', async () => {
  server.answerNext('never')
  await api.create(policies, policy({ name: 'down', path: '/down' }))
  await nextWrite()
  await api.create(policies, policy({ name: 'up', path: '/up' }))
  // Not as long as the unanswered request may take.
  for (let round = 0; round < 2; round++) {
    expect((await nextWrite()).path).toBe('/up')
    await collectAgain()
  }
  expect((await api.get(`${policies}/down`)).metadata.name).toBe('down')
})

test('nothing is sent unless it is asked for', async () => {
  await using silent = await startDatumLocal({ clock })
  await projectApi(silent).create(policies, policy({ path: '/silent' }))
  await silent.settle()
  expect((await projectApi(silent).get(`${policies}/policy`)).status.conditions[0].status).toBe('True')
  clock.advance(100_000)
  await silent.settle()
  expect(clock.pending(batchTimeout)).toBe(0)
  expect(server.writes).toEqual([])
})

test('a run with the same identities and the same clock sends the same', async () => {
  async function run() {
    const own = createObservedClock()
    await using each = await startDatumLocal({ clock: own, ids: seededIds(3), exportTelemetry: true })
    await projectApi(each).create(workloads, workload({ replicas: 2 }))
    await each.settle()
    own.advance(3_600_000)
    await projectApi(each).create(policies, policy({ queries: ['{service_name="compute.datumapis.com"}'] }))
    await each.settle()
    const before = server.writes.length
    own.advance(batchTimeout)
    await expect.poll(() => server.writes.length, soon).toBe(before + 1)
    return server.writes[before]?.series
  }
  const first = await run()
  expect(first?.length).toBeGreaterThan(8)
  expect(await run()).toEqual(first)
})
