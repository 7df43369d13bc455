import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi } from '../support/plane-api.ts'
import {
  condition,
  conditionMessage,
  deployments,
  events,
  instances,
  location,
  locations,
  network,
  networkBindings,
  networks,
  subnetClaims,
  subnets,
  workload,
  workloads,
} from '../support/workload.ts'

/** What reconcilers cannot put right themselves, because it is somebody's own: it is said, once, and clears by itself. */

let prepared: DatumLocal
let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  prepared = await startDatumLocal()
})
afterAll(() => prepared.stop())
beforeEach(async () => {
  datum = await prepared.fork()
  api = projectApi(datum)
  return () => datum.stop()
})

const dallas = { namespace: 'default', name: 'gcp-us-south1-a' }
const context = 'default-default-gcp-us-south1-a'

const byHand = (kind: string, name: string, spec: object) => ({
  apiVersion: 'networking.datumapis.com/v1alpha',
  kind,
  metadata: { name },
  spec,
})

const request = {
  subnetClass: 'private',
  ipFamily: 'IPv4',
  networkContext: { name: context },
  location: dallas,
}

async function run(replicas = 1, name = 'web'): Promise<void> {
  await api.create(workloads, workload({ replicas, name }))
  await datum.settle()
}

async function scale(replicas: number): Promise<void> {
  await api.patch(`${workloads}/web`, { spec: workload({ replicas }).spec })
  await datum.settle()
}

const available = async () => {
  const deployment = await api.get(`${deployments}/web-p1-dfw`)
  return `${condition(deployment, 'Available')}: ${conditionMessage(deployment, 'Available')}`
}

async function warnings(kind: string, name: string): Promise<string[]> {
  await datum.settle()
  const { items } = (await api.list(events)) as { items: unknown[] }
  return (items as { type: string; reason: string; message: string; count: number; involvedObject: never }[])
    .filter(
      ({ type, involvedObject: { kind: is, name: called } }) =>
        type === 'Warning' && is === kind && called === name,
    )
    .map(({ reason, message, count }) => `${reason}: ${message} (${count})`)
}

describe('an object of a name that is needed', () => {
  test('a binding: the deployment says so until it is gone', async () => {
    const other = { network: { name: 'default' }, location: { namespace: 'default', name: 'gcp-us-west1-a' } }
    await api.create(networkBindings, byHand('NetworkBinding', 'web-p1-dfw-net-0', other))
    await run()
    const message = 'Network binding web-p1-dfw-net-0 exists and does not belong to this deployment'
    expect(await available()).toBe(`False ProvisioningNetwork: ${message}`)
    expect(await warnings('WorkloadDeployment', 'web-p1-dfw')).toEqual([
      `NetworkBindingNameConflict: ${message} (1)`,
    ])

    await api.remove(`${networkBindings}/web-p1-dfw-net-0`)
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 1/1 instances are ready')
  })

  test('a binding of another deployment likewise', async () => {
    await run(1, 'other')
    const owner = (await api.get(`${deployments}/other-p1-dfw`)).metadata
    await api.create(networkBindings, {
      ...byHand('NetworkBinding', 'web-p1-dfw-net-0', { network: { name: 'default' }, location: dallas }),
      metadata: {
        name: 'web-p1-dfw-net-0',
        ownerReferences: [
          {
            apiVersion: 'compute.datumapis.com/v1alpha',
            kind: 'WorkloadDeployment',
            name: owner.name,
            uid: owner.uid,
            controller: true,
          },
        ],
      },
    })
    await run()
    expect(await available()).toContain('does not belong to this deployment')
    await api.remove(`${networkBindings}/web-p1-dfw-net-0`)
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 1/1 instances are ready')
  })

  test('a claim: what runs goes on running, and what comes waits', async () => {
    const name = `${context}-0`
    await api.create(subnetClaims, byHand('SubnetClaim', name, { ...request, subnetClass: 'other' }))
    await run()
    const message = `Subnet claim ${name} exists and is not for the IPv4 addresses of network context ${context}`
    expect(await available()).toBe(`False ProvisioningNetwork: ${message}`)
    expect(await warnings('WorkloadDeployment', 'web-p1-dfw')).toEqual([
      `SubnetClaimNameConflict: ${message} (1)`,
    ])

    // It is not taken over, as one would be that was made by itself and changed since.
    expect((await api.get(`${subnetClaims}/${name}`)).spec.subnetClass).toBe('other')
    await api.remove(`${subnetClaims}/${name}`)
    await api.remove(`${subnets}/${name}`)
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 1/1 instances are ready')
  })

  test('a claim that says that it is for another place: its end is noticed here', async () => {
    const name = `${context}-0`
    const elsewhere = {
      ...request,
      networkContext: { name: 'other' },
      location: { namespace: 'default', name: 'x' },
    }
    await api.create(subnetClaims, byHand('SubnetClaim', name, elsewhere))
    await run()
    expect(await available()).toContain(`Subnet claim ${name} exists`)
    await api.remove(`${subnetClaims}/${name}`)
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 1/1 instances are ready')
  })

  test('a claim of that name that is for the same is used', async () => {
    await api.create(
      subnetClaims,
      byHand('SubnetClaim', `${context}-0`, { ...request, startAddress: '10.140.0.0' }),
    )
    await run()
    expect(await available()).toBe('True StableInstanceFound: 1/1 instances are ready')
    expect(
      (await api.get(`${instances}/web-p1-dfw-0`)).status.networkInterfaces[0].assignments.networkIP,
    ).toBe('10.140.0.2')
  })
})

