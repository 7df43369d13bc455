import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createManualClock } from '../../../src/testing/manual-clock.ts'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi } from '../../support/plane-api.ts'
import { newProject } from '../../support/project.ts'
import {
  condition,
  conditionMessage,
  deployments,
  instances,
  workload,
  workloads,
} from '../../support/workload.ts'

let datum: DatumLocal
let api: PlaneApi

async function create(wishes: Parameters<typeof workload>[0] = {}) {
  await api.create(workloads, workload(wishes))
  await datum.settle()
}

async function scale(replicas: number) {
  const { spec } = workload({ replicas })
  await api.patch(`${workloads}/web`, { spec: { placements: spec.placements } })
  await datum.settle()
}

async function names(): Promise<string[]> {
  return (await api.list(instances)).items.map(({ metadata }) => metadata.name)
}

describe('with the provider', () => {
  beforeAll(async () => {
    datum = await startDatumLocal({ seedProjects: true })
  })
  afterAll(() => datum.stop())
  beforeEach(async () => {
    api = await newProject(datum)
  })

  test('scaling goes up and down, and addresses that were given back are given again', async () => {
    await create({ replicas: 1 })
    await scale(4)
    const addresses = async () =>
      (await api.list(instances)).items.map(({ status }) => status.networkInterfaces[0].assignments.networkIP)
    expect(await addresses()).toEqual(['10.128.0.2', '10.128.0.3', '10.128.0.4', '10.128.0.5'])
    await scale(2)
    expect(await names()).toEqual(['web-p1-dfw-0', 'web-p1-dfw-1'])
    await scale(3)
    expect(await addresses()).toEqual(['10.128.0.2', '10.128.0.3', '10.128.0.4'])
    expect((await api.get(`${workloads}/web`)).status).toMatchObject({
      replicas: 3,
      currentReplicas: 3,
      desiredReplicas: 3,
      readyReplicas: 3,
    })
  })

  test('an instance that a user deletes is made again in its place', async () => {
    await create({ replicas: 3 })
    const { uid } = (await api.get(`${instances}/web-p1-dfw-1`)).metadata
    await api.remove(`${instances}/web-p1-dfw-1`)
    await datum.settle()
    expect(await names()).toEqual(['web-p1-dfw-0', 'web-p1-dfw-1', 'web-p1-dfw-2'])
    expect((await api.get(`${instances}/web-p1-dfw-1`)).metadata.uid).not.toBe(uid)
    expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(3)
  })

  test('where a pause is asked for, the place of a deleted instance stays empty that long, and no other does', async () => {
    const clock = createManualClock()
    await using paused = await startDatumLocal({ clock, replacementPause: 250 })
    const project = projectApi(paused)
    const placements = (replicas: number) => ({
      spec: { placements: workload({ replicas }).spec.placements },
    })
    const present = async () => {
      await paused.settle()
      return (await project.list(instances)).items.map(({ metadata }) => metadata.name)
    }
    await project.create(workloads, workload({ replicas: 3 }))
    await paused.settle()
    await project.remove(`${instances}/web-p1-dfw-1`)
    expect(await present()).toEqual(['web-p1-dfw-0', 'web-p1-dfw-2'])
    clock.advance(249)
    expect(await present()).toEqual(['web-p1-dfw-0', 'web-p1-dfw-2'])
    clock.advance(1)
    expect(await present()).toEqual(['web-p1-dfw-0', 'web-p1-dfw-1', 'web-p1-dfw-2'])
    // What the deployment itself has taken away is made again at once.
    await project.patch(`${workloads}/web`, placements(1))
    expect(await present()).toEqual(['web-p1-dfw-0'])
    await project.patch(`${workloads}/web`, placements(3))
    expect(await present()).toEqual(['web-p1-dfw-0', 'web-p1-dfw-1', 'web-p1-dfw-2'])
  })

  test('a change of the template reaches every instance, which stays where it is with its addresses', async () => {
    await create({ replicas: 3 })
    const before = (await api.list(instances)).items
    const image = 'docker.io/library/nginx:1.29'
    await api.patch(`${workloads}/web`, { spec: { template: workload({ image }).spec.template } })
    await datum.settle()
    const after = (await api.list(instances)).items
    for (const [index, instance] of after.entries()) {
      const old = before[index]
      expect(instance.metadata.uid).toBe(old?.metadata.uid)
      expect(instance.spec.runtime.sandbox.containers[0].image).toBe(image)
      expect(instance.spec.location).toEqual(old?.spec.location)
      expect(instance.spec.controller.templateHash).not.toBe(old?.spec.controller.templateHash)
      expect(instance.status.controller.observedTemplateHash).toBe(instance.spec.controller.templateHash)
      expect(instance.status.networkInterfaces).toEqual(old?.status.networkInterfaces)
    }
    expect((await api.get(`${workloads}/web`)).status).toMatchObject({ currentReplicas: 3, readyReplicas: 3 })
    // From the highest ordinal down: each was programmed anew after the one above it.
    const revisions = after.map(({ metadata }) => Number(metadata.resourceVersion))
    expect(revisions).toEqual(revisions.toSorted((left, right) => right - left))
  })

  test('a change of labels alone reaches the instances too', async () => {
    await create({ replicas: 1 })
    await api.patch(`${workloads}/web`, {
      spec: { template: { metadata: { labels: { tier: null, team: 'blue' } } } },
    })
    await datum.settle()
    const { labels } = (await api.get(`${instances}/web-p1-dfw-0`)).metadata
    expect(labels).toMatchObject({ team: 'blue', 'compute.datumapis.com/instance-index': '0' })
    expect(labels).not.toHaveProperty('tier')
  })

  test('an instance whose labels or owner a user has cut off is taken back', async () => {
    await create({ replicas: 2 })
    const before = await api.get(`${instances}/web-p1-dfw-0`)
    await api.patch(`${instances}/web-p1-dfw-0`, { metadata: { ownerReferences: null } })
    await api.patch(`${instances}/web-p1-dfw-1`, { metadata: { labels: null } })
    await datum.settle()
    const after = await api.get(`${instances}/web-p1-dfw-0`)
    expect(after.metadata.uid).toBe(before.metadata.uid)
    expect(after.metadata.ownerReferences).toEqual(before.metadata.ownerReferences)
    const deployment = await api.get(`${deployments}/web-p1-dfw`)
    expect((await api.get(`${instances}/web-p1-dfw-1`)).metadata.labels).toMatchObject({
      'compute.datumapis.com/instance-index': '1',
      'compute.datumapis.com/workload-deployment-uid': deployment.metadata.uid,
    })
    expect((await api.get(`${workloads}/web`)).status.replicas).toBe(2)
  })

  test('a status that a user has patched to nonsense is put right', async () => {
    await create({ replicas: 2 })
    const path = `${instances}/web-p1-dfw-0`
    const { status } = await api.get(path)
    await api.patch(`${path}/status`, {
      status: {
        conditions: [],
        networkInterfaces: [{ assignments: { networkIP: '10.128.0.3', externalIP: 'nonsense' } }],
        controller: { observedTemplateHash: 'x' },
      },
    })
    await datum.settle()
    const repaired = await api.get(path)
    expect(repaired.status.networkInterfaces).toEqual(status.networkInterfaces)
    expect(condition(repaired, 'Ready')).toBe('True Running')
    expect(
      (await api.get(`${instances}/web-p1-dfw-1`)).status.networkInterfaces[0].assignments.networkIP,
    ).toBe('10.128.0.3')
    await api.patch(`${path}/status`, {
      status: { networkInterfaces: [{ assignments: { networkIP: '10.128.0.3', externalIP: '198.18.0.2' } }] },
    })
    await datum.settle()
    expect((await api.get(path)).status.networkInterfaces).toEqual(status.networkInterfaces)
    await api.patch(`${deployments}/web-p1-dfw/status`, { status: { readyReplicas: 99, location: null } })
    await datum.settle()
    expect((await api.get(`${deployments}/web-p1-dfw`)).status).toMatchObject({
      readyReplicas: 2,
      location: { name: 'gcp-us-south1-a' },
    })
  })

  test('an instance made by hand runs, gets an address, and is nobody’s business', async () => {
    await create({ replicas: 1 })
    const { template } = workload().spec
    await api.create(instances, {
      apiVersion: 'compute.datumapis.com/v1alpha',
      kind: 'Instance',
      metadata: { name: 'mine' },
      spec: { ...template.spec, location: { namespace: 'default', name: 'gcp-us-south1-a' } },
    })
    await datum.settle()
    const mine = await api.get(`${instances}/mine`)
    expect(condition(mine, 'Ready')).toBe('True Running')
    expect(mine.status.networkInterfaces[0].assignments.networkIP).toBe('10.128.0.3')
    expect((await api.get(`${workloads}/web`)).status.replicas).toBe(1)
    await api.remove(`${workloads}/web`)
    await datum.settle()
    expect(await names()).toEqual(['mine'])
  })

  test('an instance of somebody else in the way is neither counted nor touched', async () => {
    const { template } = workload().spec
    await api.create(instances, {
      apiVersion: 'compute.datumapis.com/v1alpha',
      kind: 'Instance',
      metadata: { name: 'web-p1-dfw-0' },
      spec: template.spec,
    })
    await create({ replicas: 1 })
    expect((await api.get(`${workloads}/web`)).status).toMatchObject({ replicas: 0, desiredReplicas: 1 })
    await api.remove(`${instances}/web-p1-dfw-0`)
    await datum.settle()
    expect((await api.get(`${workloads}/web`)).status).toMatchObject({ replicas: 1, readyReplicas: 1 })
  })

  test('what instances mount must be there; when it appears they start', async () => {
    await create({
      volumes: [
        { name: 'config', configMap: { name: 'settings' } },
        { name: 'secret', secret: { secretName: 'password' } },
        { name: 'maybe', configMap: { name: 'nowhere', optional: true } },
      ],
    })
    const waiting = await api.get(`${instances}/web-p1-dfw-0`)
    expect(condition(waiting, 'Programmed')).toBe('False ReferencedDataNotReady')
    expect(conditionMessage(waiting, 'Ready')).toBe(
      'ConfigMap settings does not exist; Secret password does not exist',
    )
    await api.create('/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'settings' },
      data: { a: 'b' },
    })
    await datum.settle()
    expect(conditionMessage(await api.get(`${instances}/web-p1-dfw-0`), 'Ready')).toBe(
      'Secret password does not exist',
    )
    await api.create('/api/v1/namespaces/default/secrets', { metadata: { name: 'password' } })
    await datum.settle()
    expect(condition(await api.get(`${instances}/web-p1-dfw-0`), 'Ready')).toBe('True Running')
  })
})

