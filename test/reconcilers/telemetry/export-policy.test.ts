import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi } from '../../support/plane-api.ts'
import { condition, conditionMessage } from '../../support/workload.ts'

const policies = '/apis/telemetry.datumapis.com/v1alpha1/namespaces/default/exportpolicies'
const secrets = '/api/v1/namespaces/default/secrets'

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
  api = projectApi(datum)
})
afterAll(() => datum.stop())

function sink(name: string, secret?: string) {
  return {
    name,
    sources: ['metrics'],
    target: {
      prometheusRemoteWrite: {
        endpoint: 'https://metrics.example.com/push',
        ...(secret ? { authentication: { basicAuth: { secretRef: { name: secret } } } } : {}),
      },
    },
  }
}

function secret(type: string, data: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials' }, type, stringData: data }
}

test('each sink is judged by its secret, the policy by its sinks, and again when the secret changes', async () => {
  await api.create(policies, {
    apiVersion: 'telemetry.datumapis.com/v1alpha1',
    kind: 'ExportPolicy',
    metadata: { name: 'policy' },
    spec: {
      sources: [{ name: 'metrics', metrics: { metricsql: '{service_name="a"}' } }],
      sinks: [sink('open'), sink('closed', 'credentials')],
    },
  })
  const look = async () => {
    await datum.settle()
    const policy = await api.get(`${policies}/policy`)
    const [open, closed] = policy.status.sinks
    return {
      ready: `${condition(policy, 'Ready')}: ${conditionMessage(policy, 'Ready')}`,
      open: condition({ status: open }, 'Accepted'),
      closed:
        `${condition({ status: closed }, 'Accepted')} ${conditionMessage({ status: closed }, 'Accepted')}`.trim(),
    }
  }
  const refused = (message: string) => ({
    ready: 'False SinksNotAccepted: 1 of 2 sinks are accepted',
    open: 'True SinkConfigured',
    closed: `False InvalidAuthentication ${message}`,
  })
  expect(await look()).toEqual(refused('Secret credentials does not exist'))
  await api.create(secrets, secret('Opaque', { username: 'u', password: 'p' }))
  expect(await look()).toEqual(refused('Secret credentials is not of type kubernetes.io/basic-auth'))
  await api.remove(`${secrets}/credentials`)
  await api.create(secrets, secret('kubernetes.io/basic-auth', { username: 'u' }))
  expect(await look()).toEqual(refused('Secret credentials has no password'))
  await api.patch(`${secrets}/credentials`, { data: { password: 'cA==' } })
  expect(await look()).toEqual({
    ready: 'True SinksAccepted: 2 of 2 sinks are accepted',
    open: 'True SinkConfigured',
    closed: 'True SinkConfigured',
  })
  await api.remove(`${secrets}/credentials`)
  expect(await look()).toEqual(refused('Secret credentials does not exist'))
  const { items } = await api.list(
    '/api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DExportPolicy',
  )
  const messages = items.map((event) => 'message' in event && event.message)
  const told = (message: string) => `1 of 2 sinks are accepted; closed: Secret credentials ${message}`
  expect(messages.toSorted()).toEqual([
    told('does not exist'),
    told('has no password'),
    told('is not of type kubernetes.io/basic-auth'),
    '2 of 2 sinks are accepted',
  ])
  await api.remove(`${policies}/policy`)
  await datum.settle()
  expect(await api.find(`${policies}/policy`)).toBeUndefined()
})
