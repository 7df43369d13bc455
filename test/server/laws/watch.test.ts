import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/index.ts'
import type { TestObject } from '../../support/plane-api.ts'
import { type WatchLine, watchLines } from '../support/watch-stream.ts'
import { type Collection, createCollection, operation, perform } from './collection.ts'

let datum: DatumLocal

beforeAll(async () => {
  datum = await startDatumLocal()
})
afterAll(() => datum.stop())

/** The last object that is written: a watcher that has seen it has seen everything. */
const last = 'last'

interface Plan {
  /** Of the labels; empty for all. */
  readonly selector: string
  readonly begins: 'list' | 'streamed list'
  /** The watcher leaves after so many lines, and goes on from the last revision that it was told; 0: it stays. */
  readonly leavesAfter: number
}

const plan: fc.Arbitrary<Plan> = fc.record({
  selector: fc.constantFrom('', 'tier=one', 'tier!=two'),
  begins: fc.constantFrom('list', 'streamed list'),
  leavesAfter: fc.nat({ max: 4 }),
})

/** What a client knows: the objects by name, and how far it has been told. */
class Knowledge {
  readonly selector: string
  readonly objects = new Map<string, TestObject>()
  revision = 0
  constructor(selector: string) {
    this.selector = selector
  }

  /** Whether what comes is history: then every revision is greater than the one before. */
  isOrdered = true

  take({ type, object }: WatchLine): void {
    const { name, resourceVersion } = object.metadata
    const revision = Number(resourceVersion)
    if (type === 'BOOKMARK') {
      expect(revision).toBeGreaterThanOrEqual(this.revision)
      this.revision = revision
      this.isOrdered = true
      return
    }
    if (this.isOrdered) {
      expect(revision, `${type} ${name}`).toBeGreaterThan(this.revision)
      this.revision = revision
    }
    expect(this.objects.has(name), `${type} ${name}`).toBe(type !== 'ADDED')
    if (type === 'DELETED') this.objects.delete(name)
    else this.objects.set(name, object)
  }
}

async function follow(collection: Collection, { selector, begins, leavesAfter }: Plan): Promise<Knowledge> {
  const knowledge = new Knowledge(selector)
  const selection = `labelSelector=${encodeURIComponent(selector)}&allowWatchBookmarks=true`
  let query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
  if (begins === 'list') {
    const { items, metadata } = await collection.api.list(`${collection.path}?${selection}`)
    for (const item of items) knowledge.objects.set(item.metadata.name, item)
    knowledge.revision = Number(metadata.resourceVersion)
    query = `resourceVersion=${knowledge.revision}`
  } else knowledge.isOrdered = false

  for (;;) {
    let lines = 0
    for await (const line of watchLines(`${collection.url}?watch=true&${selection}&${query}`, datum.token)) {
      knowledge.take(line)
      if (line.object.metadata.name === last) return knowledge
      // In the middle of a streamed list there is no revision from which to go on.
      if (++lines >= leavesAfter && leavesAfter > 0 && knowledge.isOrdered) break
    }
    query = `resourceVersion=${knowledge.revision}`
  }
}

test('whoever lists and watches ends with what a list says, and is told everything once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(operation, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(plan, fc.nat({ max: 10 })), { minLength: 1, maxLength: 4 }),
      async (writers, watchers) => {
        const collection = await createCollection(datum)
        const waiting = watchers.map(([each, begin]) => ({ each, begin }))
        const following: Promise<Knowledge>[] = []
        let written = 0
        const beginDue = (all = false) => {
          for (const one of waiting.splice(0)) {
            if (all || one.begin <= written) following.push(follow(collection, one.each))
            else waiting.push(one)
          }
        }
        beginDue()
        await Promise.all(
          writers.map(async (operations) => {
            for (const each of operations) {
              await perform(collection, each)
              written++
              beginDue()
            }
          }),
        )
        beginDue(true)
        await perform(collection, { verb: 'create', name: last, tier: 'one', value: 0 })
        const ends = await Promise.all(following)

        const { items } = await collection.api.list(collection.path)
        for (const { selector, objects } of ends) {
          // Both selectors mean the same here, as every object has the label.
          const wanted = items.filter(({ metadata }) => selector === '' || metadata.labels?.tier === 'one')
          expect(byName([...objects.values()])).toEqual(byName(wanted))
        }
      },
    ),
    { numRuns: 40 },
  )
}, 120_000)

/** Items of a list have no head, those of a watch do. */
function byName(objects: readonly TestObject[]) {
  return objects
    .map(({ apiVersion: _apiVersion, kind: _kind, ...object }) => object)
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1))
}
