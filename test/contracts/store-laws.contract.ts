import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, Compacted, type Store } from '../../src/storage/store.ts'
import { type OpenedStore, put, record, turn } from './store.contract.ts'
import { StoreModel } from './store-model.ts'

const keys = ['a', 'p/1/a', 'p/1/b', 'p/1/x/a', 'p/10/a', 'p/2/a', 'p/2/b.c', 'p/2/b/c']
const prefixes = ['', 'p/', 'p/1/', 'p/10/', 'p/2/', 'p/1/x/', 'q/']
const terms = ['x', 'y', 'xy']

type Write = {
  readonly key: string
  readonly action: 'put' | 'delete' | 'none' | 'throw'
  readonly term: string
}
/** `share` is a place between the oldest kept revision (0) and the newest (1), or somewhat before (negative). */
type Step =
  | { readonly type: 'write'; readonly batch: readonly Write[] }
  | { readonly type: 'list'; readonly prefix: string; readonly share: number; readonly limit: number }
  | { readonly type: 'term'; readonly prefix: string; readonly term: string }
  | { readonly type: 'watch'; readonly prefix: string; readonly share: number; readonly pauses: boolean }
  | { readonly type: 'compact'; readonly share: number }
  | { readonly type: 'purge'; readonly prefix: string }

const prefix = fc.constantFrom(...prefixes)
const term = fc.constantFrom(...terms)
const share = fc.double({ min: -0.2, max: 1, noNaN: true })
const action = fc.constantFrom('put', 'put', 'put', 'delete', 'none', 'throw')
const write = fc.record({ key: fc.constantFrom(...keys), action, term }) as fc.Arbitrary<Write>
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant('write' as const), batch: fc.array(write) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('list' as const),
        prefix,
        share,
        limit: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('term' as const), prefix, term }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('watch' as const), prefix, share, pauses: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('compact' as const), share }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('purge' as const), prefix: fc.constantFrom('p/1/', 'q/') }),
    },
  ),
  { maxLength: 40, size: 'max' },
)

interface OpenWatch {
  readonly prefix: string
  readonly expected: Change[]
  readonly heard: readonly Change[]
  caughtUp(): Promise<unknown>
}

/** Plays steps on a store and on the model, and compares everything that can be seen. */
class Comparison {
  readonly #store: Store
  readonly #model: StoreModel
  readonly #watches: OpenWatch[] = []
  #texts = 0

  constructor(store: Store) {
    this.#store = store
    this.#model = new StoreModel(store.revision, store.compactedRevision)
  }

  async play(step: Step): Promise<void> {
    switch (step.type) {
      case 'write':
        return this.#write(step.batch)
      case 'list':
        return this.#list(step.prefix, this.#revisionAt(step.share), step.limit)
      case 'term':
        expect(await this.#store.listByTerm(step.prefix, step.term)).toEqual(
          this.#model.listByTerm(step.prefix, step.term),
        )
        return
      case 'watch':
        return this.#watch(step.prefix, this.#revisionAt(step.share), step.pauses)
      case 'compact':
        return this.#compact(this.#revisionAt(step.share))
      case 'purge':
        return this.#purge(step.prefix)
    }
  }

