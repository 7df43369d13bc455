import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi, Refused, type TestObject } from '../support/plane-api.ts'
import {
  deployments,
  instances,
  locations,
  networkBindings,
  networkContexts,
  networks,
  subnetClaims,
  subnets,
  workload,
  workloads,
} from '../support/workload.ts'

/**
 * Whatever somebody does to the objects of a plane behind the backs of its reconcilers, in whatever order: once they
 * have settled, everything is as it was, the addresses included, and it took them a bounded number of writes.
 */

const exportPolicies = '/apis/telemetry.datumapis.com/v1alpha1/namespaces/default/exportpolicies'

const exportPolicy = {
  apiVersion: 'telemetry.datumapis.com/v1alpha1',
  kind: 'ExportPolicy',
  metadata: { name: 'metrics' },
  spec: {
    sources: [{ name: 'all', metrics: { metricsql: '{service_name="a"}' } }],
    sinks: [
      {
        name: 'somewhere',
        sources: ['all'],
        target: { prometheusRemoteWrite: { endpoint: 'https://example.com/push' } },
      },
    ],
  },
}

const collections = {
  Workload: workloads,
  WorkloadDeployment: deployments,
  Instance: instances,
  NetworkBinding: networkBindings,
  NetworkContext: networkContexts,
  SubnetClaim: subnetClaims,
  Subnet: subnets,
  Network: networks,
  Location: locations,
  ExportPolicy: exportPolicies,
} as const
type KindName = keyof typeof collections

/** What users themselves make: these stay as they are made, and only their status, finalizers and labels are ours. */
const usersOwn: readonly KindName[] = ['Workload', 'Network', 'Location', 'ExportPolicy']

/** Writes that a repair may take: a loop would never end, or write far more. */
const mostWrites = 250

type Meddling =
  | 'condition lies'
  | 'no conditions'
  | 'no status'
  | 'other status'
  | 'no owner'
  | 'no labels'
  | 'other labels'
  | 'no finalizers'
  | 'delete'
  | 'other spec'
  | 'no spec'

const meddlings: readonly Meddling[] = [
  'condition lies',
  'no conditions',
  'no status',
  'other status',
  'no owner',
  'no labels',
  'other labels',
  'no finalizers',
  'delete',
  'other spec',
  'no spec',
]

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
  api = projectApi(datum)
  await api.create(workloads, workload({ replicas: 2 }))
  await api.create(exportPolicies, exportPolicy)
  await datum.settle()
})
afterAll(() => datum.stop())

/** What a spec is changed to where a controller has written it. */
const otherSpec: Partial<Record<KindName, object>> = {
  WorkloadDeployment: { cityCode: 'LHR', placementName: 'other', scaleSettings: { minReplicas: 7 } },
  Instance: {
    location: { namespace: 'default', name: 'elsewhere' },
    volumes: [],
    networkInterfaces: [{ network: { name: 'other' } }],
  },
  NetworkBinding: { network: { name: 'other' } },
  NetworkContext: { network: { name: 'other' }, location: { namespace: 'default', name: 'elsewhere' } },
  SubnetClaim: {
    subnetClass: 'other',
    ipFamily: 'IPv6',
    networkContext: { name: 'other' },
    location: { namespace: 'default', name: 'elsewhere' },
  },
  Subnet: {
    subnetClass: 'other',
    ipFamily: 'IPv6',
    networkContext: { name: 'other' },
    location: { namespace: 'default', name: 'elsewhere' },
  },
}