describe('a deployment whose network is not there any more for further instances', () => {
  test.each([
    ['startAddress', { startAddress: '10.150.0.0' }],
    ['prefixLength', { prefixLength: 22 }],
  ])('says of which claim, and why: another %s than that of its subnet', async (_, spec) => {
    await run(2)
    await api.patch(`${subnetClaims}/${context}-0`, { spec })
    await scale(3)
    const reason = `Subnet ${context}-0 exists and is not what is claimed`
    expect(await available()).toBe(
      `True StableInstanceFound: 2/3 instances are ready; Waiting for subnet claim ${context}-0: ${reason}`,
    )
    expect(await warnings('SubnetClaim', `${context}-0`)).toEqual([`SubnetNameConflict: ${reason} (1)`])
    await api.patch(`${subnetClaims}/${context}-0`, { spec: { startAddress: null, prefixLength: null } })
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 3/3 instances are ready')
  })

  test.each([
    [{ startAddress: 'nonsense' }, 'nonsense is not an IPv4 address'],
    [{ prefixLength: 99 }, 'A block of length 99 fits into no IPv4 range of the network (10.128.0.0/9)'],
    [{ prefixLength: -1 }, 'A block of length -1 fits into no IPv4 range of the network (10.128.0.0/9)'],
    [{ prefixLength: 8 }, 'A block of length 8 fits into no IPv4 range of the network (10.128.0.0/9)'],
  ])('says what is wrong with the subnet: %o', async (spec, reason) => {
    await run(2)
    await api.patch(`${subnets}/${context}-0`, { spec })
    await scale(3)
    expect(await available()).toBe(
      `True StableInstanceFound: 2/3 instances are ready; Waiting for subnet claim ${context}-0: Subnet is not ready: ${reason}`,
    )
    expect(await warnings('Subnet', `${context}-0`)).toEqual([`AddressRefused: ${reason} (1)`])
    await api.patch(`${subnets}/${context}-0`, { spec: { startAddress: '', prefixLength: 0 } })
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 3/3 instances are ready')
  })
})

describe('what says nothing of what it is for', () => {
  test.each([
    [subnetClaims, 'SubnetClaim', 'Ready', 'The claim says nothing of what it is for'],
    [subnets, 'Subnet', 'Allocated', 'The subnet says nothing of what it is for'],
  ])('%s', async (path, kind, type, message) => {
    await run()
    await api.create(
      path,
      byHand(kind, 'mine', {
        ...request,
        ...(kind === 'Subnet' ? { startAddress: '', prefixLength: 0 } : {}),
      }),
    )
    await datum.settle()
    expect(condition(await api.get(`${path}/mine`), 'Ready')).toContain('True')
    await api.patch(`${path}/mine`, { spec: null })
    await datum.settle()
    expect(condition(await api.get(`${path}/mine`), type)).toBe('False SpecMissing')
    expect(await warnings(kind, 'mine')).toEqual([`SpecMissing: ${message} (1)`])
  })
})

