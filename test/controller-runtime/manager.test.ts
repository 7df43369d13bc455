import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seededIds } from '../../src/apimachinery/ids.ts'
import type { JsonObject, KubernetesObject } from '../../src/apimachinery/object.ts'
import { createManager, type Manager } from '../../src/controller-runtime/manager.ts'
import type { ControllerFigures, ControllerMetrics } from '../../src/controller-runtime/metrics.ts'
import type { ReconcileContext, Reconciler, Result } from '../../src/controller-runtime/reconciler.ts'
import { createRegistry, type RegistryHandle } from '../../src/registry/create-registry.ts'
import { type Caller, preferredResource } from '../../src/registry/kind.ts'
import type { Plane } from '../../src/registry/registry.ts'
import { ConfigMap } from '../../src/schemas/core/config-map.ts'
import { CustomResourceDefinition } from '../../src/schemas/core/custom-resource-definition.ts'
import { Event } from '../../src/schemas/core/event.ts'
import { Namespace } from '../../src/schemas/core/namespace.ts'
import { Secret } from '../../src/schemas/core/secret.ts'
import { createSqliteStore } from '../../src/storage/sqlite-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'

const user: Caller = { name: 'test', groups: ['system:masters'] }

let clock: ManualClock
let store: Store
let registry: RegistryHandle
let manager: Manager | undefined
let logged: { level: number; msg: string }[]

beforeEach(async () => {
  clock = createManualClock()
  store = createSqliteStore({ path: ':memory:', clock })
  registry = createRegistry({
    store,
    kinds: [Namespace, ConfigMap, Secret, Event, CustomResourceDefinition],
    clock,
    ids: seededIds(1),
    authorize: async () => ({ allowed: true, reason: '' }),
  })
  logged = []
  for (const plane of ['root', 'project/a'] as const)
    await create(plane, Namespace, { metadata: { name: 'default' } })
})

afterEach(async () => {
  await manager?.stop()
  manager = undefined
  registry.close()
  await store.close()
})

function start(reconcilers: readonly Reconciler[], metrics?: ControllerMetrics): Manager {
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) })
  manager = createManager({
    registry: registry.forControllers,
    clock,
    ids: seededIds(2),
    log,
    reconcilers,
    kinds: { event: Event, customResourceDefinition: CustomResourceDefinition },
    limits: { reconcileTimeout: 10_000 },
    ...(metrics ? { metrics } : {}),
  })
  return manager
}

function create(
  plane: Plane,
  kind: typeof Namespace | typeof ConfigMap | typeof Secret,
  object: KubernetesObject,
) {
  return registry.create(
    { plane, user },
    preferredResource(kind),
    { namespace: object.metadata.namespace },
    object,
  )
}

function configMap(name: string, more: object = {}): KubernetesObject {
  return { metadata: { name, namespace: 'default' }, ...more }
}

function reconciler(
  reconcile: (name: string, context: ReconcileContext) => Promise<Result>,
  more: Partial<Reconciler> = {},
): Reconciler {
  return {
    name: 'test',
    planes: ['root', 'project'],
    for: ConfigMap,
    reconcile: (key, context) => reconcile(key.name, context),
    ...more,
  }
}

test('what was there before, and what comes, is given to the reconciler; settle waits for it', async () => {
  await create('root', ConfigMap, configMap('early'))
  const passes: string[] = []
  const running = start([reconciler(async (name) => void passes.push(name))])
  await running.startPlane('root')
  await running.settle()
  await create('root', ConfigMap, configMap('late'))
  await running.settle()
  expect(passes).toEqual(['early', 'late'])
})

test('each plane has its own passes, from its start to its end', async () => {
  const passes: string[] = []
  const running = start([reconciler(async (name, { plane }) => void passes.push(`${plane} ${name}`))])
  await running.startPlane('root')
  await running.startPlane('project/a')
  await create('project/a', ConfigMap, configMap('x'))
  await running.settle()
  await running.stopPlane('project/a')
  await create('project/a', ConfigMap, configMap('y'))
  await create('root', ConfigMap, configMap('z'))
  await running.settle()
  expect(passes).toEqual(['project/a x', 'root z'])
  expect(running.planes).toEqual(['root'])
})

