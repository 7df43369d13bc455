import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/index.ts'
import type { TestObject } from '../../support/plane-api.ts'
import { createCollection, operation, perform } from './collection.ts'

let datum: DatumLocal

beforeAll(async () => {
  datum = await startDatumLocal()
})
afterAll(() => datum.stop())

interface Page {
  readonly items: TestObject[]
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }
}

test('pages are one list of one revision, whatever is written meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { maxLength: 20 }),
      fc.array(fc.array(operation, { maxLength: 5 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom('', 'tier=one', 'tier in (one,two)'),
      async (before, between, limit, selector) => {
        const collection = await createCollection(datum)
        const { api, path } = collection
        for (const each of before) await perform(collection, each)
        const selection = `labelSelector=${encodeURIComponent(selector)}`
        const whole = await api.list(`${path}?${selection}`)

        const pages: Page[] = []
        let token = ''
        do {
          const page = (await api.list(`${path}?${selection}&limit=${limit}&continue=${token}`)) as Page
          pages.push(page)
          token = page.metadata.continue ?? ''
          for (const each of between[pages.length - 1] ?? []) await perform(collection, each)
        } while (token !== '')

        expect(pages.flatMap(({ items }) => items)).toEqual(whole.items)
        const { resourceVersion } = whole.metadata
        expect(pages.map(({ metadata }) => metadata.resourceVersion)).toEqual(
          pages.map(() => resourceVersion),
        )
        let seen = 0
        for (const { items, metadata } of pages) {
          seen += items.length
          expect(items.length).toBeLessThanOrEqual(limit)
          // How many are left is not told where a selector chooses, as nobody has counted.
          const left = selector === '' && seen < whole.items.length ? whole.items.length - seen : undefined
          expect(metadata.remainingItemCount).toBe(left)
        }
        const exact = `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`
        expect((await api.list(`${path}?${selection}&${exact}`)).items).toEqual(whole.items)
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

test('a selector chooses what holds, of labels and of fields', async () => {
  const collection = await createCollection(datum)
  const { api, path } = collection
  const labels = fc.dictionary(fc.constantFrom('tier', 'zone', 'size'), fc.constantFrom('one', 'two', '7'), {
    noNullPrototype: true,
  })
  const requirement = fc.oneof(
    fc.record({ key: fc.constantFrom('tier', 'zone', 'size'), operator: fc.constantFrom('', '!') }),
    fc.record({
      key: fc.constantFrom('tier', 'zone', 'size'),
      operator: fc.constantFrom('=', '==', '!=', 'in', 'notin'),
      value: fc.constantFrom('one', 'two', '7'),
    }),
  )
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(labels, { minLength: 1, maxLength: 5 }),
      fc.array(requirement, { minLength: 1, maxLength: 3 }),
      async (sets, requirements) => {
        const marker = `run-${count++}`
        const made = await Promise.all(
          sets.map((each) =>
            api.create(path, { metadata: { generateName: 'x-', labels: { ...each, marker } } }),
          ),
        )
        const texts = requirements.map((each) => {
          if (!('value' in each)) return `${each.operator}${each.key}`
          const { key, operator, value } = each
          return operator.endsWith('in') ? `${key} ${operator} (${value})` : `${key}${operator}${value}`
        })
        const wanted = made.filter((_, index) =>
          requirements.every((each) => holds(sets[index] as Record<string, string>, each)),
        )
        const selector = encodeURIComponent([...texts, `marker=${marker}`].join(','))
        const { items } = await api.list(`${path}?labelSelector=${selector}`)
        expect(names(items)).toEqual(names(wanted))

        const [first] = made as [TestObject]
        const field = encodeURIComponent(`metadata.name!=${first.metadata.name}`)
        const others = await api.list(`${path}?labelSelector=marker%3D${marker}&fieldSelector=${field}`)
        expect(names(others.items)).toEqual(names(made.slice(1)))
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

function names(objects: readonly TestObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort()
}

/** What Kubernetes' documentation says of each operator: the negative ones hold for a label that is not there. */
function holds(
  labels: Readonly<Record<string, string>>,
  { key, operator, ...rest }: { key: string; operator: string; value?: string },
): boolean {
  const found = labels[key]
  switch (operator) {
    case '':
      return found !== undefined
    case '!':
      return found === undefined
    case '!=':
    case 'notin':
      return found !== rest.value
    default:
      return found === rest.value
  }
}
