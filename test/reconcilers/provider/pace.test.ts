import { afterEach, expect, test } from 'vitest'
import { seededIds } from '../../../src/apimachinery/ids.ts'
import type { ReconcileContext } from '../../../src/controller-runtime/reconciler.ts'
import { createPace } from '../../../src/reconcilers/provider/pace.ts'
import { createManualClock } from '../../../src/testing/manual-clock.ts'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { projectApi, type TestObject } from '../../support/plane-api.ts'
import {
  condition,
  deployments,
  events,
  instances,
  networkContexts,
  workload,
  workloads,
} from '../../support/workload.ts'

let datum: DatumLocal

afterEach(() => datum.stop())

/** What can be seen of the way to a running instance, second by second of the clock. */
async function watchWorkload(seed: number): Promise<string[]> {
  const clock = createManualClock()
  datum = await startDatumLocal({ clock, ids: seededIds(seed), pace: 'realistic' })
  const api = projectApi(datum)
  await api.create(workloads, workload())
  const seen: string[] = []
  for (let second = 0; second <= 20; second++) {
    await datum.settle()
    const [context] = (await api.list(networkContexts)).items
    const [instance] = (await api.list(instances)).items
    const now = [
      condition(context, 'Programmed'),
      condition(instance, 'Running'),
      condition(instance, 'Ready'),
    ].join(', ')
    if (seen.at(-1)?.split(': ')[1] !== now) seen.push(`${second}: ${now}`)
    clock.advance(1_000)
  }
  return seen
}

test('a realistic provider takes its seconds for each step, through the reasons of the deployed one', async () => {
  const seen = await watchWorkload(1)
  expect(seen.map((line) => line.split(': ')[1])).toEqual([
    'False ProgrammingInProgress, Unknown Pending, Unknown SchedulingGatesPresent',
    'True Programmed, Unknown Pending, Unknown SchedulingGatesPresent',
    'True Programmed, False Starting, Unknown ProgrammingInProgress',
    'True Programmed, True Running, Unknown ProgrammingInProgress',
    'True Programmed, True Running, True Running',
  ])
})

test('how many seconds depends on the seed, and on nothing else', async () => {
  const first = await watchWorkload(1)
  await datum.stop()
  const again = await watchWorkload(1)
  await datum.stop()
  const other = await watchWorkload(2)
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

test('what somebody has asked for is no reason to warn: another template, and the end', async () => {
  const clock = createManualClock()
  datum = await startDatumLocal({ clock, ids: seededIds(1), pace: 'realistic' })
  const api = projectApi(datum)
  const pass = async () => {
    await datum.settle()
    for (let second = 0; second < 20; second++) {
      clock.advance(1_000)
      await datum.settle()
    }
  }
  const notReady = async () => {
    const { items } = await api.list(events)
    const told = items as (TestObject & { reason?: string; type?: string; message?: string })[]
    return told
      .filter(({ reason }) => reason === 'NotReady')
      .map(({ type, message }) => `${type}: ${message}`)
  }
  await api.create(workloads, workload())
  await pass()
  await api.patch(`${workloads}/web`, { spec: workload({ image: 'nginx:2' }).spec })
  await pass()
  expect(await notReady()).toEqual(['Normal: Instance is being programmed'])
  const gone = { type: 'Running', status: 'False', reason: 'Crashed', message: 'It is gone' }
  const instance = `${instances}/web-p1-dfw-0`
  const { conditions } = (await api.get(instance)).status
  await api.patch(`${instance}/status`, {
    status: {
      conditions: conditions.map((each: { type: string }) =>
        each.type === 'Running' ? { ...each, ...gone } : each,
      ),
    },
  })
  await pass()
  expect(await notReady()).toContain('Warning: It is gone')
  await api.remove(`${workloads}/web`)
  await pass()
  expect(await notReady()).toContain('Normal: Instance is stopping')
})

test('deletion takes its time as well', async () => {
  const clock = createManualClock()
  datum = await startDatumLocal({ clock, ids: seededIds(1), pace: 'realistic' })
  const api = projectApi(datum)
  await api.create(workloads, workload())
  await datum.settle()
  for (let second = 0; second < 20; second++) {
    clock.advance(1_000)
    await datum.settle()
  }
  await api.remove(`${workloads}/web`)
  await datum.settle()
  expect(condition((await api.list(instances)).items[0], 'Running')).toBe('False Stopping')
  clock.advance(3_000)
  await datum.settle()
  expect(await api.find(`${workloads}/web`)).toBeUndefined()
})

test('under the pace manual nothing moves by itself', async () => {
  const clock = createManualClock()
  datum = await startDatumLocal({ clock, pace: 'manual' })
  const api = projectApi(datum)
  await api.create(workloads, workload())
  await datum.settle()
  clock.advance(3_600_000)
  await datum.settle()
  expect(condition((await api.list(networkContexts)).items[0], 'Programmed')).toBe(
    'False ProgrammingInProgress',
  )
  expect(condition(await api.get(`${deployments}/web-p1-dfw`), 'Available')).toBe('False ProvisioningNetwork')
})

test('whoever has the pace in hand ends what has begun, stage by stage', () => {
  const pace = createPace('manual')
  const asked: string[] = []
  const context = {
    plane: 'project/a',
    enqueue: ({ name }: { name: string }) => asked.push(name),
  } as unknown as ReconcileContext
  const wait = () => pace.wait('subnet', { namespace: 'default', name: 'a' }, context)
  expect(wait()).toEqual({ result: undefined })
  expect(pace.advance()).toBe(1)
  expect(asked).toEqual(['a'])
  expect(wait()).toBeUndefined()
  expect(pace.advance()).toBe(0)
  expect(wait()).toEqual({ result: undefined })
})
