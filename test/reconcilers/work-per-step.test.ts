import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededIds } from '../../src/apimachinery/ids.ts'
import type { JsonValue, KubernetesObject } from '../../src/apimachinery/object.ts'
import { createManager, type Manager } from '../../src/controller-runtime/manager.ts'
import type { ControllerFigures, ControllerMetrics } from '../../src/controller-runtime/metrics.ts'
import { createReconcilers } from '../../src/reconcilers/index.ts'
import { createRegistry, type RegistryHandle } from '../../src/registry/create-registry.ts'
import { type Caller, type Kind, preferredResource, type Resource } from '../../src/registry/kind.ts'
import type { Registry, RequestContext } from '../../src/registry/registry.ts'
import { Instance } from '../../src/schemas/compute/instance.ts'
import { Workload, type WorkloadObject } from '../../src/schemas/compute/workload.ts'
import { CustomResourceDefinition } from '../../src/schemas/core/custom-resource-definition.ts'
import { Event } from '../../src/schemas/core/event.ts'
import { Namespace } from '../../src/schemas/core/namespace.ts'
import { kinds } from '../../src/schemas/index.ts'
import { Location } from '../../src/schemas/networking/location.ts'
import { Network } from '../../src/schemas/networking/network.ts'
import { createSqliteStore } from '../../src/storage/sqlite-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'
import { location, network, workload } from '../support/workload.ts'

/**
 * What a step costs the reconcilers is counted, in requests and in objects read, not timed: it must not depend on how
 * many other objects there are.
 */

const plane = 'project/a'
const user: Caller = { name: 'test', groups: ['system:masters'] }

/** How often reconcilers looked, and what they asked of the registry. */
interface Work {
  passes: number
  gets: number
  lists: number
  /** How many objects the lists held. */
  listed: number
  writes: number
}

const nothing: Work = { passes: 0, gets: 0, lists: 0, listed: 0, writes: 0 }

/** The same registry, with every request noted; those for Events, which are counted and capped by rules of their own, are not. */
function counted(registry: Registry, work: Work): Registry {
  const write = <Given extends [RequestContext, Resource, ...unknown[]], Result>(
    request: (...given: Given) => Promise<Result>,
  ) =>
    ((...given: Given) => {
      if (given[1].kind !== Event) work.writes += 1
      return request(...given)
    }) as typeof request
  return {
    ...registry,
    get(context, resource, ...given) {
      if (resource.kind !== Event) work.gets += 1
      return registry.get(context, resource, ...given)
    },
    async list(context, resource, ...given) {
      const page = await registry.list(context, resource, ...given)
      if (resource.kind === Event) return page
      work.lists += 1
      work.listed += page.items.length
      return page
    },
    create: write(registry.create),
    update: write(registry.update),
    patch: write(registry.patch),
    delete: write(registry.delete),
    deleteCollection: write(registry.deleteCollection),
  }
}

function passesIn(work: Work): ControllerMetrics {
  const figures: ControllerFigures = {
    queueDepth: () => {},
    queueAdd: () => {},
    queueRetry: () => {},
    queueDuration: () => {},
    reconcileTime: () => {},
    reconcileResult: () => {
      work.passes += 1
    },
    activeWorkers: () => {},
  }
  return { of: () => figures }
}

