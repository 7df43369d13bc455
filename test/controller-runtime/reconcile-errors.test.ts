import { afterEach, beforeEach, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi, type TestObject } from '../support/plane-api.ts'
import { network, networks } from '../support/workload.ts'

/**
 * What fails here fails because of real state: somebody tries a newer schema of Networks, to which the status that the
 * reconciler writes does not fit, and each of its passes is refused.
 */

const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/networks.networking.datumapis.com'
const namespaces = '/api/v1/namespaces'

let clock: ManualClock
let datum: DatumLocal
let api: PlaneApi

beforeEach(async () => {
  clock = createManualClock()
  datum = await startDatumLocal({ clock })
  api = projectApi(datum)
})
afterEach(() => datum.stop())

/** Lets no write of a Network pass that has a condition; `message` says why. */
function refuseStatus(message: string) {
  return changeSchema((schema) => {
    const rule = '!has(self.status) || size(self.status.conditions) == 0'
    schema['x-kubernetes-validations'] = [{ rule, message }]
  })
}

function acceptStatus() {
  return changeSchema((schema) => {
    delete schema['x-kubernetes-validations']
  })
}

async function changeSchema(change: (schema: TestObject['spec']) => void) {
  const current = await api.get(definition)
  for (const version of current.spec.versions) change(version.schema.openAPIV3Schema)
  await api.replace(definition, current)
  await datum.settle()
}

/** Retries come after a time that doubles. */
async function pass(seconds: number) {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1_000)
    await datum.settle()
  }
}

async function events(namespace = 'default'): Promise<TestObject[]> {
  const { items } = await api.list(`${namespaces}/${namespace}/events`)
  return items.filter((event) => 'reason' in event && event.reason === 'ReconcileError')
}

test('passes that fail again and again are an Event of the object, one for the same fault', async () => {
  await refuseStatus('no condition fits here')
  await api.create(networks, network('refused'))
  await pass(250)
  const [event, ...others] = await events()
  expect(others).toEqual([])
  expect(event).toMatchObject({
    type: 'Warning',
    reason: 'ReconcileError',
    message: expect.stringContaining('no condition fits here'),
    source: { component: 'network' },
    involvedObject: { kind: 'Network', name: 'refused', namespace: 'default' },
    count: 1,
  })
  await pass(100)
  expect(await events()).toMatchObject([{ metadata: { name: event?.metadata.name }, count: 2 }])
})

test('another fault is told at once, and nothing more once a pass goes well', async () => {
  await refuseStatus('the first fault')
  await api.create(networks, network('refused'))
  await pass(20)
  await refuseStatus('the second fault')
  await pass(40)
  const told = await events()
  expect(told).toMatchObject([
    { message: expect.stringContaining('the first fault') },
    { message: expect.stringContaining('the second fault') },
  ])
  await acceptStatus()
  await pass(20)
  expect((await api.get(`${networks}/refused`)).status.conditions).toMatchObject([{ status: 'True' }])
  await pass(400)
  expect(await events()).toEqual(told)
})

test('a fault with a long text is told with its beginning', async () => {
  await refuseStatus('…'.repeat(2_000))
  await api.create(networks, network('refused'))
  await pass(10)
  const [event] = await events()
  const message = event && 'message' in event ? String(event.message) : ''
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024)
  expect(Buffer.byteLength(message)).toBeGreaterThan(1000)
  expect(message).toMatch(/^Network.*…$/s)
})

test('what fails in a namespace that ends is told by nobody, and holds up nothing', async () => {
  await api.create(namespaces, { metadata: { name: 'ending' } })
  const inEnding = networks.replace('/default', '/ending')
  await api.create(inEnding, network('last'))
  await datum.settle()
  await refuseStatus('no condition fits here')
  await api.remove(`${namespaces}/ending`)
  await pass(60)
  expect((await api.get(`${inEnding}/last`)).metadata.finalizers).toHaveLength(1)
  expect(await events('ending')).toEqual([])
  await acceptStatus()
  await pass(60)
  expect(await api.find(`${namespaces}/ending`)).toBeUndefined()
})
