import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAsk, ensureBuilt, type Program, projectPath, startProgram } from '../support/program.ts'
import { parseExposition, type Sample } from './support/exposition.ts'

const secrets = `${projectPath}/api/v1/namespaces/default/secrets`
const configMaps = `${projectPath}/api/v1/namespaces/default/configmaps`

describe('what a running server tells of itself', () => {
  let folder: string
  let program: Program
  let ask: ReturnType<typeof createAsk>
  let auditLog: string

  beforeAll(async () => {
    await ensureBuilt()
    folder = mkdtempSync(join(tmpdir(), 'observability-'))
    auditLog = join(folder, 'audit.log')
    program = startProgram([
      '--state-dir',
      join(folder, 'state'),
      '--audit-log',
      auditLog,
      '--log-level',
      'debug',
    ])
    ask = createAsk(await program.ready)
  }, 60_000)

  afterAll(async () => {
    ask?.close()
    await program?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const figures = async () => parseExposition((await ask('GET', '/metrics')).text)

  /** The samples of a name whose labels are at least these. */
  const samples = (all: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}) =>
    all.filter(
      (each) =>
        each.name === name && Object.entries(labels).every(([label, value]) => each.labels[label] === value),
    )

  const events = (id: unknown) =>
    readFileSync(auditLog, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter((event) => event.auditID === id)

  test('requests are counted and timed under the names and labels of a real server', async () => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'counted' } }
    await ask('POST', configMaps, body)
    await ask('PATCH', `${configMaps}/counted?fieldManager=me`, body, {
      'content-type': 'application/apply-patch+yaml',
    })
    await ask('DELETE', `${configMaps}/counted?dryRun=All`)
    const all = await figures()
    const about = { group: '', version: 'v1', resource: 'configmaps', component: 'apiserver' }
    const labels = (verb: string, scope: string, dry_run = '') => ({
      ...about,
      subresource: '',
      verb,
      scope,
      dry_run,
    })
    for (const [given, code] of [
      [labels('POST', 'namespace'), '201'],
      [labels('APPLY', 'resource'), '200'],
      [labels('DELETE', 'resource', 'All'), '200'],
    ] as const) {
      const [counted, ...more] = samples(all, 'apiserver_request_total', { verb: given.verb, ...about })
      expect(more).toEqual([])
      expect(counted).toEqual({ name: 'apiserver_request_total', labels: { ...given, code }, value: 1 })
      expect(samples(all, 'apiserver_request_duration_seconds_count', given)).toMatchObject([{ value: 1 }])
      const buckets = samples(all, 'apiserver_request_duration_seconds_bucket', given)
      expect(buckets.map(({ labels: { le } }) => le).slice(0, 3)).toEqual(['0.005', '0.025', '0.05'])
      expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: 1 })
    }
    // The request for the figures is the one that is being answered.
    const inFlight = (request_kind: string) =>
      samples(all, 'apiserver_current_inflight_requests', { request_kind }).map(({ value }) => value)
    expect(inFlight('readOnly')).toEqual([1])
    expect(inFlight('mutating')).toEqual([0])
  })

  test('an open watch is a request of long duration, and not in flight', async () => {
    const watching = ask('GET', `${configMaps}?watch=true&timeoutSeconds=1`)
    let all: readonly Sample[] = []
    await expect
      .poll(async () => {
        all = await figures()
        return samples(all, 'apiserver_longrunning_requests', { resource: 'configmaps' })[0]?.value
      })
      .toBe(1)
    expect(samples(all, 'apiserver_current_inflight_requests', { request_kind: 'readOnly' })).toMatchObject([
      { value: 1 },
    ])
    const { headers } = await watching
    const after = await figures()
    expect(samples(after, 'apiserver_longrunning_requests', { resource: 'configmaps' })).toMatchObject([
      { value: 0 },
    ])
    expect(events(headers['audit-id']).map(({ stage, verb }) => [stage, verb])).toEqual([
      ['RequestReceived', 'watch'],
      ['ResponseStarted', 'watch'],
      ['ResponseComplete', 'watch'],
    ])
  })

  test('queues, passes and the process have their usual names', async () => {
    const all = await figures()
    const names = new Set(all.map(({ name }) => name))
    for (const name of [
      'workqueue_depth',
      'workqueue_adds_total',
      'workqueue_queue_duration_seconds_bucket',
      'workqueue_work_duration_seconds_bucket',
      'controller_runtime_reconcile_total',
      'controller_runtime_reconcile_errors_total',
      'controller_runtime_reconcile_time_seconds_bucket',
      'controller_runtime_active_workers',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'nodejs_heap_size_used_bytes',
      'nodejs_version_info',
    ]) {
      expect(names).toContain(name)
    }
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes']) {
      expect(samples(all, name)[0]?.value).toBeGreaterThan(0)
    }
    expect(samples(all, 'controller_runtime_reconcile_total', { result: 'success' }).length).toBeGreaterThan(
      5,
    )
  })

  test('paths, methods and parameters that clients invent make no series of their own', async () => {
    const invent = (name: string) =>
      Promise.all([
        ask('GET', `/${name}`),
        ask('GET', `/apis/${name}.io/v1/things`),
        ask('GET', `${configMaps}/${name}`),
        ask('GET', `${configMaps}/${name}/${name}`),
        ask('GET', `/api/v1/namespaces/${name}/configmaps`),
        ask('GET', `/apis/resourcemanager.datumapis.com/v1alpha/projects/${name}/control-plane/api`),
        ask('DELETE', `${configMaps}/${name}?dryRun=${name}`),
        ask('PATCH', `${configMaps}/${name}`, '{}', { 'content-type': `application/${name}` }),
      ])
    await invent('first')
    const before = await figures()
    for (let number = 0; number < 50; number++) await invent(`other-${number}`)
    expect(await figures()).toHaveLength(before.length)
  })

  test('a request has one id: in the answer, in the log and in the audit log', async () => {
    const { headers } = await ask('GET', `${configMaps}/none`)
    const id = headers['audit-id']
    expect(id).toMatch(/^\S+$/)
    await expect.poll(() => program.said()).toContain(`"id":"${id}"`)
    const line = program
      .said()
      .split('\n')
      .find((each) => each.includes(`"id":"${id}"`))
    expect(JSON.parse(line as string)).toMatchObject({ msg: 'request', code: 404, method: 'GET' })
    expect(events(id)).toMatchObject([
      { kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'RequestReceived' },
      { stage: 'ResponseComplete', verb: 'get', responseStatus: { code: 404 } },
    ])
    expect(events(id)[0]).not.toHaveProperty('responseStatus')
    expect(statSync(auditLog).mode & 0o777).toBe(0o600)
  })

  test('neither log holds what is in a Secret, nor a token', async () => {
    const { pat, token } = await program.ready
    const password = 'aHVudGVyMi1odW50ZXIy'
    const made = await ask('POST', secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'kept' },
      data: { password },
    })
    expect(made.code).toBe(201)
    const exchanged = await ask('POST', '/datum-os/oauth/token/exchange', undefined, {
      authorization: `Bearer ${pat}`,
    })
    expect(exchanged.json.access_token).toBeTypeOf('string')
    const { headers } = await ask('GET', `${secrets}/kept`)
    await expect.poll(() => program.said()).toContain(`"id":"${headers['audit-id']}"`)
    for (const text of [program.said(), readFileSync(auditLog, 'utf8')]) {
      expect(text).toContain('secrets/kept')
      for (const secret of [password, pat, token, exchanged.json.access_token]) {
        expect(text).not.toContain(secret)
      }
    }
  })

  test('health tells of each check, leaves out what is excluded, and answers for one alone', async () => {
    const body = async (path: string) => (await ask('GET', path)).text
    expect(await body('/readyz')).toBe('ok')
    expect(await body('/readyz?verbose')).toBe(
      '[+]ping ok\n[+]seeds-and-first-reconciliation ok\nreadyz check passed\n',
    )
    expect(await body('/readyz?verbose&exclude=ping&exclude=etcd')).toBe(
      '[+]ping excluded: ok\n[+]seeds-and-first-reconciliation ok\nwarn: some health checks cannot be excluded: no matches for "etcd"\nreadyz check passed\n',
    )
    expect(await body('/livez?verbose')).toBe('[+]ping ok\nlivez check passed\n')
    expect(await body('/livez/ping')).toBe('ok')
    expect((await ask('GET', '/livez/none')).code).toBe(404)
  })
})
