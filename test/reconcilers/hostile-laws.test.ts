import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi, Refused, type TestObject } from '../support/plane-api.ts'
import {
  condition,
  conditionMessage,
  deployments,
  instances,
  location,
  locations,
  network,
  networkBindings,
  networkContexts,
  networks,
  subnetClaims,
  subnets,
  workload,
  workloads,
} from '../support/workload.ts'

/**
 * Whatever users do with what is theirs, and lay in the way of reconcilers, in whatever order: it comes to an end in a
 * bounded number of writes, no address of a network is with two that are there to stay, and when what is in the way has
 * gone and what is needed has come back, everything runs.
 */

const secrets = '/api/v1/namespaces/default/secrets'
const dallas = 'gcp-us-south1-a'
const context = `default-default-${dallas}`
/** Writes that what one step brings about may take: a loop would never end, or write far more. */
const mostWrites = 400

const wanted = workload({ replicas: 2, volumes: [{ name: 'key', secret: { secretName: 'key' } }] })

const byHand = (kind: string, name: string, spec: object, group = 'networking') => ({
  apiVersion: `${group}.datumapis.com/v1alpha`,
  kind,
  metadata: { name },
  spec,
})
const place = { namespace: 'default', name: dallas }
const request = {
  subnetClass: 'private',
  ipFamily: 'IPv4',
  networkContext: { name: context },
  location: place,
}

/** What lies in the way: by collection, what is to be gone in the end. */
const obstacles: readonly [string, ReturnType<typeof byHand>][] = [
  [instances, byHand('Instance', 'by-hand', { ...wanted.spec.template.spec, location: place }, 'compute')],
  [
    instances,
    byHand('Instance', 'web-p1-dfw-2', { ...wanted.spec.template.spec, location: place }, 'compute'),
  ],
  [subnets, byHand('Subnet', 'overlapping', { ...request, startAddress: '10.128.0.0', prefixLength: 24 })],
  [subnets, byHand('Subnet', `${context}-0`, { ...request, startAddress: '10.144.0.0', prefixLength: 28 })],
  [subnetClaims, byHand('SubnetClaim', `${context}-0`, { ...request, subnetClass: 'other' })],
  [subnetClaims, byHand('SubnetClaim', `${context}-1`, { ...request, startAddress: '10.128.0.0' })],
  [
    networkBindings,
    byHand('NetworkBinding', 'web-p1-dfw-net-0', { network: { name: 'other' }, location: place }),
  ],
  [networkContexts, byHand('NetworkContext', context, { network: { name: 'other' }, location: place })],
]

const steps: Readonly<Record<string, (api: PlaneApi) => Promise<unknown>>> = {
  'location goes': (api) => api.remove(`${locations}/${dallas}`),
  'location comes': (api) => api.create(locations, location(dallas, 'DFW')),
  'location comes in another city': (api) => api.create(locations, location(dallas, 'LHR')),
  'location moves': (api) => moveTo(api, 'AMS'),
  'location moves back': (api) => moveTo(api, 'DFW'),
  'another location comes': (api) => api.create(locations, location('a-dallas', 'DFW')),
  'another location goes': (api) => api.remove(`${locations}/a-dallas`),
  'network goes': (api) => api.remove(`${networks}/default`),
  'network comes': (api) => api.create(networks, network('default')),
  'network comes with a range': (api) =>
    api.create(networks, network('default', { ipam: { mode: 'Auto', ipv4Ranges: ['172.16.0.0/26'] } })),
  'network gets a range': (api) =>
    api.patch(`${networks}/default`, { spec: { ipam: { ipv4Ranges: ['10.128.0.0/16', '10.200.0.0/28'] } } }),
  'network loses its range': (api) =>
    api.patch(`${networks}/default`, { spec: { ipam: { ipv4Ranges: null } } }),
  'network gets IPv6': (api) => api.patch(`${networks}/default`, { spec: { ipFamilies: ['IPv4', 'IPv6'] } }),
  'network loses IPv6': (api) => api.patch(`${networks}/default`, { spec: { ipFamilies: ['IPv4'] } }),
  'network leaves addresses to users': (api) =>
    api.patch(`${networks}/default`, { spec: { ipam: { mode: 'Policy' } } }),
  'network assigns addresses': (api) =>
    api.patch(`${networks}/default`, { spec: { ipam: { mode: 'Auto' } } }),
  'secret goes': (api) => api.remove(`${secrets}/key`),
  'secret comes': (api) => api.create(secrets, { metadata: { name: 'key' } }),
  'workload goes': (api) => api.remove(`${workloads}/web`),
  'workload comes': (api) => api.create(workloads, wanted),
  'workload grows': (api) => scale(api, 4),
  'workload shrinks': (api) => scale(api, 1),
  'instance goes': (api) => api.remove(`${instances}/web-p1-dfw-0`),
  'deployment is put elsewhere': (api) =>
    api.patch(`${deployments}/web-p1-dfw/status`, { status: { location: { name: 'gcp-us-west1-a' } } }),
  'subnet is moved': (api) => api.patch(`${subnets}/${context}-0`, { spec: { startAddress: '10.160.0.0' } }),
  'claim asks for an address': (api) =>
    api.patch(`${subnetClaims}/${context}-0`, { spec: { startAddress: '10.128.0.0' } }),
  ...Object.fromEntries(
    obstacles.flatMap(([path, object]) => [
      [`${object.kind} ${object.metadata.name} is made`, (api: PlaneApi) => api.create(path, object)],
      [
        `${object.kind} ${object.metadata.name} goes`,
        (api: PlaneApi) => api.remove(`${path}/${object.metadata.name}`),
      ],
    ]),
  ),
}