/** What a status is changed to, beside its conditions. */
const otherStatus: Partial<Record<KindName, object>> = {
  Workload: {
    replicas: 77,
    deployments: 5,
    placements: [
      { name: 'none', conditions: [], replicas: 1, currentReplicas: 1, desiredReplicas: 1, readyReplicas: 1 },
    ],
  },
  WorkloadDeployment: {
    location: { namespace: 'default', name: 'gcp-europe-west2-a' },
    replicas: -1,
    desiredReplicas: 9,
  },
  Instance: {
    networkInterfaces: [
      { assignments: { networkIP: 'nowhere', externalIP: '198.18.0.1' } },
      { assignments: { networkIP: '10.128.0.2' } },
    ],
    controller: { observedTemplateHash: 'other' },
  },
  NetworkBinding: { networkContextRef: { namespace: 'other', name: 'other' } },
  SubnetClaim: { subnetRef: { name: 'other' }, startAddress: 'other', prefixLength: 99 },
  Subnet: { startAddress: '10.131.0.0', prefixLength: 16 },
  Network: { ipam: { ipv4Ranges: ['10.0.0.0/8'], ipv6Prefix: 'fd20::/48' } },
  ExportPolicy: { sinks: [{ name: 'other', conditions: [] }] },
}

/** Kinds whose deployed schema lets users take the spec away, and whose spec is a controller's. */
const withoutSpec: readonly KindName[] = [
  'WorkloadDeployment',
  'Instance',
  'NetworkContext',
  'SubnetClaim',
  'Subnet',
]

/** What would change nothing, or what its maker alone may do. */
function isPointless(kind: KindName, how: Meddling): boolean {
  const isOwned = !usersOwn.includes(kind)
  switch (how) {
    case 'no owner':
    case 'delete':
      return !isOwned
    case 'no labels':
    case 'other labels':
      return kind !== 'WorkloadDeployment' && kind !== 'Instance'
    case 'no finalizers':
      return ['NetworkBinding', 'NetworkContext', 'SubnetClaim', 'Subnet', 'Location'].includes(kind)
    case 'other spec':
      return otherSpec[kind] === undefined
    case 'other status':
      return otherStatus[kind] === undefined
    case 'no spec':
      return !withoutSpec.includes(kind)
    default:
      return false
  }
}

