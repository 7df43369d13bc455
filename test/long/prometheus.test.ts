import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { projectApi } from '../support/plane-api.ts'
import { workload, workloads } from '../support/workload.ts'

const policies = '/apis/telemetry.datumapis.com/v1alpha1/namespaces/default/exportpolicies'
const secrets = '/api/v1/namespaces/default/secrets'

const works = (command: string, ...words: string[]) =>
  spawnSync(command, words, { stdio: 'ignore' }).status === 0

/** Prometheus as Debian packages it: the one that is there, or one that is installed for this test. */
function havePrometheus(): boolean {
  if (works('prometheus', '--version')) return true
  const install = ['install', '--yes', '--no-install-recommends', 'prometheus']
  return process.getuid?.() === 0 && works('apt-get', ...install) && works('prometheus', '--version')
}

const available = havePrometheus()
if (!available)
  console.log('telemetry into a real Prometheus: skipped, it can be neither found nor installed')

/** `me` with the password `secret`. */
const webConfiguration = `basic_auth_users:
  me: $2b$04$gvnpIvIMicSaSlM0XykT6eUFzehHPdjs2igvKpYRup8CbtbEwpgky
`

describe.skipIf(!available)('a real Prometheus', () => {
  let folder: string
  let prometheus: ChildProcess
  let url: string
  let datum: DatumLocal

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
    writeFileSync(join(folder, 'prometheus.yml'), 'global: {}\n')
    writeFileSync(join(folder, 'web.yml'), webConfiguration)
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--web.config.file=${join(folder, 'web.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
      ],
      { stdio: 'ignore' },
    )
    await vi.waitFor(async () => {
      const { status } = await ask('/-/ready')
      if (status !== 200) throw new Error(`not ready: ${status}`)
    }, patience)
    datum = await startDatumLocal({ exportTelemetry: true, seedProjects: true })
  })

  afterAll(async () => {
    await datum?.stop()
    if (prometheus) {
      const ended = once(prometheus, 'exit')
      prometheus.kill('SIGTERM')
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  })

  const patience = { interval: 200, timeout: 60_000 }
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
  const ask = (path: string) => fetch(url + path, { headers: { authorization } })

  interface Found {
    readonly metric: Record<string, string>
    readonly value: [number, string]
  }

  async function query(expression: string): Promise<Found[]> {
    const response = await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)
    const { data } = (await response.json()) as { data: { result: Found[] } }
    return data.result
  }

  test('takes what a policy exports, and answers queries about it', async () => {
    const api = projectApi(datum)
    await api.create(workloads, workload({ replicas: 3 }))
    await datum.settle()
    await api.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'prometheus' },
      type: 'kubernetes.io/basic-auth',
      stringData: { username: 'me', password: 'secret' },
    })
    await api.create(policies, {
      apiVersion: 'telemetry.datumapis.com/v1alpha1',
      kind: 'ExportPolicy',
      metadata: { name: 'policy' },
      spec: {
        sources: [
          { name: 'compute', metrics: { metricsql: '{service_name="compute.datumapis.com"}' } },
          { name: 'telemetry', metrics: { metricsql: '{service_name="telemetry.datumapis.com"}' } },
        ],
        sinks: [
          {
            name: 'prometheus',
            sources: ['compute', 'telemetry'],
            target: {
              prometheusRemoteWrite: {
                endpoint: `${url}/api/v1/write`,
                authentication: { basicAuth: { secretRef: { name: 'prometheus' } } },
                batch: { timeout: '100ms', maxSize: 5 },
                retry: { maxAttempts: 3, backoffDuration: '1s' },
              },
            },
          },
        ],
      },
    })
    await expect
      .poll(() => query('datum_compute_instance_ready').then((found) => found.length), patience)
      .toBe(3)
    const [first] = await query('sort_desc(datum_compute_instance_ready{resource_name="web-p1-dfw-0"})')
    expect(first?.metric).toMatchObject({
      __name__: 'datum_compute_instance_ready',
      resource_namespace: 'default',
      resourcemanager_datumapis_com_project_name: datum.project,
      service_name: 'compute.datumapis.com',
    })
    expect(first?.value[1]).toBe('1')
    // The second collection comes a quarter of a minute later; a rate needs two.
    const rate = 'min(rate(datum_compute_instance_cpu_usage_seconds_total[1m]))'
    await expect
      .poll(() => query(rate).then(([found]) => Number(found?.value[1] ?? 0)), patience)
      .toBeGreaterThan(0)
    const refused = await query('sum(datum_telemetry_export_samples_total{outcome!="delivered"})')
    expect(refused[0]?.value[1]).toBe('0')
  })

  test('finds nothing to say against what /metrics answers', async () => {
    const headers = { authorization: `Bearer ${datum.token}` }
    await fetch(`${datum.httpUrl}/api/v1/namespaces`, { headers })
    const input = await (await fetch(`${datum.httpUrl}/metrics`, { headers })).text()
    expect(input).toContain('apiserver_request_total{')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