test('one key is never worked on twice at once, others are', async () => {
  const active = new Set<string>()
  let most = 0
  const work = reconciler(
    async (name) => {
      expect(active).not.toContain(name)
      active.add(name)
      most = Math.max(most, active.size)
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      active.delete(name)
      return undefined
    },
    { concurrency: 3 },
  )
  const running = start([work])
  await running.startPlane('root')
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => create('root', ConfigMap, configMap(name))))
  await running.settle()
  expect(most).toBe(3)
})

describe('a reconciler that fails', () => {
  test('is tried again with back-off, and stops nobody else', async () => {
    let failures = 3
    const passes: string[] = []
    const running = start([
      reconciler(async (name) => {
        if (name === 'bad' && failures-- > 0) throw new Error('no luck')
        passes.push(name)
        return undefined
      }),
    ])
    await running.startPlane('root')
    await create('root', ConfigMap, configMap('bad'))
    await create('root', ConfigMap, configMap('good'))
    await running.settle()
    expect(passes).toEqual(['good'])
    for (let round = 0; round < 3; round++) {
      clock.advance(100)
      await running.settle()
    }
    expect(passes).toEqual(['good', 'bad'])
    expect(logged.filter(({ level }) => level === 50)).toHaveLength(3)
  })

  test('is told in an Event when it fails a third time in a row, and not before', async () => {
    let luck = [false, false, true, false, false, true]
    const running = start([
      reconciler(async () => {
        const [good = false, ...rest] = luck
        luck = rest
        if (!good) throw new Error('no luck')
        return undefined
      }),
    ])
    const told = async () => {
      const { items } = await registry.list({ plane: 'root', user }, preferredResource(Event), {
        namespace: 'default',
      })
      return items.map(({ object }) => object)
    }
    const pass = async () => {
      clock.advance(100)
      await running.settle()
    }
    const touch = (value: string) =>
      registry.patch(
        { plane: 'root', user },
        preferredResource(ConfigMap),
        { namespace: 'default', name: 'a' },
        { type: 'merge', body: { data: { value } } },
      )
    await running.startPlane('root')
    await create('root', ConfigMap, configMap('a'))
    await running.settle()
    for (let round = 0; round < 3; round++) await pass()
    await touch('again')
    await running.settle()
    for (let round = 0; round < 3; round++) await pass()
    expect(luck).toEqual([])
    expect(await told()).toEqual([])
    luck = [false, false, false, true]
    await touch('once more')
    await running.settle()
    for (let round = 0; round < 4; round++) await pass()
    expect(luck).toEqual([])
    expect(await told()).toMatchObject([
      {
        type: 'Warning',
        reason: 'ReconcileError',
        message: 'no luck',
        count: 1,
        source: { component: 'test' },
        involvedObject: { kind: 'ConfigMap', name: 'a' },
      },
    ])
  })

  test('tells nothing of an object that is gone, and fails no more for it', async () => {
    let failures = 5
    const running = start([
      reconciler(async (name, { client }) => {
        await client.delete(ConfigMap, { namespace: 'default', name })
        if (failures-- > 0) throw new Error('no luck')
        return undefined
      }),
    ])
    await running.startPlane('root')
    await create('root', ConfigMap, configMap('a'))
    await running.settle()
    for (let round = 0; round < 6; round++) {
      clock.advance(1_000)
      await running.settle()
    }
    expect(failures).toBeLessThan(0)
    const { items } = await registry.list({ plane: 'root', user }, preferredResource(Event))
    expect(items).toEqual([])
    expect(logged.filter(({ level }) => level === 50).map(({ msg }) => msg)).toEqual(
      Array(5).fill('a reconcile failed; trying again'),
    )
  })

  test('is cut off when it takes too long, and may change nothing any more', async () => {
    let release: () => void = () => {}
    const late: unknown[] = []
    let calls = 0
    const running = start([
      reconciler(async (_name, { client }) => {
        calls += 1
        if (calls > 1) return undefined
        await new Promise<void>((resolve) => {
          release = resolve
        })
        await client
          .create(Secret, { metadata: { name: 'late', namespace: 'default' } })
          .catch((error) => late.push(error))
        return undefined
      }),
    ])
    await running.startPlane('root')
    await create('root', ConfigMap, configMap('a'))
    while (calls === 0) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(10_000)
    await running.settle()
    clock.advance(1_000)
    await running.settle()
    expect(calls).toBe(2)
    release()
    await new Promise((resolve) => setImmediate(resolve))
    expect(late).toEqual([expect.objectContaining({ name: 'PassEnded' })])
  })
})