function moveTo(api: PlaneApi, city: string) {
  return api.patch(`${locations}/${dallas}`, { spec: { topology: { 'topology.datum.net/city-code': city } } })
}

function scale(api: PlaneApi, minReplicas: number) {
  const placements = [{ ...wanted.spec.placements[0], scaleSettings: { minReplicas } }]
  return api.patch(`${workloads}/web`, { spec: { placements } })
}

/** What is not there, or there already, or in use: a user is told, and goes on. */
async function attempt(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Refused) || ![404, 409, 422].includes(error.code)) throw error
  }
}

const clock = createManualClock(Date.now())
let prepared: DatumLocal

beforeAll(async () => {
  prepared = await startDatumLocal({ clock })
  const api = projectApi(prepared)
  await api.create(secrets, { metadata: { name: 'key' } })
  await api.create(workloads, wanted)
  await prepared.settle()
})
afterAll(() => prepared.stop())

const revision = async (api: PlaneApi) => Number((await api.list(workloads)).metadata.resourceVersion)

/** The addresses of instances that run and are there to stay, by network; each once. */
async function expectDistinctAddresses(api: PlaneApi): Promise<void> {
  const { items } = await api.list(instances)
  const held = items.flatMap(({ spec, status, metadata }) =>
    condition({ status }, 'Ready').startsWith('True') && metadata.deletionTimestamp === undefined
      ? (status.networkInterfaces ?? []).map(
          (each: { assignments: { networkIP: string } }, index: number) =>
            `${spec.networkInterfaces[index]?.network.name} ${each.assignments.networkIP}`,
        )
      : [],
  )
  expect(new Set(held).size).toBe(held.length)
}

/** Takes out of the way what is in it, and gives back what is needed, as a user would. */
async function heal(api: PlaneApi, datum: DatumLocal): Promise<void> {
  const done = async (work: Promise<unknown>) => {
    await attempt(work)
    await datum.settle()
  }
  for (const [path, { kind, metadata }] of obstacles) {
    const found: TestObject | undefined = await api.find(`${path}/${metadata.name}`)
    if (found && !['Instance'].includes(kind)) await done(api.remove(`${path}/${metadata.name}`))
    else if (found && metadata.name === 'by-hand') await done(api.remove(`${path}/by-hand`))
  }
  await done(api.remove(`${workloads}/web`))
  await done(api.remove(`${instances}/web-p1-dfw-2`))
  await done(api.remove(`${networks}/default`))
  await done(api.remove(`${locations}/a-dallas`))
  await done(api.create(locations, location(dallas, 'DFW')))
  await done(moveTo(api, 'DFW'))
  await done(api.create(secrets, { metadata: { name: 'key' } }))
  await done(api.create(networks, network('default')))
  await done(api.create(workloads, wanted))
}

test('what comes in the way comes to an end, and leaves nothing behind that stays in the way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      async (names, settles) => {
        const datum = await prepared.fork()
        try {
          const api = projectApi(datum)
          for (const name of names) {
            const since = await revision(api)
            await attempt((steps[name] as (api: PlaneApi) => Promise<unknown>)(api))
            if (!settles.next().value) continue
            await datum.settle()
            clock.advance(1_000)
            await datum.settle()
            expect((await revision(api)) - since, `writes after "${name}"`).toBeLessThan(mostWrites)
            await expectDistinctAddresses(api)
          }
          await datum.settle()
          await heal(api, datum)
          const web = await api.get(`${workloads}/web`)
          const found = await api.find(`${deployments}/web-p1-dfw`)
          expect([
            condition(web, 'Available'),
            web.status.readyReplicas,
            found && conditionMessage(found, 'Available'),
          ]).toEqual(['True AvailablePlacementFound', 2, '2/2 instances are ready'])
          await expectDistinctAddresses(api)
        } finally {
          await datum.stop()
        }
      },
    ),
    { numRuns: 25, endOnFailure: false },
  )
}, 600_000)
