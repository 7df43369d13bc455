import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { OwnerReference } from '../../src/apimachinery/object.ts'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import type { PlaneApi, TestObject } from '../support/plane-api.ts'
import { newProject } from '../support/project.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
})
afterAll(() => datum.stop())
beforeEach(async () => {
  api = await newProject(datum)
})

function reference(owner: TestObject, more: Partial<OwnerReference> = {}): OwnerReference {
  const { name, uid = '' } = owner.metadata
  return { apiVersion: owner.apiVersion ?? 'v1', kind: owner.kind ?? 'ConfigMap', name, uid, ...more }
}

function make(name: string, owners: readonly OwnerReference[] = [], finalizers: readonly string[] = []) {
  return api.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ownerReferences: owners, finalizers },
  })
}

async function names(): Promise<string[]> {
  await datum.settle()
  return (await api.list(configMaps)).items.map(({ metadata }) => metadata.name)
}

describe('background deletion', () => {
  test('what an object owned goes after it, and what that owned', async () => {
    const owner = await make('owner')
    const child = await make('child', [reference(owner)])
    await make('grandchild', [reference(child)])
    await make('stranger')
    await api.remove(`${configMaps}/owner`)
    expect(await names()).toEqual(['stranger'])
  })

  test('an object with another owner left stays, without the reference to the one that went', async () => {
    const [first, second] = [await make('first'), await make('second')]
    await make('child', [reference(first), reference(second)])
    await api.remove(`${configMaps}/first`)
    expect(await names()).toEqual(['child', 'second'])
    expect((await api.get(`${configMaps}/child`)).metadata.ownerReferences?.map(({ name }) => name)).toEqual([
      'second',
    ])
    await api.remove(`${configMaps}/second`)
    expect(await names()).toEqual([])
  })

  test('an owner that never existed is as one that went: another uid, or no such name', async () => {
    const owner = await make('owner')
    await make('impostor', [reference(owner, { uid: 'another' })])
    await make('lost', [reference(owner, { name: 'nobody' })])
    expect(await names()).toEqual(['owner'])
  })

  test('an object may name thousands of owners that never were, and nobody waits for it', async () => {
    const uids = Array.from({ length: 6000 }, (_, index) => `u${index}`)
    await make(
      'lost',
      uids.map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: `n-${uid}`, uid })),
    )
    expect(await names()).toEqual([])
  })

  test('others have their turn while thousands of owners are looked for', async () => {
    let turns = 0
    const count = (): NodeJS.Immediate => {
      turns++
      return setImmediate(() => {
        if (counting) count()
      })
    }
    let counting = true
    count()
    const turnsFor = async (name: string, owners: number) => {
      const before = turns
      const uids = Array.from({ length: owners }, (_, index) => `${name}${index}`)
      await make(
        name,
        uids.map((uid) => ({ apiVersion: 'v1', kind: 'ConfigMap', name: `n-${uid}`, uid })),
      )
      expect(await names()).toEqual([])
      return turns - before
    }
    await turnsFor('warm', 1)
    const few = await turnsFor('few', 1)
    const many = await turnsFor('many', 9000)
    counting = false
    expect(many - few).toBeGreaterThan(80)
  })

  test('an object that is given a dead owner later goes as well', async () => {
    const owner = await make('owner')
    await make('child')
    await api.remove(`${configMaps}/owner`)
    await datum.settle()
    await api.patch(`${configMaps}/child`, { metadata: { ownerReferences: [reference(owner)] } })
    expect(await names()).toEqual([])
  })

  test('owners may be cluster-scoped, and of kinds that users define', async () => {
    await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'tables.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'tables', kind: 'Table' },
        scope: 'Cluster',
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    })
    await datum.settle()
    const tables = '/apis/example.com/v1/tables'
    const table = await api.create(tables, {
      apiVersion: 'example.com/v1',
      kind: 'Table',
      metadata: { name: 't' },
    })
    await make('child', [reference(table)])
    expect(await names()).toEqual(['child'])
    await api.remove(`${tables}/t`)
    expect(await names()).toEqual([])
  })

  test('nothing is deleted for an owner of a kind that is not served; when it is, the owner is looked for', async () => {
    const owner = { apiVersion: 'other.example.com/v1', kind: 'Chair', name: 'c', uid: 'u' }
    await make('child', [owner])
    expect(await names()).toEqual(['child'])
    await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'chairs.other.example.com' },
      spec: {
        group: 'other.example.com',
        names: { plural: 'chairs', kind: 'Chair' },
        scope: 'Namespaced',
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    })
    expect(await names()).toEqual([])
  })
})

describe('foreground deletion', () => {
  test('the owner stays until the dependents that block it are gone; all of them are deleted', async () => {
    const owner = await make('owner')
    await make('child', [reference(owner, { blockOwnerDeletion: true })], ['example.com/wait'])
    await make('free', [reference(owner)])
    await api.remove(`${configMaps}/owner`, { propagationPolicy: 'Foreground' })
    expect(await names()).toEqual(['child', 'owner'])
    const waiting = await api.get(`${configMaps}/owner`)
    expect(waiting.metadata.finalizers).toEqual(['foregroundDeletion'])
    expect((await api.get(`${configMaps}/child`)).metadata.deletionTimestamp).toBeDefined()
    await api.patch(`${configMaps}/child`, { metadata: { finalizers: null } })
    expect(await names()).toEqual([])
  })

  test('a chain goes from its end', async () => {
    const owner = await make('owner')
    const child = await make('child', [reference(owner, { blockOwnerDeletion: true })])
    await make('grandchild', [reference(child, { blockOwnerDeletion: true })])
    await api.remove(`${configMaps}/owner`, { propagationPolicy: 'Foreground' })
    expect(await names()).toEqual([])
  })

  test('two that wait for each other are both let go', async () => {
    const first = await make('first')
    const second = await make('second', [reference(first, { blockOwnerDeletion: true })])
    await api.patch(`${configMaps}/first`, {
      metadata: { ownerReferences: [reference(second, { blockOwnerDeletion: true })] },
    })
    await api.remove(`${configMaps}/first`, { propagationPolicy: 'Foreground' })
    expect(await names()).toEqual([])
  })
})

test('orphaning takes the references to the owner off, and leaves the dependents', async () => {
  const [owner, other] = [await make('owner'), await make('other')]
  await make('child', [reference(owner)])
  await make('shared', [reference(owner), reference(other)])
  await api.remove(`${configMaps}/owner`, { propagationPolicy: 'Orphan' })
  expect(await names()).toEqual(['child', 'other', 'shared'])
  expect((await api.get(`${configMaps}/child`)).metadata.ownerReferences ?? []).toEqual([])
  expect((await api.get(`${configMaps}/shared`)).metadata.ownerReferences).toHaveLength(1)
})