test('two reconcilers that undo each other’s work are found out and slowed down, told once each', async () => {
  const flip = (name: string, value: string) =>
    reconciler(
      async (key, { client }) => {
        await client.change(ConfigMap, { namespace: 'default', name: key }, (draft) => {
          draft.metadata.labels = { value }
        })
        return undefined
      },
      { name },
    )
  const running = start([flip('left', 'left'), flip('right', 'right')])
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('contested'))
  // That this ends at all is the point: without an end to the loop there is always something to do.
  await running.settle()
  const warnings = logged.filter(({ msg }) => msg.includes('without end'))
  expect(warnings.length).toBeGreaterThanOrEqual(1)
  expect(warnings.length).toBeLessThanOrEqual(2)
  const before = store.revision
  clock.advance(500)
  await running.settle()
  expect(store.revision).toBe(before)
})

test('a requeue comes at its time, and settle does not wait for it', async () => {
  let passes = 0
  const running = start([
    reconciler(async () => {
      passes += 1
      return passes === 1 ? { requeueAfter: 60_000 } : undefined
    }),
  ])
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('a'))
  await running.settle()
  expect(passes).toBe(1)
  clock.advance(60_000)
  await running.settle()
  expect(passes).toBe(2)
})

test('changes of what an object owns, and of what is watched, ask for passes over it', async () => {
  const passes: string[] = []
  const running = start([
    reconciler(async (name) => void passes.push(name), {
      owns: [Secret],
      watches: [{ kind: Namespace, enqueue: async () => [{ namespace: 'default', name: 'a' }] }],
    }),
  ])
  await running.startPlane('root')
  await running.settle()
  const owner = await create('root', ConfigMap, configMap('a'))
  await running.settle()
  passes.length = 0
  const reference = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'a',
    uid: owner.object.object.metadata.uid ?? '',
    controller: true,
  }
  await create('root', Secret, {
    metadata: { name: 's', namespace: 'default', ownerReferences: [reference] },
  })
  await running.settle()
  expect(passes).toEqual(['a'])
  await create('root', Namespace, { metadata: { name: 'other' } })
  await running.settle()
  expect(passes).toEqual(['a', 'a'])
})

test('what a pass writes to its own object asks for none; what somebody else writes meanwhile does', async () => {
  const passes: string[] = []
  let meanwhile: (() => Promise<unknown>) | undefined
  const label = (value: string, { client }: ReconcileContext, name: string) =>
    client.change(ConfigMap, { namespace: 'default', name }, (draft) => {
      draft.metadata.labels = { ...draft.metadata.labels, [value]: 'there' }
    })
  const running = start([
    reconciler(async (name, context) => {
      passes.push(name)
      await label('first', context, name)
      await meanwhile?.()
      meanwhile = undefined
      await label('second', context, name)
      return undefined
    }),
  ])
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('a'))
  await running.settle()
  expect(passes).toEqual(['a'])
  const touch = (body: JsonObject) =>
    registry.patch(
      { plane: 'root', user },
      preferredResource(ConfigMap),
      { namespace: 'default', name: 'a' },
      { type: 'merge', body },
    )
  meanwhile = () => touch({ data: { by: 'somebody' } })
  await touch({ metadata: { labels: null } })
  await running.settle()
  expect(passes, 'one for the labels, one for the data').toEqual(['a', 'a', 'a'])
})

test('a change of what a reconciler does not read asks for no pass', async () => {
  const passes: string[] = []
  const running = start([
    reconciler(async (name) => void passes.push(name), {
      reads: (object) => (object as KubernetesObject & { data?: unknown }).data,
    }),
  ])
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('a', { data: { read: 'this' } }))
  await running.settle()
  expect(passes).toEqual(['a'])
  const touch = async (body: JsonObject) => {
    await registry.patch(
      { plane: 'root', user },
      preferredResource(ConfigMap),
      { namespace: 'default', name: 'a' },
      { type: 'merge', body },
    )
    await running.settle()
    return passes.length
  }
  expect(await touch({ metadata: { labels: { not: 'read' } } })).toBe(1)
  expect(await touch({ data: { read: 'that' } })).toBe(2)
  expect(await touch({ metadata: { labels: null }, data: { read: 'that' } })).toBe(2)
  await registry.delete({ plane: 'root', user }, preferredResource(ConfigMap), {
    namespace: 'default',
    name: 'a',
  })
  await running.settle()
  expect(passes, 'its end is always told').toHaveLength(3)
})