describe('with a provider that fails', () => {
  beforeAll(async () => {
    datum = await startDatumLocal({
      seedProjects: true,
      failImages: [':broken$'],
      failLocations: ['gcp-us-west1-a'],
    })
  })
  afterAll(() => datum.stop())
  beforeEach(async () => {
    api = await newProject(datum)
  })

  test('an image that cannot be had shows, and a template with another one gets the instance going', async () => {
    await create({ image: 'docker.io/library/nginx:broken', replicas: 2 })
    expect(await names()).toEqual(['web-p1-dfw-0'])
    expect(condition(await api.get(`${instances}/web-p1-dfw-0`), 'Ready')).toBe('Unknown ImagePullFailed')
    await api.patch(`${workloads}/web`, { spec: { template: workload().spec.template } })
    await datum.settle()
    expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(2)
  })

  test('an update to such an image takes one instance down and leaves the others running', async () => {
    await create({ replicas: 2 })
    const { template } = workload({ image: 'docker.io/library/nginx:broken' }).spec
    await api.patch(`${workloads}/web`, { spec: { template } })
    await datum.settle()
    expect(condition(await api.get(`${instances}/web-p1-dfw-1`), 'Ready')).toBe('False ImagePullFailed')
    expect(condition(await api.get(`${instances}/web-p1-dfw-0`), 'Ready')).toBe('True Running')
    expect((await api.get(`${workloads}/web`)).status).toMatchObject({ readyReplicas: 1, currentReplicas: 0 })
  })

  test('a location that fails shows on the network context, and on instances that wait for it', async () => {
    await create({ cityCodes: ['DLS'] })
    const instance = await api.get(`${instances}/web-p1-dls-0`)
    expect(condition(instance, 'Ready')).toBe('Unknown NetworkFailedToCreate')
    expect(conditionMessage(instance, 'Ready')).toContain('gcp-us-west1-a')
    expect(condition(await api.get(`${deployments}/web-p1-dls`), 'Available')).toBe(
      'False ProvisioningNetwork',
    )
  })
})