async function meddle(object: TestObject, kind: KindName, how: Meddling): Promise<void> {
  const path = `${collections[kind]}/${object.metadata.name}`
  const conditions = (object.status?.conditions ?? []).map(({ type }: { type: string }) => ({
    type,
    status: 'False',
    reason: 'Nonsense',
    message: '',
    lastTransitionTime: '2020-01-01T00:00:00Z',
  }))
  const { ownerReferences: _owners, labels: _labels, ...metadata } = object.metadata
  switch (how) {
    case 'condition lies':
      return void (await api.patch(`${path}/status`, { status: { conditions } }))
    case 'no conditions':
      return void (await api.patch(`${path}/status`, { status: { conditions: [] } }))
    case 'no status':
      return void (await api.patch(`${path}/status`, { status: null }))
    case 'no owner':
      return void (await api.replace(path, {
        ...object,
        metadata: { ...object.metadata, ownerReferences: [] },
      }))
    case 'no labels':
      return void (await api.replace(path, {
        ...object,
        metadata: { ...metadata, ownerReferences: _owners },
      }))
    case 'other labels': {
      const labels = Object.fromEntries(Object.keys(_labels ?? {}).map((label) => [label, 'other']))
      return void (await api.patch(path, { metadata: { labels } }))
    }
    case 'no finalizers':
      return void (await api.patch(path, { metadata: { finalizers: null } }))
    case 'delete':
      return void (await api.remove(path))
    case 'other spec':
      return void (await api.patch(path, { spec: otherSpec[kind] }))
    case 'other status':
      return void (await api.patch(`${path}/status`, { status: otherStatus[kind] }))
    case 'no spec':
      return void (await api.patch(path, { spec: null }))
  }
}

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Everything of an object that a repair should bring back, identities and times aside. */
function essence({ kind, metadata, spec, status = {} }: TestObject): unknown {
  const { conditions = [], placements = [], sinks = [], ...rest } = status
  const short = (list: { type: string; status: string; reason: string }[]) =>
    list.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`).sort()
  const text = JSON.stringify({
    kind,
    name: metadata.name,
    labels: Object.entries(metadata.labels ?? {}).sort(),
    finalizers: [...(metadata.finalizers ?? [])].sort(),
    owners: metadata.ownerReferences?.map((each) => `${each.kind} ${each.name} ${each.controller}`),
    spec,
    status: Object.entries(rest).sort(),
    conditions: short(conditions),
    sinks: sinks.map((each: { conditions: never[] }) => ({ ...each, conditions: short(each.conditions) })),
    placements: placements.map((each: { name: string; conditions: never[] }) => ({
      ...each,
      conditions: short(each.conditions),
    })),
  })
  return JSON.parse(text.replace(uid, 'UID'))
}

async function everything(): Promise<Map<string, { kind: KindName; object: TestObject }>> {
  const found = new Map<string, { kind: KindName; object: TestObject }>()
  for (const [kind, path] of Object.entries(collections) as [KindName, string][]) {
    for (const object of (await api.list(path)).items) {
      found.set(`${kind} ${object.metadata.name}`, { kind, object: { ...object, kind } })
    }
  }
  return found
}

const state = async () =>
  Object.fromEntries([...(await everything())].map(([name, { object }]) => [name, essence(object)]))

/** The same, but for which addresses these are: who loses its own while others come and go may find it taken. */
async function stateButWhichAddresses(): Promise<Record<string, unknown>> {
  const addresses: string[] = []
  const entries = [...(await everything())].map(([name, { object }]) => {
    const { networkInterfaces, ...status } = object.status ?? {}
    addresses.push(...(JSON.stringify(networkInterfaces ?? []).match(/[\d.]{7,}/g) ?? []))
    return [name, essence({ ...object, status })]
  })
  return { ...Object.fromEntries(entries), addresses: new Set(addresses).size }
}

const revision = async () => Number((await api.list(workloads)).metadata.resourceVersion)

/** What differs, an object a line; vitest's own difference of two planes is too long to read. */
function differences(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name) => {
    const [was, is] = [JSON.stringify(before[name]), JSON.stringify(after[name])]
    return was === is ? [] : [`${name}: ${is}, was ${was}`]
  })
}

test('whatever is done to one object is put right', async () => {
  const before = await state()
  for (const [name, { kind }] of await everything()) {
    for (const how of meddlings) {
      if (isPointless(kind, how)) continue
      const object = (await everything()).get(name)?.object
      if (!object) throw new Error(`${name} is gone`)
      const since = await revision()
      await meddle(object, kind, how)
      await datum.settle()
      expect(differences(before, await state()), `${how} of ${name}`).toEqual([])
      expect((await revision()) - since, `writes after ${how} of ${name}`).toBeLessThan(mostWrites)
    }
  }
}, 60_000)

test('so is what is done to several objects at once', async () => {
  const before = await stateButWhichAddresses()
  const names = [...(await everything()).keys()]
  const step = fc.uniqueArray(fc.tuple(fc.nat(names.length - 1), fc.constantFrom(...meddlings)), {
    minLength: 2,
    maxLength: 4,
    selector: ([index]) => index,
  })
  await fc.assert(
    fc.asyncProperty(step, async (steps) => {
      const objects = await everything()
      const since = await revision()
      for (const [index, how] of steps) {
        const found = objects.get(names[index] as string)
        if (!found) throw new Error(`${names[index]} is gone`)
        if (isPointless(found.kind, how)) continue
        try {
          await meddle(found.object, found.kind, how)
        } catch (error) {
          // What was done a moment ago has brought about that it is another one by now, or none.
          if (!(error instanceof Refused) || ![404, 409].includes(error.code)) throw error
        }
      }
      await datum.settle()
      expect(differences(before, await stateButWhichAddresses())).toEqual([])
      expect((await revision()) - since).toBeLessThan(mostWrites * steps.length)
    }),
    { numRuns: 25 },
  )
}, 60_000)
