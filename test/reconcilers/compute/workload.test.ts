import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import type { PlaneApi } from '../../support/plane-api.ts'
import { newProject } from '../../support/project.ts'
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
  workload,
  workloads,
} from '../../support/workload.ts'

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal({ seedProjects: true })
})

afterAll(() => datum.stop())

beforeEach(async () => {
  api = await newProject(datum)
})

async function names(path: string): Promise<string[]> {
  return (await api.list(path)).items.map(({ metadata }) => metadata.name)
}

/** The placements of `web` as `name cities replicas`. */
async function place(...placements: [name: string, cities: string[], replicas: number][]): Promise<void> {
  await api.patch(`${workloads}/web`, {
    spec: {
      placements: placements.map(([name, cityCodes, minReplicas]) => ({
        name,
        cityCodes,
        scaleSettings: { minReplicas },
      })),
    },
  })
  await datum.settle()
}

async function create(wishes: Parameters<typeof workload>[0] = {}) {
  await api.create(workloads, workload(wishes))
  await datum.settle()
}

describe('placements', () => {
  test('there is one deployment for each city of each placement that has a location', async () => {
    await create({ cityCodes: ['DFW', 'LHR'] })
    expect(await names(deployments)).toEqual(['web-p1-dfw', 'web-p1-lhr'])
    await place(['p1', ['DFW'], 1], ['b', ['DLS'], 2])
    expect(await names(deployments)).toEqual(['web-b-dls', 'web-p1-dfw'])
    expect(await names(instances)).toEqual(['web-b-dls-0', 'web-b-dls-1', 'web-p1-dfw-0'])
    const { status } = await api.get(`${workloads}/web`)
    expect(status).toMatchObject({
      deployments: 2,
      replicas: 3,
      currentReplicas: 3,
      desiredReplicas: 3,
      readyReplicas: 3,
    })
    expect(status.placements.map(({ name }: { name: string }) => name)).toEqual(['b', 'p1'])
  })

  test('a deployment is put back as it should be when a user changes or deletes it', async () => {
    await create()
    await api.patch(`${deployments}/web-p1-dfw`, {
      metadata: { labels: null, ownerReferences: null, annotations: { mine: 'true' } },
      spec: { scaleSettings: { minReplicas: 3 } },
    })
    await datum.settle()
    const deployment = await api.get(`${deployments}/web-p1-dfw`)
    const { uid } = (await api.get(`${workloads}/web`)).metadata
    expect(deployment.metadata).toMatchObject({ labels: { 'compute.datumapis.com/workload-uid': uid } })
    expect(deployment.metadata.ownerReferences?.[0]?.uid).toBe(uid)
    expect(deployment.metadata.annotations).toBeUndefined()
    expect(deployment.spec.scaleSettings.minReplicas).toBe(1)
    await api.remove(`${deployments}/web-p1-dfw`)
    await datum.settle()
    expect((await api.get(`${deployments}/web-p1-dfw`)).metadata.uid).not.toBe(deployment.metadata.uid)
    expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('True AvailablePlacementFound')
  })
})

describe('locations', () => {
  test('a city that gets a location later gets its deployment then', async () => {
    await api.create(locations, location('paris', 'CDG'))
    await create({ cityCodes: ['DFW', 'CDG'] })
    await api.remove(`${locations}/paris`)
    await datum.settle()
    expect(await names(deployments)).toEqual(['web-p1-dfw'])
    await api.create(locations, location('paris-2', 'CDG'))
    await datum.settle()
    expect(await names(deployments)).toEqual(['web-p1-cdg', 'web-p1-dfw'])
    const { status } = await api.get(`${deployments}/web-p1-cdg`)
    expect(status.location).toEqual({ namespace: 'default', name: 'paris-2' })
    expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(2)
  })

  test('of several locations in a city the first by name is taken', async () => {
    await api.create(locations, location('aaa', 'DFW'))
    await create()
    expect((await api.get(`${deployments}/web-p1-dfw`)).status.location.name).toBe('aaa')
  })

  test('without any location nothing is taken away, and the workload says so', async () => {
    await create()
    const all = (await api.list(locations)).items
    // That of the deployment last: while there are others, a city without one has lost it.
    const inOrder = all.sort((_, { spec }) =>
      spec.topology['topology.datum.net/city-code'] === 'DFW' ? -1 : 1,
    )
    for (const { metadata } of inOrder) await api.remove(`${locations}/${metadata.name}`)
    await datum.settle()
    expect(await names(deployments)).toEqual(['web-p1-dfw'])
    expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('True AvailablePlacementFound')
  })
})

describe('networks', () => {
  test('a workload waits for a network that does not exist, and goes on when it does', async () => {
    await create({ networks: ['default', 'later', 'never'] })
    const waiting = await api.get(`${workloads}/web`)
    expect(condition(waiting, 'Available')).toBe('False NetworkNotFound')
    expect(conditionMessage(waiting, 'Available')).toContain('later, never')
    expect(await names(deployments)).toEqual([])
    await api.create(networks, network('later'))
    await api.create(networks, network('never'))
    await datum.settle()
    expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('True AvailablePlacementFound')
    const [instance] = (await api.list(instances)).items
    expect(instance?.status.networkInterfaces).toHaveLength(3)
  })

  test('when its network is deleted, a workload says so and keeps what runs; the network made again is used again', async () => {
    await create()
    await api.remove(`${networks}/default`)
    await datum.settle()
    expect(await names(networks)).toEqual([])
    expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('False NetworkNotFound')
    expect(await names(instances)).toEqual(['web-p1-dfw-0'])
    await api.create(networks, network('default'))
    await datum.settle()
    expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('True AvailablePlacementFound')
    await place(['p1', ['DFW'], 2])
    expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(2)
  })
})

