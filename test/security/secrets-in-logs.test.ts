import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAsk, ensureBuilt, projectPath, startProgram } from '../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'secrets-'))
beforeAll(ensureBuilt, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const secrets = `${projectPath}/api/v1/namespaces/default/secrets`
const plain = 'open-sesame-4711'
const encoded = Buffer.from(plain).toString('base64')
const wrongToken = 'datum_local_pat_nobody-has-this-one'
const forged = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.c2lnbmF0dXJl'

const secret = (name: string, fields: object) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  ...fields,
})
const type = (value: string) => ({ 'content-type': value })

test('no token, personal access token or Secret is in any log, at the lowest level and with the audit log', async () => {
  const auditLog = join(folder, 'audit.jsonl')
  const program = startProgram([
    ...['--state-dir', join(folder, 'state'), '--log-level', 'trace', '--audit-log', auditLog],
    ...['--pat', wrongToken.replace('nobody', 'somebody'), '--export-telemetry'],
  ])
  const announcement = await program.ready
  const { token, pat } = announcement as { token: string; pat: string }
  const ask = createAsk(announcement)
  const codes: number[] = []
  const say = async (...words: Parameters<typeof ask>) => codes.push((await ask(...words)).code)

  for (const path of ['/datum-os/oauth/token/exchange', '/oauth/token/exchange']) {
    for (const sent of [pat, pat.slice(0, -1), wrongToken, token, forged]) {
      await say('POST', path, undefined, { authorization: `Bearer ${sent}` })
      await say('GET', path, undefined, { authorization: `Basic ${sent}` })
    }
  }
  const exchange = await ask('POST', '/oauth/token/exchange', undefined, { authorization: `Bearer ${pat}` })
  const exchanged = exchange.json.access_token as string
  for (const sent of [exchanged, forged, pat, `${token}x`]) {
    await say('GET', secrets, undefined, { authorization: `Bearer ${sent}` })
  }

  await say('POST', secrets, secret('good', { stringData: { key: plain } }))
  await say('POST', secrets, secret('good', { data: { key: encoded } }))
  await say('POST', secrets, secret('bad-base64', { data: { key: `${plain}!` } }))
  await say('POST', secrets, secret('bad-type', { data: { key: { [plain]: encoded } } }))
  await say('POST', secrets, secret('bad-field', { [plain]: encoded }))
  await say(
    'POST',
    secrets,
    secret('bad-json', { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': plain } }),
  )
  await say('POST', secrets, `{"kind":"Secret","data":{"key":"${plain}"`)
  await say('POST', secrets, `kind: Secret\ndata: {key: ${plain}`, type('application/yaml'))
  await say('POST', secrets, `k8s\0${plain}`, type('application/vnd.kubernetes.protobuf'))
  await say(
    'POST',
    `${projectPath}/api/v1/namespaces/default/configmaps`,
    secret('wrong-kind', { data: { key: encoded } }),
  )
  await say('PUT', `${secrets}/good`, secret('good', { stringData: { key: `${plain}2` } }))
  await say('PATCH', `${secrets}/good`, { stringData: { key: plain } }, type('application/merge-patch+json'))
  await say(
    'PATCH',
    `${secrets}/good`,
    [{ op: 'test', path: '/data/key', value: plain }],
    type('application/json-patch+json'),
  )
  await say(
    'PATCH',
    `${secrets}/good`,
    { data: { key: { [plain]: 1 } } },
    type('application/strategic-merge-patch+json'),
  )
  await say(
    'PATCH',
    `${secrets}/good?fieldManager=a`,
    secret('good', { data: { key: encoded } }),
    type('application/apply-patch+yaml'),
  )
  await say('GET', `${secrets}/good`)
  await say('GET', `${secrets}?watch=1&timeoutSeconds=1`)
  // A sink that asks for this Secret and answers nobody.
  await say(
    'POST',
    secrets,
    secret('sink', { type: 'kubernetes.io/basic-auth', stringData: { username: 'u', password: plain } }),
  )
  await say('POST', `${projectPath}/apis/telemetry.miloapis.com/v1alpha1/namespaces/default/exportpolicies`, {
    apiVersion: 'telemetry.miloapis.com/v1alpha1',
    kind: 'ExportPolicy',
    metadata: { name: 'nowhere' },
    spec: {
      sources: [{ name: 'all', metrics: { metricsql: '{}' } }],
      sinks: [
        {
          name: 'nowhere',
          sources: ['all'],
          target: {
            prometheusRemoteWrite: {
              endpoint: 'http://127.0.0.1:1/write',
              authentication: { basicAuth: { secretRef: { name: 'sink' } } },
              batch: { timeout: '1s', maxSize: 10 },
              retry: { maxAttempts: 1, backoffDuration: '1s' },
            },
          },
        },
      ],
    },
  })
  await say('DELETE', secrets)
  ask.close()
  await program.stop()

  // Enough has gone well, and enough wrong, for there to be something to tell.
  for (const code of [200, 201, 400, 401, 403, 409, 422]) expect(codes).toContain(code)
  const logs = program.said() + readFileSync(auditLog, 'utf8')
  expect(logs.split('\n').length).toBeGreaterThan(codes.length * 2)
  for (const word of [token, pat, exchanged, wrongToken, forged, plain, encoded, pat.slice(0, -1)]) {
    expect(logs).not.toContain(word)
  }
}, 60_000)
