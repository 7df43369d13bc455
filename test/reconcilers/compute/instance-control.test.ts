import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { InstanceContent } from '../../../src/reconcilers/compute/instance-content.ts'
import {
  countInstances,
  type InstanceAction,
  nextInstanceAction,
} from '../../../src/reconcilers/compute/instance-control.ts'
import type { InstanceSummary } from '../../../src/reconcilers/compute/instance-ledger.ts'

const content: InstanceContent = {
  labels: { tier: 'app' },
  annotations: {},
  specHash: 'spec',
  generation: 1,
  fingerprint: 'as made',
}

function instance(ordinal: number, given: Partial<InstanceSummary> = {}): InstanceSummary {
  return {
    namespace: 'default',
    name: `web-${ordinal}`,
    stem: 'web',
    uid: `uid-${ordinal}`,
    ordinal,
    ready: true,
    programmed: true,
    deleting: false,
    gated: false,
    templateHash: 'new',
    observedTemplateHash: given.templateHash ?? 'new',
    controlled: true,
    intact: true,
    content,
    ...given,
  }
}

function next(
  instances: readonly InstanceSummary[],
  replicas: number,
  policy = 'OrderedReady',
): InstanceAction {
  return nextInstanceAction(instances, { deployment: 'web', replicas, templateHash: 'new', content, policy })
}

function short(action: InstanceAction): string {
  if (action.type === 'none') return 'none'
  return `${action.type} ${action.type === 'create' ? action.ordinal : action.instance.name}`
}

test('a fresh deployment begins with the first instance', () => {
  expect(short(next([], 3))).toBe('create 0')
})

test('the next one is made when the one before is ready', () => {
  expect(short(next([instance(0, { ready: false })], 3))).toBe('wait web-0')
  expect(short(next([instance(0)], 3))).toBe('create 1')
  expect(short(next([instance(0), instance(1), instance(2)], 3))).toBe('none')
})

test('a gap is filled before anything behind it is looked at', () => {
  expect(short(next([instance(0), instance(2, { ready: false })], 3))).toBe('create 1')
})

test('an instance that is on its way out is waited for', () => {
  expect(short(next([instance(0, { deleting: true }), instance(1)], 3))).toBe('wait web-0')
})

test('updates come from the highest ordinal down, one at a time', () => {
  const old = { templateHash: 'old' }
  const instances = [instance(0, old), instance(1, old), instance(2, old)]
  expect(short(next(instances, 3))).toBe('update web-2')
  const updating = instance(2, { observedTemplateHash: 'old' })
  expect(short(next([instance(0, old), instance(1, old), updating], 3))).toBe('wait web-2')
  expect(short(next([instance(0, old), instance(1, old), instance(2)], 3))).toBe('update web-1')
})

test('an instance that cannot become ready with the old template is given the new one', () => {
  expect(short(next([instance(0, { ready: false, templateHash: 'old' })], 1))).toBe('update web-0')
})

test('scaling down takes the highest first, one at a time, and only when all that stay are ready and up to date', () => {
  const all = [instance(0), instance(1), instance(2), instance(3)]
  expect(short(next(all, 2))).toBe('delete web-3')
  expect(short(next([...all.slice(0, 3), instance(3, { deleting: true })], 2))).toBe('wait web-3')
  expect(short(next([instance(0, { ready: false }), ...all.slice(1)], 2))).toBe('wait web-0')
  expect(short(next([instance(0, { templateHash: 'old' }), ...all.slice(1)], 2))).toBe('update web-0')
})

test('fewer than none are none, and more than there can be begin like others', () => {
  expect(short(next([instance(0)], -5))).toBe('delete web-0')
  expect(short(next([instance(0)], 2_147_483_647))).toBe('create 1')
})

test('another policy does nothing', () => {
  expect(short(next([], 3, 'RollingUpdate'))).toBe('none')
})

test('strays are deleted, what was torn loose is taken back, what belongs to others is let be', () => {
  const stray = { name: 'web-x', stem: 'web-x', ordinal: -1 }
  expect(short(next([instance(-1, stray), instance(0)], 1))).toBe('delete web-x')
  expect(short(next([instance(-1, { ...stray, controlled: false }), instance(0)], 1))).toBe('none')
  expect(short(next([instance(0, { controlled: false, intact: false })], 1))).toBe('repair web-0')
})

test('from any beginning, step by step, there are exactly the wanted instances in the end', () => {
  const beginning = fc.uniqueArray(
    fc.record({
      ordinal: fc.integer({ min: 0, max: 9 }),
      ready: fc.boolean(),
      deleting: fc.boolean(),
      templateHash: fc.constantFrom('old', 'new'),
      intact: fc.boolean(),
    }),
    { selector: ({ ordinal }) => ordinal, maxLength: 10 },
  )
  fc.assert(
    fc.property(beginning, fc.integer({ min: 0, max: 8 }), (given, replicas) => {
      const instances = new Map(given.map((each) => [each.ordinal, instance(each.ordinal, each)]))
      let unready = 0
      for (let step = 0; step < 200; step++) {
        const action = next([...instances.values()], replicas)
        if (action.type === 'none') break
        if (action.type === 'create') {
          instances.set(
            action.ordinal,
            instance(action.ordinal, { ready: false, observedTemplateHash: 'new' }),
          )
          continue
        }
        const { ordinal } = action.instance
        if (action.type === 'delete') {
          expect([...instances.keys()].filter((each) => each > ordinal)).toEqual([])
          instances.set(ordinal, { ...action.instance, deleting: true })
        } else if (action.type === 'repair') instances.set(ordinal, { ...action.instance, intact: true })
        else if (action.type === 'update')
          instances.set(ordinal, { ...action.instance, ready: false, templateHash: 'new' })
        else if (action.instance.deleting) instances.delete(ordinal)
        else instances.set(ordinal, instance(ordinal))
        unready = Math.max(unready, step)
      }
      expect([...instances.keys()].sort((left, right) => left - right)).toEqual(
        Array.from({ length: replicas }, (_, index) => index),
      )
      for (const each of instances.values()) {
        expect(each).toMatchObject({ ready: true, deleting: false, templateHash: 'new', intact: true })
      }
    }),
  )
})

test('an instance counts as current when the provider has set up the present template', () => {
  const instances = [
    instance(0),
    instance(1, { programmed: false }),
    instance(2, { templateHash: 'old' }),
    instance(3, { ready: false }),
  ]
  expect(countInstances(instances, 'new')).toEqual({ replicas: 4, current: 2, ready: 3 })
})

test('what was changed by hand is put right before anything else, unless an update is due anyway', () => {
  const changed = { ...content, specHash: 'other', fingerprint: 'changed' }
  expect(short(next([instance(0), instance(1, { content: changed })], 3))).toBe('repair web-1')
  expect(short(next([instance(0), instance(1, { content: changed, templateHash: 'old' })], 3))).toBe(
    'create 2',
  )
  const labelled = { ...content, labels: { tier: 'app', mine: 'yes' }, fingerprint: 'labelled' }
  expect(short(next([instance(0, { content: labelled })], 1))).toBe('none')
})