describe('a location that is not there', () => {
  const instance = (spec: object) => ({
    apiVersion: 'compute.datumapis.com/v1alpha',
    kind: 'Instance',
    metadata: { name: 'by-hand' },
    spec: { ...workload().spec.template.spec, ...spec },
  })

  test('an instance says so, and runs when it comes', async () => {
    await run()
    await api.create(instances, instance({ location: { namespace: 'default', name: 'later' } }))
    await datum.settle()
    const byHandInstance = () => api.get(`${instances}/by-hand`)
    expect(condition(await byHandInstance(), 'Programmed')).toBe('False LocationNotFound')
    expect(conditionMessage(await byHandInstance(), 'Ready')).toBe('Location default/later does not exist')
    expect(await warnings('Instance', 'by-hand')).toEqual([
      'LocationNotFound: Location default/later does not exist (1)',
    ])
    await api.create(locations, location('later', 'DFW'))
    await datum.settle()
    expect(condition(await byHandInstance(), 'Programmed')).toBe('False NetworkNotReady')
  })

  test('an instance that names none says so', async () => {
    await api.create(instances, instance({}))
    await datum.settle()
    expect(condition(await api.get(`${instances}/by-hand`), 'Programmed')).toBe('False LocationNotSpecified')
  })

  test('of two in a city the one where a deployment is goes: what runs stays, what comes waits and says why', async () => {
    await api.create(locations, location('z-dallas', 'DFW'))
    await run(1)
    await api.remove(`${locations}/${dallas.name}`)
    await scale(2)
    expect(await available()).toBe('True StableInstanceFound: 1/2 instances are ready')
    expect(condition(await api.get(`${instances}/web-p1-dfw-1`), 'Programmed')).toBe('False LocationNotFound')
  })

  test('the last one of a city goes: the workload says which city has none', async () => {
    await run()
    await api.patch(`${locations}/${dallas.name}`, {
      spec: { topology: { 'topology.datum.net/city-code': 'AMS' } },
    })
    await datum.settle()
    const message = 'No placement is available; No location is in these cities: DFW'
    const web = await api.get(`${workloads}/web`)
    expect(condition(web, 'Available')).toBe('False NoAvailablePlacements')
    expect(conditionMessage(web, 'Available')).toBe(message)
    expect(await warnings('Workload', 'web')).toEqual([`NoAvailablePlacements: ${message} (1)`])
    await api.patch(`${locations}/${dallas.name}`, {
      spec: { topology: { 'topology.datum.net/city-code': 'DFW' } },
    })
    await datum.settle()
    expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('True AvailablePlacementFound')
  })
})

describe('a deployment that somebody makes by hand', () => {
  const alone = async (name: string, change: object = {}, minReplicas = 1) => {
    const { template } = workload().spec
    await api.create(deployments, {
      apiVersion: 'compute.datumapis.com/v1alpha',
      kind: 'WorkloadDeployment',
      metadata: { name },
      spec: {
        workloadRef: { name: 'nobody', uid: 'nobody' },
        placementName: 'p1',
        cityCode: 'DFW',
        template: { ...template, ...change },
        scaleSettings: { minReplicas },
      },
    })
    await datum.settle()
    return api.get(`${deployments}/${name}`)
  }

  test('says what is wrong with its template, and goes on when that is put right', async () => {
    const deployment = await alone('alone', { metadata: { labels: { 'no label': 'x' } } })
    expect(condition(deployment, 'Available')).toBe('False InstanceRefused')
    expect(conditionMessage(deployment, 'Available')).toContain('metadata.labels')
    expect(await warnings('WorkloadDeployment', 'alone')).toEqual([
      `InstanceRefused: ${conditionMessage(deployment, 'Available')} (1)`,
    ])
    await api.patch(`${deployments}/alone`, { spec: { template: { metadata: { labels: null } } } })
    await datum.settle()
    expect(condition(await api.get(`${deployments}/alone`), 'Available')).toBe('True StableInstanceFound')
  })

  test('says when its name leaves no room for those of its parts', async () => {
    const name = 'a'.repeat(249)
    const deployment = await alone(name)
    expect(conditionMessage(deployment, 'Available')).toContain('must be no more than 253')
    expect((await warnings('WorkloadDeployment', name)).join()).toContain('NetworkBindingRefused')
  })

  test('with fewer than no replicas has none', async () => {
    const deployment = await alone('alone', {}, -5)
    expect(deployment.status).toMatchObject({ replicas: 0, desiredReplicas: -5 })
    await api.patch(`${deployments}/alone`, { spec: { scaleSettings: { minReplicas: 1 } } })
    await datum.settle()
    expect(condition(await api.get(`${deployments}/alone`), 'Available')).toBe('True StableInstanceFound')
  })
})