/** A plane with a workload `web` and some others, on which steps are counted. */
async function openPlane() {
  const clock: ManualClock = createManualClock()
  const store: Store = createSqliteStore({ path: ':memory:', clock })
  const registry: RegistryHandle = createRegistry({
    store,
    kinds,
    clock,
    ids: seededIds(1),
    authorize: async () => ({ allowed: true, reason: '' }),
  })
  const work: Work = { ...nothing }
  const manager: Manager = createManager({
    registry: counted(registry.forControllers, work),
    clock,
    ids: seededIds(2),
    log: pino({ level: 'silent' }),
    reconcilers: createReconcilers({ planes: { start: async () => {}, empty: async () => {} } }),
    kinds: { event: Event, customResourceDefinition: CustomResourceDefinition },
    limits: { reconcileTimeout: 10_000 },
    metrics: passesIn(work),
  })

  const create = (kind: Kind, object: unknown) =>
    registry.create(
      { plane, user },
      preferredResource(kind),
      { namespace: kind === Namespace ? undefined : 'default' },
      object as KubernetesObject,
    )
  const patch = (kind: Kind, name: string, body: Record<string, JsonValue>, subresource?: 'status') =>
    registry.patch(
      { plane, user },
      preferredResource(kind),
      { namespace: 'default', name },
      { type: 'merge', body },
      { subresource },
    )
  const remove = (kind: Kind, name: string) =>
    registry.delete({ plane, user }, preferredResource(kind), { namespace: 'default', name })
  const scale = (name: string, minReplicas: number) => {
    const [placement] = (workload() as unknown as WorkloadObject).spec.placements
    return patch(Workload, name, {
      spec: { placements: [{ ...placement, scaleSettings: { minReplicas } }] },
    })
  }

  await create(Namespace, { metadata: { name: 'default' } })
  await create(Location, location('dallas', 'DFW'))
  await create(Network, network('default'))
  await manager.startPlane(plane)

  return {
    clock,
    create,
    patch,
    remove,
    scale,
    settle: () => manager.settle(),
    /** What the reconcilers do until all that `step` brings about is done. */
    async cost(step: () => Promise<unknown>): Promise<Work> {
      await manager.settle()
      Object.assign(work, nothing)
      await step()
      await manager.settle()
      return { ...work }
    },
    async close() {
      await manager.stop()
      registry.close()
      await store.close()
    },
  }
}

type TestPlane = Awaited<ReturnType<typeof openPlane>>

const steps: Record<string, (on: TestPlane) => Promise<unknown>> = {
  'a workload is made': ({ create }) => create(Workload, workload({ name: 'one' })),
  'it is scaled up': ({ scale }) => scale('one', 2),
  'its template changes': ({ patch }) =>
    patch(Workload, 'one', { spec: { template: { metadata: { labels: { tier: 'new' } } } } }),
  'an instance of it is deleted': ({ remove }) => remove(Instance, 'one-p1-dfw-0'),
  'the status of an instance is emptied': ({ patch }) =>
    patch(Instance, 'one-p1-dfw-0', { status: null }, 'status'),
  'it is scaled down': ({ scale }) => scale('one', 1),
  'it is deleted': ({ remove }) => remove(Workload, 'one'),
  'another network of the location is taken into use': async ({ create }) => {
    await create(Network, network('apart'))
    await create(Workload, workload({ name: 'apart', networks: ['apart'] }))
  },
}

/** The cost of every step beside so many other workloads. */
async function costsBeside(others: number): Promise<Record<string, Work>> {
  const on = await openPlane()
  for (let index = 0; index < others; index++) await on.create(Workload, workload({ name: `other-${index}` }))
  const costs: Record<string, Work> = {}
  for (const [name, step] of Object.entries(steps)) costs[name] = await on.cost(() => step(on))
  await on.close()
  return costs
}

describe('what a step costs', () => {
  let few: Record<string, Work>
  let many: Record<string, Work>
  beforeAll(async () => {
    few = await costsBeside(2)
    many = await costsBeside(30)
  }, 60_000)

  test.each(Object.keys(steps))('is the same beside 2 workloads as beside 30: %s', (name) => {
    expect(many[name]).toEqual(few[name])
  })
})

test('a workload of one replica takes 24 writes and 23 passes, three of which are the garbage collector’s', async () => {
  const on = await openPlane()
  await on.create(Workload, workload({ name: 'first' }))
  const { passes, writes } = await on.cost(() => on.create(Workload, workload({ name: 'second' })))
  await on.close()
  expect(writes).toBe(24)
  expect(passes).toBeLessThanOrEqual(23)
})

describe('of one workload with many instances', () => {
  let on: TestPlane
  beforeAll(async () => {
    on = await openPlane()
    await on.create(Workload, workload({ name: 'web', replicas: 5 }))
  })
  afterAll(() => on.close())

  test('the fifty-first costs as much as the sixth', async () => {
    const early = await on.cost(() => on.scale('web', 10))
    await on.scale('web', 50)
    const late = await on.cost(() => on.scale('web', 55))
    expect(late).toEqual(early)
  }, 60_000)

  test('nothing is done while nothing changes', async () => {
    await on.settle()
    const idle = await on.cost(async () => {
      for (let minute = 0; minute < 30; minute += 1) on.clock.advance(60_000)
    })
    expect(idle).toEqual(nothing)
  })
})