test('a template that names another network brings it to every instance, one after another', async () => {
  await create({ replicas: 3 })
  await api.create(networks, network('second', { ipam: { mode: 'Auto', ipv4Ranges: ['172.20.0.0/24'] } }))
  const change = async (...names: string[]) => {
    await api.patch(`${workloads}/web`, { spec: { template: workload({ networks: names }).spec.template } })
    await datum.settle()
    expect((await api.get(`${workloads}/web`)).status).toMatchObject({ readyReplicas: 3, currentReplicas: 3 })
    return (await api.list(instances)).items.map(({ status }) =>
      status.networkInterfaces.map(
        (each: { assignments: { networkIP: string } }) => each.assignments.networkIP,
      ),
    )
  }
  expect(await change('default', 'second')).toEqual([
    ['10.128.0.2', '172.20.0.4'],
    ['10.128.0.3', '172.20.0.3'],
    ['10.128.0.4', '172.20.0.2'],
  ])
  expect(await change('second')).toEqual([['172.20.0.4'], ['172.20.0.3'], ['172.20.0.2']])
  expect(await names(networkBindings)).toEqual(['web-p1-dfw-net-0'])
})

describe('two workloads that would have a deployment of one name', () => {
  test('the later one says so and takes nothing over; it goes on when the name is free', async () => {
    await create({ name: 'a', placement: 'b-c' })
    const first = await api.get(`${deployments}/a-b-c-dfw`)
    await create({ name: 'a-b', placement: 'c' })
    const second = await api.get(`${workloads}/a-b`)
    expect(condition(second, 'Available')).toBe('False DeploymentNameConflict')
    expect(conditionMessage(second, 'Available')).toBe('Deployment a-b-c-dfw belongs to workload a')
    expect(second.status.placements).toMatchObject([
      { name: 'c', conditions: [{ reason: 'DeploymentNameConflict' }] },
    ])
    expect(await api.get(`${deployments}/a-b-c-dfw`)).toEqual(first)
    expect(condition(await api.get(`${workloads}/a`), 'Available')).toBe('True AvailablePlacementFound')
    await api.remove(`${workloads}/a`)
    await datum.settle()
    expect(condition(await api.get(`${workloads}/a-b`), 'Available')).toBe('True AvailablePlacementFound')
  })

  test('it says so too where another of its placements is available, and so does whoever’s deployment is taken away', async () => {
    await create({ name: 'a', placement: 'b-c' })
    const { spec } = workload({ name: 'a-b', placement: 'c' })
    const [placement] = spec.placements
    await api.create(workloads, {
      ...workload({ name: 'a-b' }),
      spec: { ...spec, placements: [placement, { ...placement, name: 'free' }] },
    })
    await datum.settle()
    const conflicts = async (name: string) =>
      (
        (await api.list(events)).items as unknown as {
          reason: string
          message: string
          involvedObject: Named
        }[]
      )
        .filter(
          ({ reason, involvedObject }) => reason === 'DeploymentNameConflict' && involvedObject.name === name,
        )
        .map(({ message }) => message)
    expect(condition(await api.get(`${workloads}/a-b`), 'Available')).toBe('True AvailablePlacementFound')
    expect(await conflicts('a-b')).toEqual(['Deployment a-b-c-dfw belongs to workload a'])

    const thief = await api.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'thief' } })
    const owner = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'thief',
      uid: thief.metadata.uid,
      controller: true,
    }
    await api.patch(`${deployments}/a-b-c-dfw`, { metadata: { ownerReferences: [owner] } })
    await datum.settle()
    expect(await conflicts('a')).toEqual(['Deployment a-b-c-dfw belongs to ConfigMap thief'])
  })
})

interface Named {
  readonly name: string
}

test('deleting a workload leaves nothing of it', async () => {
  await create({ cityCodes: ['DFW', 'LHR'], replicas: 2 })
  await api.remove(`${workloads}/web`)
  await datum.settle()
  for (const path of [workloads, deployments, instances]) expect(await names(path)).toEqual([])
})

test('what is done is told as Events', async () => {
  await create()
  const told = (await api.list(events)).items.map((event) => {
    const { involvedObject, type, reason } = event as unknown as Record<string, { kind: string }>
    return `${type} ${reason} ${involvedObject?.kind}`
  })
  expect(told).toEqual(
    expect.arrayContaining([
      'Normal DeploymentCreated Workload',
      'Normal LocationAssigned WorkloadDeployment',
      'Normal InstanceCreated WorkloadDeployment',
      'Normal PrefixAllocated Subnet',
      'Normal Programmed Instance',
      'Normal Ready Instance',
      'Normal AvailablePlacementFound Workload',
    ]),
  )
})