  async finish(): Promise<void> {
    await this.#checkWatches()
    expect(this.#store.revision).toBe(this.#model.revision)
    for (const key of keys) {
      const expected = this.#model.list(key).find((each) => each.key === key)
      expect(await this.#store.read(key)).toEqual(expected)
    }
  }

  #revisionAt(share: number): number {
    const { compacted, revision } = this.#model
    return Math.max(0, Math.round(compacted + share * (revision - compacted)))
  }

  async #write(batch: readonly Write[]): Promise<void> {
    const results = batch.map(({ key, action: what, term: added }) => {
      const text = `text ${++this.#texts}`
      const before = this.#model.list(key).find((each) => each.key === key)
      const previousRevision = this.#model.revision
      const change =
        what === 'put'
          ? this.#model.put(key, text, added)
          : what === 'delete'
            ? this.#model.delete(key, text)
            : undefined
      if (change) this.#expectEverywhere(change)
      const written = this.#store.write(key, (current, revision) => {
        expect(current).toEqual(before)
        expect(revision).toBe(previousRevision + 1)
        if (what === 'throw') throw new Error('refused')
        if (what === 'put') return put(text, { addTerms: [added] })()
        if (what === 'delete') return { type: 'delete', text, removeTerms: terms }
        return { type: 'none' }
      })
      if (what === 'throw') return expect(written).rejects.toThrow('refused')
      const result = change
        ? { type: what, record: { key, revision: change.revision, text } }
        : { type: 'none', record: before }
      return expect(written).resolves.toEqual(result)
    })
    await Promise.all(results)
  }

  #expectEverywhere(change: Change): void {
    for (const watch of this.#watches) if (change.key.startsWith(watch.prefix)) watch.expected.push(change)
  }

  async #list(below: string, revision: number, limit: number): Promise<void> {
    if (revision < this.#model.compacted) {
      await expect(this.#store.list({ prefix: below, revision })).rejects.toBeInstanceOf(Compacted)
      return
    }
    const expected = this.#model.list(below, revision)
    const page = await this.#store.list({ prefix: below, revision })
    expect(page).toEqual({ records: expected, revision, more: false, remaining: 0 })
    for (let from = 0; from <= expected.length; from += limit) {
      const after = from === 0 ? undefined : expected[from - 1]?.key
      const remaining = Math.max(0, expected.length - from - limit)
      const records = expected.slice(from, from + limit)
      expect(await this.#store.list({ prefix: below, revision, after, limit })).toEqual({
        records,
        revision,
        more: remaining > 0,
        remaining,
      })
    }
  }

  async #watch(below: string, fromRevision: number, pauses: boolean): Promise<void> {
    if (fromRevision < this.#model.compacted) {
      await expect(this.#store.watch(below, fromRevision, () => {})).rejects.toBeInstanceOf(Compacted)
      return
    }
    const expected = this.#model.changes(below, fromRevision)
    if (!pauses) {
      const { changes, caughtUp } = await record(this.#store, below, fromRevision)
      this.#watches.push({ prefix: below, expected, heard: changes, caughtUp })
      return
    }
    const heard: Change[] = []
    const subscription = await this.#store.watch(below, fromRevision, async (changes) => {
      heard.push(...changes)
      await turn()
    })
    const caughtUp = async () => {
      while (subscription.revision < this.#store.revision) await turn()
    }
    this.#watches.push({ prefix: below, expected, heard, caughtUp })
  }

  async #compact(revision: number): Promise<void> {
    await this.#checkWatches()
    await this.#store.compact(revision)
    this.#model.compacted = Math.max(this.#model.compacted, revision)
    expect(this.#store.compactedRevision).toBe(this.#model.compacted)
  }

  async #purge(below: string): Promise<void> {
    await this.#checkWatches()
    await this.#store.purge(below)
    this.#model.purge(below)
  }

  /** Before the past is changed, whoever still reads it may finish. */
  async #checkWatches(): Promise<void> {
    for (const { expected, heard, caughtUp } of this.#watches) {
      await caughtUp()
      expect(heard).toEqual(expected)
    }
  }
}

/** Laws of the store, checked with random histories against a model. */
export function describeStoreLaws(name: string, numRuns: number, open: () => Promise<OpenedStore>): void {
  describe(`${name} behaves as a list of everything that happened`, () => {
    test('in what it reads, lists at any revision, finds by term and tells to watchers', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (history) => {
          const { store, dispose } = await open()
          try {
            const comparison = new Comparison(store)
            for (const step of history) await comparison.play(step)
            await comparison.finish()
          } finally {
            await dispose()
          }
        }),
        { numRuns },
      )
    })
  })
}