describe('names that cannot be', () => {
  test('a city code that is no part of a name: the workload says so, and its other placements run', async () => {
    await api.create(locations, location('brasil', 'São Paulo'))
    const { spec } = workload()
    const [placement] = spec.placements
    const placements = [placement, { ...placement, name: 'p2', cityCodes: ['São Paulo'] }]
    await api.create(workloads, { ...workload(), spec: { ...spec, placements } })
    await datum.settle()
    const web = await api.get(`${workloads}/web`)
    expect(condition(web, 'Available')).toBe('True AvailablePlacementFound')
    expect(conditionMessage(web, 'Available')).toContain('"web-p2-são paulo" is invalid')
    expect(condition({ status: web.status.placements[1] }, 'Available')).toBe('False DeploymentRefused')
    expect(await warnings('Workload', 'web')).toEqual([
      expect.stringMatching(/^DeploymentRefused: .*"web-p2-são paulo" is invalid.*\(1\)$/),
    ])
  })

  test.each([
    [240, 'NetworkBinding', 'NetworkContextRefused'],
    [253 - 'default-default-'.length, 'WorkloadDeployment', 'SubnetClaimRefused'],
  ])('a location whose name has %i characters', async (length, kind, reason) => {
    await api.create(locations, location('a'.repeat(length), 'DFW'))
    await run()
    expect(await available()).toContain('must be no more than 253')
    const { items } = await api.list(kind === 'NetworkBinding' ? networkBindings : deployments)
    expect((await warnings(kind, items[0]?.metadata.name ?? '')).join()).toContain(`${reason}: `)
  })
})

describe('where a deployment is', () => {
  test('cannot be changed into where its city is not: it stays where it was, of several locations of the city too', async () => {
    await run(2)
    await api.create(locations, location('a-dallas', 'DFW'))
    for (const name of ['nowhere', 'gcp-us-west1-a']) {
      await api.patch(`${deployments}/web-p1-dfw/status`, {
        status: { location: { namespace: 'default', name } },
      })
      await datum.settle()
      expect((await api.get(`${deployments}/web-p1-dfw`)).status.location).toEqual(dallas)
    }
    expect(await warnings('WorkloadDeployment', 'web-p1-dfw')).toEqual([
      'LocationRestored: Location default/nowhere is not in the city DFW: back in default/gcp-us-south1-a (1)',
      'LocationRestored: Location default/gcp-us-west1-a is not in the city DFW: back in default/gcp-us-south1-a (1)',
    ])
    const places = (await api.list(instances)).items.map(({ spec }) => spec.location.name)
    expect(places).toEqual([dallas.name, dallas.name])
  })

  test('may be changed by hand to another location of its city, and everything follows', async () => {
    await api.create(locations, location('z-dallas', 'DFW'))
    await run(2)
    const status = { location: { namespace: 'default', name: 'z-dallas' } }
    await api.patch(`${deployments}/web-p1-dfw/status`, { status })
    await datum.settle()
    expect(await available()).toBe('True StableInstanceFound: 2/2 instances are ready')
    expect((await api.list(instances)).items.map(({ spec }) => spec.location.name)).toEqual([
      'z-dallas',
      'z-dallas',
    ])
  })
})

test('a subnet that goes to another context takes its addresses along: those who had them there lose them first', async () => {
  await api.create(locations, location('z-dallas', 'DFW'))
  await api.create(networks, network('planned', { ipam: { mode: 'Policy' } }))
  const mine = {
    ...request,
    networkContext: { name: `planned-default-${dallas.name}` },
    startAddress: '10.50.0.0',
    prefixLength: 28,
  }
  await api.create(subnets, byHand('Subnet', 'mine', mine))
  await api.create(workloads, workload({ networks: ['planned'], replicas: 2 }))
  await datum.settle()
  expect(await available()).toBe('True StableInstanceFound: 2/2 instances are ready')

  await api.create(
    networkBindings,
    byHand('NetworkBinding', 'there', {
      network: { name: 'planned' },
      location: { namespace: 'default', name: 'z-dallas' },
    }),
  )
  await api.patch(`${subnets}/mine`, {
    spec: { networkContext: { name: 'planned-default-z-dallas' }, location: { name: 'z-dallas' } },
  })
  await datum.settle()
  const { volumes: _volumes, ...spec } = {
    volumes: [],
    ...workload({ networks: ['planned'] }).spec.template.spec,
  }
  await api.create(instances, {
    apiVersion: 'compute.datumapis.com/v1alpha',
    kind: 'Instance',
    metadata: { name: 'there' },
    spec: { ...spec, location: { namespace: 'default', name: 'z-dallas' } },
  })
  await datum.settle()
  const addresses = (await api.list(instances)).items.map(
    ({ status }) => status.networkInterfaces?.[0]?.assignments.networkIP,
  )
  expect(addresses.sort()).toEqual(['10.50.0.2', '10.50.0.3', '10.50.0.4'])
})