describe('with a provider of somebody else', () => {
  beforeAll(async () => {
    datum = await startDatumLocal({ seedProjects: true, withoutReconcilers: ['provider-instance'] })
  })
  afterAll(() => datum.stop())
  beforeEach(async () => {
    api = await newProject(datum)
  })

  test('Ready follows Programmed and Running up, and down again', async () => {
    await create()
    const path = `${instances}/web-p1-dfw-0`
    const report = async (programmed: string, running: string) => {
      const time = '2026-01-01T00:00:00Z'
      const { status } = await api.get(path)
      const others = status.conditions.filter(({ type }: { type: string }) => type === 'Ready')
      await api.patch(`${path}/status`, {
        status: {
          conditions: [
            ...others,
            {
              type: 'Programmed',
              status: programmed,
              reason: 'Programmed',
              message: 'p',
              lastTransitionTime: time,
            },
            {
              type: 'Running',
              status: running,
              reason: running === 'True' ? 'Running' : 'Stopped',
              message: 'r',
              lastTransitionTime: time,
            },
          ],
        },
      })
      await datum.settle()
      return condition(await api.get(path), 'Ready')
    }
    expect(condition(await api.get(path), 'Ready')).toBe('Unknown PendingProgramming')
    expect(await report('True', 'False')).toBe('Unknown Stopped')
    expect(await report('True', 'True')).toBe('True Running')
    expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(1)
    expect(await report('True', 'False')).toBe('False Stopped')
    expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(0)
    expect(await report('True', 'True')).toBe('True Running')
  })

  test('an instance without a provider goes at once', async () => {
    await create()
    await api.remove(`${workloads}/web`)
    await datum.settle()
    expect(await names()).toEqual([])
  })
})
