import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededIds } from '../../src/apimachinery/ids.ts'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type HistoryEntry, type PlaneApi, projectApi, type TestObject } from '../support/plane-api.ts'
import {
  deployments,
  instances,
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
 * A Workload of two instances from its creation until it is available, and its end: what is written to which object,
 * write by write, and in which order across objects.
 */

let datum: DatumLocal
let api: PlaneApi
/** What was written, a line for each change of a write: `WorkloadDeployment web-p1-dfw: Available=False LocationAssigned`. */
let creation: string[]
let deletion: string[]

const collections = [
  workloads,
  deployments,
  instances,
  networkBindings,
  networkContexts,
  subnetClaims,
  subnets,
]

beforeAll(async () => {
  datum = await startDatumLocal({ ids: seededIds(1) })
  api = projectApi(datum)
  await api.create(networks, network('net'))
  await datum.settle()
  const { metadata: before } = await api.list(workloads)
  await api.create(workloads, workload({ replicas: 2, networks: ['net'] }))
  await datum.settle()
  const { metadata: between } = await api.list(workloads)
  creation = tell(await api.history(collections, before.resourceVersion))
  await api.remove(`${workloads}/web`)
  await datum.settle()
  deletion = tell(await api.history(collections, between.resourceVersion))
})

afterAll(() => datum.stop())

/** Versions of objects by name, for telling what a write changed. */
const known = new Map<string, TestObject>()

function tell(history: readonly HistoryEntry[]): string[] {
  return history.flatMap(({ type, object }) => {
    const name = `${object.kind} ${object.metadata.name}`
    const before = known.get(name)
    known.set(name, object)
    if (type === 'DELETED') return [`${name}: gone`]
    return changes(before, object).map((change) => `${name}: ${change}`)
  })
}

function changes(before: TestObject | undefined, now: TestObject): string[] {
  const lines: string[] = before ? [] : ['created']
  const finalizers = (object?: TestObject) => object?.metadata.finalizers ?? []
  for (const each of finalizers(now)) if (!finalizers(before).includes(each)) lines.push(`finalizer ${each}`)
  for (const each of finalizers(before))
    if (!finalizers(now).includes(each)) lines.push(`no finalizer ${each}`)
  if (now.metadata.deletionTimestamp && !before?.metadata.deletionTimestamp) lines.push('deletion begins')
  const gates = (object?: TestObject) => JSON.stringify(object?.spec?.controller?.schedulingGates ?? [])
  if (before && gates(before) !== gates(now)) lines.push(`gates ${gates(now)}`)
  const { conditions: old = [], ...oldStatus } = before?.status ?? {}
  const { conditions = [], ...status } = now.status ?? {}
  for (const { type, status: is, reason } of conditions) {
    const was = old.find((each: { type: string }) => each.type === type)
    if (was?.status !== is || was.reason !== reason) lines.push(`${type}=${is} ${reason}`)
  }
  for (const [field, value] of Object.entries(status)) {
    if (field === 'placements') continue
    if (JSON.stringify(oldStatus[field]) !== JSON.stringify(value))
      lines.push(`${field}=${JSON.stringify(value)}`)
  }
  for (const { name, conditions: ofPlacement } of status.placements ?? []) {
    const was = oldStatus.placements?.find((each: { name: string }) => each.name === name)?.conditions[0]
      ?.reason
    const { status: is, reason } = ofPlacement[0]
    if (was !== reason) lines.push(`placement ${name} ${is} ${reason}`)
  }
  return lines
}

function of(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
}

/** That each of these lines comes, and after the one before it. */
function expectOrder(lines: readonly string[], order: readonly string[]): void {
  let position = -1
  for (const line of order) {
    const found = lines.indexOf(line, position + 1)
    expect(found, `${line}\nafter\n${lines.slice(0, position + 1).join('\n')}`).toBeGreaterThan(position)
    position = found
  }
}

const context = 'net-default-gcp-us-south1-a'

describe('the objects', () => {
  test('Workload', () => {
    expect(of(creation, 'Workload web').toSorted()).toEqual(
      [
        'created',
        'finalizer compute.datumapis.com/workload-controller',
        'Available=False NoAvailablePlacements',
        'deployments=1',
        'replicas=0',
        'currentReplicas=0',
        'desiredReplicas=0',
        'readyReplicas=0',
        'placement p1 False NoAvailableDeployments',
        'desiredReplicas=2',
        'replicas=1',
        'Available=True AvailablePlacementFound',
        'currentReplicas=1',
        'readyReplicas=1',
        'placement p1 True AvailableDeploymentFound',
        'replicas=2',
        'currentReplicas=2',
        'readyReplicas=2',
      ].toSorted(),
    )
    expectOrder(of(creation, 'Workload web'), [
      'created',
      'finalizer compute.datumapis.com/workload-controller',
      'Available=False NoAvailablePlacements',
      'placement p1 False NoAvailableDeployments',
      'Available=True AvailablePlacementFound',
      'placement p1 True AvailableDeploymentFound',
    ])
  })

  test('WorkloadDeployment', () => {
    expect(of(creation, 'WorkloadDeployment web-p1-dfw').toSorted()).toEqual(
      [
        'created',
        'finalizer compute.datumapis.com/workload-controller',
        'Available=False LocationAssigned',
        'replicas=0',
        'currentReplicas=0',
        'desiredReplicas=0',
        'readyReplicas=0',
        'location={"namespace":"default","name":"gcp-us-south1-a"}',
        'Available=False ProvisioningNetwork',
        'desiredReplicas=2',
        'replicas=1',
        'Available=False ProvisioningInstances',
        'Available=True StableInstanceFound',
        'currentReplicas=1',
        'readyReplicas=1',
        'replicas=2',
        'currentReplicas=2',
        'readyReplicas=2',
      ].toSorted(),
    )
    expectOrder(of(creation, 'WorkloadDeployment web-p1-dfw'), [
      'created',
      'Available=False LocationAssigned',
      'Available=False ProvisioningNetwork',
      'Available=False ProvisioningInstances',
      'Available=True StableInstanceFound',
    ])
  })

  test('NetworkBinding', () => {
    expect(of(creation, 'NetworkBinding web-p1-dfw-net-0')).toEqual([
      'created',
      'Ready=Unknown Pending',
      'Ready=False NetworkContextNotReady',
      'Ready=True NetworkContextReady',
      `networkContextRef={"namespace":"default","name":"${context}"}`,
    ])
  })

  test('NetworkContext', () => {
    expect(of(creation, `NetworkContext ${context}`)).toEqual([
      'created',
      'Programmed=Unknown Pending',
      'Ready=Unknown Pending',
      'Programmed=True Programmed',
      'Ready=True Ready',
    ])
  })

  test('SubnetClaim', () => {
    expectOrder(of(creation, `SubnetClaim ${context}-0`), [
      'created',
      'Ready=Unknown Pending',
      'Ready=False SubnetNotReady',
      'Ready=True SubnetReady',
      `subnetRef={"name":"${context}-0"}`,
    ])
  })

  test('Subnet', () => {
    expect(of(creation, `Subnet ${context}-0`)).toEqual([
      'created',
      'Allocated=Unknown Pending',
      'Programmed=Unknown Pending',
      'Ready=Unknown Pending',
      'Allocated=True PrefixAllocated',
      'Ready=False NotProgrammed',
      'startAddress="10.128.0.0"',
      'prefixLength=20',
      'Programmed=True Programmed',
      'Ready=True Ready',
    ])
  })

  test.each([
    [0, '10.128.0.2', '198.18.0.1'],
    [1, '10.128.0.3', '198.18.0.2'],
  ])('Instance %i', (ordinal, networkIP, externalIP) => {
    const lines = of(creation, `Instance web-p1-dfw-${ordinal}`)
    expectOrder(lines, [
      'created',
      'Programmed=Unknown Pending',
      'Running=Unknown Pending',
      'Ready=Unknown Pending',
      'finalizer compute.datumapis.com/infra-provider-gcp',
      'gates []',
      'Programmed=False ProgrammingInProgress',
      'Running=False Starting',
      'Running=True Running',
      'Programmed=True Programmed',
      `networkInterfaces=[{"assignments":{"networkIP":"${networkIP}","externalIP":"${externalIP}"}}]`,
      'Ready=True Running',
    ])
    expect(lines).toContain('Ready=Unknown SchedulingGatesPresent')
  })
})

describe('the order across objects', () => {
  test('from the Workload down to the Subnet', () => {
    expectOrder(creation, [
      'Workload web: created',
      'Workload web: finalizer compute.datumapis.com/workload-controller',
      'WorkloadDeployment web-p1-dfw: created',
      'WorkloadDeployment web-p1-dfw: Available=False LocationAssigned',
      'Instance web-p1-dfw-0: created',
      'NetworkBinding web-p1-dfw-net-0: created',
      'WorkloadDeployment web-p1-dfw: Available=False ProvisioningNetwork',
    ])
    expectOrder(creation, [
      'NetworkBinding web-p1-dfw-net-0: created',
      `NetworkContext ${context}: created`,
      'NetworkBinding web-p1-dfw-net-0: Ready=False NetworkContextNotReady',
      `NetworkContext ${context}: Programmed=True Programmed`,
      `NetworkContext ${context}: Ready=True Ready`,
      'NetworkBinding web-p1-dfw-net-0: Ready=True NetworkContextReady',
      `SubnetClaim ${context}-0: created`,
      `Subnet ${context}-0: created`,
      `Subnet ${context}-0: Allocated=True PrefixAllocated`,
      `Subnet ${context}-0: Programmed=True Programmed`,
      `Subnet ${context}-0: Ready=True Ready`,
      `SubnetClaim ${context}-0: Ready=True SubnetReady`,
      'Instance web-p1-dfw-0: gates []',
      'Instance web-p1-dfw-0: Ready=True Running',
      'WorkloadDeployment web-p1-dfw: Available=True StableInstanceFound',
      'Workload web: Available=True AvailablePlacementFound',
    ])
  })

  test('the second instance comes after the first is ready', () => {
    expectOrder(creation, [
      'Instance web-p1-dfw-0: Ready=True Running',
      'Instance web-p1-dfw-1: created',
      'Instance web-p1-dfw-1: gates []',
      'Instance web-p1-dfw-1: Ready=True Running',
      'Workload web: readyReplicas=2',
    ])
  })

  test('deletion goes down the chain, and up again', () => {
    expectOrder(deletion, [
      'Workload web: deletion begins',
      'WorkloadDeployment web-p1-dfw: deletion begins',
      'Instance web-p1-dfw-0: deletion begins',
      'Instance web-p1-dfw-0: Running=False Stopping',
      'Instance web-p1-dfw-0: gone',
      'WorkloadDeployment web-p1-dfw: gone',
      'Workload web: gone',
    ])
    expect(deletion).toContain('NetworkBinding web-p1-dfw-net-0: gone')
    expect(deletion.filter((line) => /^(NetworkContext|Subnet|SubnetClaim) .*: gone/.test(line))).toEqual([])
  })
})

test('what is made is called and labelled as deployed, and belongs to whom it should', async () => {
  await api.create(workloads, workload({ replicas: 1, networks: ['net'] }))
  await datum.settle()
  const web = await api.get(`${workloads}/web`)
  const deployment = await api.get(`${deployments}/web-p1-dfw`)
  const instance = await api.get(`${instances}/web-p1-dfw-0`)
  const { uid } = web.metadata
  expect(deployment.metadata.labels).toEqual({ 'compute.datumapis.com/workload-uid': uid })
  expect(deployment.spec).toMatchObject({
    workloadRef: { name: 'web', uid },
    placementName: 'p1',
    cityCode: 'DFW',
  })
  expect(instance.metadata.labels).toEqual({
    tier: 'app',
    'compute.datumapis.com/instance-index': '0',
    'compute.datumapis.com/workload-uid': uid,
    'compute.datumapis.com/workload-deployment-uid': deployment.metadata.uid,
  })
  expect(instance.status.controller.observedTemplateHash).toBe(instance.spec.controller.templateHash)
  const owner = (object: TestObject) => {
    const reference = object.metadata.ownerReferences?.[0]
    return `${reference?.kind} ${reference?.name} ${reference?.controller === true}`
  }
  expect(owner(deployment)).toBe('Workload web true')
  expect(owner(instance)).toBe('WorkloadDeployment web-p1-dfw true')
  expect(owner(await api.get(`${networkBindings}/web-p1-dfw-net-0`))).toBe(
    'WorkloadDeployment web-p1-dfw true',
  )
  expect(owner(await api.get(`${networkContexts}/${context}`))).toBe('Network net true')
  expect(owner(await api.get(`${subnetClaims}/${context}-0`))).toBe(`NetworkContext ${context} false`)
  expect(owner(await api.get(`${subnets}/${context}-0`))).toBe(`NetworkContext ${context} true`)
})