test('a pass that asks for the next one at once gets it, and one that fails after it has written is made again', async () => {
  const passes: string[] = []
  const running = start([
    reconciler(async (name, { client }) => {
      passes.push(name)
      const key = { namespace: 'default', name }
      const { labels } = (await client.get(ConfigMap, key))?.metadata ?? {}
      if (labels) return undefined
      await client.change(ConfigMap, key, ({ metadata }) => {
        metadata.labels = { seen: 'once' }
      })
      if (name === 'failing') throw new Error('no luck')
      return { requeueAfter: 0 }
    }),
  ])
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('asking'))
  await create('root', ConfigMap, configMap('failing'))
  await running.settle()
  expect(passes.toSorted()).toEqual(['asking', 'asking', 'failing', 'failing'])
})

test('a watch that is ended is taken up again, and nothing that changed meanwhile is missed', async () => {
  const passes: string[] = []
  const running = start([reconciler(async (name) => void passes.push(name))])
  await running.startPlane('root')
  registry.endWatches('root')
  await create('root', ConfigMap, configMap('meanwhile'))
  clock.advance(20_000)
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  await running.settle()
  expect(passes).toContain('meanwhile')
  passes.length = 0
  await create('root', ConfigMap, configMap('after'))
  await running.settle()
  expect(passes).toEqual(['after'])
})

test('reports become Events of the object, counted when they are repeated', async () => {
  const running = start([
    reconciler(async (name, { client, events }) => {
      const object = await client.get(ConfigMap, { namespace: 'default', name })
      if (object) events.record({ kind: ConfigMap, object }, 'Normal', 'Seen', 'It was seen')
      return undefined
    }),
  ])
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('a'))
  await running.settle()
  await registry.patch(
    { plane: 'root', user },
    preferredResource(ConfigMap),
    { namespace: 'default', name: 'a' },
    {
      type: 'merge',
      body: { data: { a: 'b' } },
    },
  )
  await running.settle()
  const { items } = await registry.list({ plane: 'root', user }, preferredResource(Event), {
    namespace: 'default',
  })
  expect(items.map(({ object }) => object)).toMatchObject([
    {
      reason: 'Seen',
      count: 2,
      involvedObject: { kind: 'ConfigMap', name: 'a' },
      source: { component: 'test' },
    },
  ])
})

test('what is reported too often to be told is counted, and told with the next report that is', async () => {
  const running = start([
    reconciler(async (name, { client, events }) => {
      const object = await client.get(ConfigMap, { namespace: 'default', name })
      for (let count = 0; object && count < 30; count++) {
        events.record({ kind: ConfigMap, object }, 'Normal', 'Seen', 'It was seen')
      }
      return undefined
    }),
  ])
  const counts = async () => {
    const { items } = await registry.list({ plane: 'root', user }, preferredResource(Event))
    return items.map(({ object }) => (object as KubernetesObject & { count?: number }).count)
  }
  await running.startPlane('root')
  await create('root', ConfigMap, configMap('a'))
  await running.settle()
  const [first] = await counts()
  clock.advance(300_000)
  await registry.patch(
    { plane: 'root', user },
    preferredResource(ConfigMap),
    { namespace: 'default', name: 'a' },
    { type: 'merge', body: { data: { seen: 'again' } } },
  )
  await running.settle()
  expect([first, await counts()]).toEqual([30, [60]])
})

test('figures add up: what was added was worked on, and nothing waits or runs in the end', async () => {
  const figures = { depth: 0, adds: 0, passes: 0, active: 0, retries: 0 }
  const counted: ControllerFigures = {
    queueDepth: (change) => {
      figures.depth += change
    },
    queueAdd: () => {
      figures.adds += 1
    },
    queueRetry: () => {
      figures.retries += 1
    },
    queueDuration: () => {},
    reconcileTime: () => {},
    reconcileResult: () => {
      figures.passes += 1
    },
    activeWorkers: (change) => {
      figures.active += change
    },
  }
  const metrics: ControllerMetrics = { of: () => counted }
  let failed = false
  const running = start(
    [
      reconciler(async () => {
        if (failed) return undefined
        failed = true
        throw new Error('once')
      }),
    ],
    metrics,
  )
  await running.startPlane('root')
  for (const name of ['a', 'b', 'c']) await create('root', ConfigMap, configMap(name))
  await running.settle()
  clock.advance(1_000)
  await running.settle()
  expect(figures).toMatchObject({ depth: 0, active: 0, retries: 1 })
  expect(figures.passes).toBe(figures.adds)
})
