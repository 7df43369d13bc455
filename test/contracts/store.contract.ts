import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Change,
  Compacted,
  FutureRevision,
  type Store,
  type Transition,
} from '../../src/storage/store.ts'

export interface OpenedStore {
  readonly store: Store
  /** Ends the store and removes what it left. */
  dispose(): Promise<void>
}

/** A turn of the event loop: by then, what was asked for before is committed and told. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function put(
  text: string,
  terms: { addTerms?: readonly string[]; removeTerms?: readonly string[] } = {},
) {
  return (): Transition => ({ type: 'put', text, ...terms })
}

export function remove(text = 'last words') {
  return (): Transition => ({ type: 'delete', text })
}

/** What a subscriber was told, and a way to wait until it has been told everything. */
export async function record(store: Store, prefix: string, fromRevision: number) {
  const changes: Change[] = []
  const subscription = await store.watch(prefix, fromRevision, (more) => {
    changes.push(...more)
  })
  return {
    changes,
    subscription,
    async caughtUp(): Promise<readonly Change[]> {
      while (subscription.revision < store.revision) await turn()
      return changes
    },
  }
}

function brief({ type, key, text }: Change): string {
  return `${type} ${key} ${text}`
}

/** What every implementation of the store promises. */
export function describeStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} keeps the store's promises`, () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.dispose())

    const keys = async (range: Parameters<Store['list']>[0]) =>
      (await store.list(range)).records.map(({ key }) => key)

    describe('writing', () => {
      test('a written record is read back with the revision of its write', async () => {
        const { type, record: written } = await store.write('root/a', put('{"a":1}'))
        expect(type).toBe('put')
        expect(written).toEqual({ key: 'root/a', revision: store.revision, text: '{"a":1}' })
        expect(await store.read('root/a')).toEqual(written)
        expect(await store.read('root/b')).toBeUndefined()
      })

      test('any text comes back as it went in', async () => {
        const text = `{"a":"${'é😀\u0000\u2028'.repeat(3000)}"}`
        await store.write('root/a', put(text))
        expect((await store.read('root/a'))?.text).toBe(text)
      })

      test('every change takes the next revision and the transform is told which', async () => {
        const before = store.revision
        const told: number[] = []
        for (const key of ['root/a', 'root/b', 'root/a']) {
          await store.write(key, (_, revision) => {
            told.push(revision)
            return { type: 'put', text: String(revision) }
          })
        }
        expect(told).toEqual([before + 1, before + 2, before + 3])
        expect(store.revision).toBe(before + 3)
        expect(await store.read('root/a')).toEqual({
          key: 'root/a',
          revision: before + 3,
          text: `${before + 3}`,
        })
      })

      test('a transform that wants nothing moves nothing and tells nobody', async () => {
        await store.write('root/a', put('one'))
        const { revision } = store
        const { changes } = await record(store, '', revision)
        const result = await store.write('root/a', () => ({ type: 'none' }))
        expect(result).toEqual({ type: 'none', record: { key: 'root/a', revision, text: 'one' } })
        expect(await store.write('root/b', () => ({ type: 'none' }))).toEqual({
          type: 'none',
          record: undefined,
        })
        expect(store.revision).toBe(revision)
        expect(changes).toEqual([])
      })

      test('what a transform throws rejects its own write and no other', async () => {
        const before = store.revision
        const refusal = new Error('refused')
        const results = await Promise.allSettled([
          store.write('root/a', put('a')),
          store.write('root/b', () => {
            throw refusal
          }),
          store.write('root/c', put('c')),
        ])
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect(results[1]).toMatchObject({ reason: refusal })
        expect(store.revision).toBe(before + 2)
        expect(await keys({ prefix: 'root/' })).toEqual(['root/a', 'root/c'])
      })

      test('writes that arrive together see each other in their order', async () => {
        const append = (letter: string) =>
          store.write('root/a', (current) => ({ type: 'put', text: `${current?.text ?? ''}${letter}` }))
        const results = await Promise.all(['a', 'b', 'c'].map(append))
        expect(results.map((result) => result.record?.text)).toEqual(['a', 'ab', 'abc'])
      })

      test('a read that is made before the commit does not see the write', async () => {
        const writing = store.write('root/a', put('a'))
        expect(await store.read('root/a')).toBeUndefined()
        await writing
        expect(await store.read('root/a')).toBeDefined()
      })

      test('a deleted record is gone, and its deletion has a revision and last words', async () => {
        await store.write('root/a', put('a'))
        const result = await store.write('root/a', remove('bye'))
        expect(result).toEqual({
          type: 'delete',
          record: { key: 'root/a', revision: store.revision, text: 'bye' },
        })
        expect(await store.read('root/a')).toBeUndefined()
        expect(await keys({ prefix: '' })).toEqual([])
      })

      test('deleting what is not there changes nothing', async () => {
        const before = store.revision
        expect(await store.write('root/a', remove())).toEqual({ type: 'none', record: undefined })
        await store.write('root/a', put('a'))
        await store.write('root/a', remove())
        expect(await store.write('root/a', remove())).toEqual({ type: 'none', record: undefined })
        expect(store.revision).toBe(before + 2)
      })

      test('a key that was deleted starts anew', async () => {
        await store.write('root/a', put('first'))
        await store.write('root/a', remove())
        await store.write('root/a', (current) => ({ type: 'put', text: `second after ${current?.text}` }))
        expect((await store.read('root/a'))?.text).toBe('second after undefined')
      })
    })

    describe('listing', () => {
      const write = async (...names: string[]) => {
        for (const each of names) await store.write(each, put(each))
      }

      test('keys come in the order of their bytes', async () => {
        const names = ['r/a', 'r/a-b', 'r/a.b', 'r/a/b', 'r/aa', 'r/é', 'r/\uffff', 'r/\u{1f600}', 'r/Z']
        await write(...names)
        const sorted = [...names].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
        expect(await keys({ prefix: 'r/' })).toEqual(sorted)
        expect(await keys({ prefix: '' })).toEqual(sorted)
      })

      test('a prefix selects what starts with it and nothing beside', async () => {
        await write('p/1/a', 'p/1/b', 'p/10/a', 'p/1', 'p/1.', 'p/0')
        expect(await keys({ prefix: 'p/1/' })).toEqual(['p/1/a', 'p/1/b'])
        expect(await keys({ prefix: 'p/1' })).toEqual(['p/1', 'p/1.', 'p/1/a', 'p/1/b', 'p/10/a'])
        expect(await keys({ prefix: 'q/' })).toEqual([])
      })

      test('pages follow each other and count what is behind them', async () => {
        await write('r/a', 'r/b', 'r/c', 'r/d', 'r/e', 's/a')
        const first = await store.list({ prefix: 'r/', limit: 2 })
        expect(first).toMatchObject({ revision: store.revision, more: true, remaining: 3 })
        expect(first.records.map(({ key }) => key)).toEqual(['r/a', 'r/b'])
        const second = await store.list({ prefix: 'r/', limit: 2, after: 'r/b' })
        expect(second).toMatchObject({ more: true, remaining: 1 })
        const third = await store.list({ prefix: 'r/', limit: 2, after: 'r/d' })
        expect(third).toMatchObject({ more: false, remaining: 0 })
        expect(third.records.map(({ key }) => key)).toEqual(['r/e'])
        const exact = await store.list({ prefix: 'r/', limit: 5 })
        expect(exact).toMatchObject({ more: false, remaining: 0 })
      })

      test('a first page counts what is behind it, whatever came and went since the last one', async () => {
        const remaining = async (prefix: string) => (await store.list({ prefix, limit: 1 })).remaining
        await write('r/a', 'r/b', 'r/c', 's/a')
        expect([await remaining('r/'), await remaining('')]).toEqual([2, 3])
        await write('r/d', 's/b')
        await store.write('r/a', put('changed'))
        expect([await remaining('r/'), await remaining('')]).toEqual([3, 5])
        await store.write('r/b', remove())
        await store.write('s/a', remove())
        expect([await remaining('r/'), await remaining('')]).toEqual([2, 3])
        await write('r/b')
        await store.purge('s/')
        expect([await remaining('r/'), await remaining('')]).toEqual([3, 3])
      })

      test('a list of everything is one page', async () => {
        await write('r/a', 'r/b')
        expect(await store.list({ prefix: 'r/' })).toMatchObject({ more: false, remaining: 0 })
      })

      test('pages of one revision do not notice what is written meanwhile', async () => {
        await write('r/a', 'r/b', 'r/c', 'r/d')
        const { revision } = await store.list({ prefix: 'r/', limit: 1 })
        await store.write('r/b', put('changed'))
        await store.write('r/b', put('changed again'))
        await store.write('r/c', remove())
        await store.write('r/bb', put('new'))
        const rest = await store.list({ prefix: 'r/', after: 'r/a', revision, limit: 2 })
        expect(rest.records.map(({ text }) => text)).toEqual(['r/b', 'r/c'])
        expect(rest).toMatchObject({ revision, more: true, remaining: 1 })
      })

      test('a past state shows deleted records, and not those made since', async () => {
        await write('r/a', 'r/b')
        const then = store.revision
        await store.write('r/a', remove())
        const between = store.revision
        await store.write('r/a', put('again'))
        await write('r/c')
        const texts = async (revision?: number) =>
          (await store.list({ prefix: 'r/', revision })).records.map(({ text }) => text)
        expect(await texts(then)).toEqual(['r/a', 'r/b'])
        expect(await texts(between)).toEqual(['r/b'])
        expect(await texts()).toEqual(['again', 'r/b', 'r/c'])
      })

      test('a revision that has not happened is refused', async () => {
        const requested = store.revision + 1
        const error = await store.list({ prefix: '', revision: requested }).catch((reason) => reason)
        expect(error).toBeInstanceOf(FutureRevision)
        expect(error).toMatchObject({ requested, current: store.revision })
      })
    })

    describe('terms', () => {
      test('select the records that carry them, below the prefix, in order', async () => {
        await store.write('r/b', put('b', { addTerms: ['app=web', 'owner=1'] }))
        await store.write('r/a', put('a', { addTerms: ['app=web'] }))
        await store.write('s/a', put('s', { addTerms: ['app=web'] }))
        await store.write('r/c', put('c', { addTerms: ['app=webx'] }))
        expect((await store.listByTerm('r/', 'app=web')).map(({ text }) => text)).toEqual(['a', 'b'])
        expect((await store.listByTerm('r/', 'owner=1')).map(({ text }) => text)).toEqual(['b'])
        expect(await store.listByTerm('r/', 'owner=2')).toEqual([])
      })

      test('stay until they are removed, and show the newest text', async () => {
        await store.write('r/a', put('one', { addTerms: ['x', 'y'] }))
        await store.write('r/a', put('two', { addTerms: ['x'], removeTerms: ['y'] }))
        expect((await store.listByTerm('r/', 'x')).map(({ text }) => text)).toEqual(['two'])
        expect(await store.listByTerm('r/', 'y')).toEqual([])
      })

      test('do not show deleted records', async () => {
        await store.write('r/a', put('one', { addTerms: ['x'] }))
        await store.write('r/a', () => ({ type: 'delete', text: '', removeTerms: ['x'] }))
        expect(await store.listByTerm('r/', 'x')).toEqual([])
        await store.write('r/a', put('two'))
        expect(await store.listByTerm('r/', 'x')).toEqual([])
      })

      test('of a write that was refused do not count', async () => {
        await Promise.allSettled([
          store.write('r/a', () => {
            throw new Error('refused')
          }),
          store.write('r/b', put('b', { addTerms: ['x'] })),
        ])
        expect((await store.listByTerm('', 'x')).map(({ key }) => key)).toEqual(['r/b'])
      })
    })

    describe('watching', () => {
      test('tells what happened, then what happens, once and in order', async () => {
        const start = store.revision
        await store.write('r/a', put('1'))
        await store.write('r/a', put('2'))
        const { changes, caughtUp } = await record(store, 'r/', start)
        await store.write('r/a', remove('3'))
        await store.write('r/a', put('4'))
        await caughtUp()
        expect(changes.map(brief)).toEqual([
          'created r/a 1',
          'updated r/a 2',
          'deleted r/a 3',
          'created r/a 4',
        ])
        expect(changes.map(({ revision }) => revision)).toEqual([start + 1, start + 2, start + 3, start + 4])
      })

      test.each(['live', 'replayed'])('%s changes carry the record that they replaced', async (mode) => {
        const start = store.revision
        const early = mode === 'live' ? await record(store, 'r/', start) : undefined
        await store.write('r/a', put('1'))
        await store.write('r/a', put('2'))
        await store.write('r/a', remove('3'))
        await store.write('r/a', put('4'))
        const changes = await (early ?? (await record(store, 'r/', start))).caughtUp()
        expect(changes.map(({ previous }) => previous)).toEqual([
          undefined,
          { key: 'r/a', revision: start + 1, text: '1' },
          { key: 'r/a', revision: start + 2, text: '2' },
          undefined,
        ])
      })

      test('tells only of keys below the prefix', async () => {
        const prefixes = ['', 'p/', 'p/1/', 'p/1/x/', 'p/10/', 'p/1/x/a']
        const watches = await Promise.all(prefixes.map((prefix) => record(store, prefix, store.revision)))
        for (const key of ['p/1/x/a', 'p/1/x/b', 'p/10/x/a', 'q/1', 'p']) await store.write(key, put(key))
        const heard = watches.map(({ changes }) => changes.map(({ key }) => key))
        expect(heard).toEqual([
          ['p/1/x/a', 'p/1/x/b', 'p/10/x/a', 'q/1', 'p'],
          ['p/1/x/a', 'p/1/x/b', 'p/10/x/a'],
          ['p/1/x/a', 'p/1/x/b'],
          ['p/1/x/a', 'p/1/x/b'],
          ['p/10/x/a'],
          ['p/1/x/a'],
        ])
      })

      test('tells of a change before the writer is answered, and after its commit', async () => {
        const order: string[] = []
        let read: Promise<unknown> | undefined
        await store.watch('r/', store.revision, () => {
          order.push('told')
          read = store.read('r/a')
        })
        await store.write('r/a', put('a'))
        order.push('answered')
        expect(order).toEqual(['told', 'answered'])
        expect(await read).toMatchObject({ text: 'a' })
      })

      test('a closed subscription hears nothing more, closed in its own call or in that of another', async () => {
        const heard: string[] = []
        const second = await record(store, 'r/', store.revision)
        const first = await store.watch('r/', store.revision, (changes) => {
          heard.push(...changes.map(brief))
          first.close()
          second.subscription.close()
        })
        await store.write('r/a', put('1'))
        const heardBySecond = second.changes.length
        await store.write('r/a', put('2'))
        expect(heard).toEqual(['created r/a 1'])
        expect(second.changes).toHaveLength(heardBySecond)
      })

      test('a subscription closed while it catches up hears nothing', async () => {
        const start = store.revision
        await store.write('r/a', put('1'))
        const { changes, subscription } = await record(store, 'r/', start)
        subscription.close()
        await turn()
        await turn()
        expect(changes).toEqual([])
      })

      test('a subscription opened in the midst of a delivery hears every later change once', async () => {
        const late: string[] = []
        const opening: Promise<unknown>[] = []
        await store.watch('r/', store.revision, () => {
          if (opening.length > 0) return
          opening.push(
            store.watch('r/', store.revision, (changes) => {
              late.push(...changes.map(brief))
            }),
          )
        })
        await store.write('r/a', put('1'))
        await Promise.all(opening)
        await store.write('r/a', put('2'))
        expect(late).toEqual(['updated r/a 2'])
      })

      test('a long past is told completely while more happens', async () => {
        const start = store.revision
        const names = Array.from({ length: 1500 }, (_, index) => `r/${index}`)
        await Promise.all(names.map((key) => store.write(key, put(key))))
        const watch = await record(store, 'r/', start)
        for (let index = 0; index < 5; index++) await store.write(`r/more-${index}`, put('more'))
        const revisions = (await watch.caughtUp()).map(({ revision }) => revision)
        expect(revisions).toEqual(Array.from({ length: 1505 }, (_, index) => start + 1 + index))
      })

      test('a listener that returns a promise is left alone until it is kept, and misses nothing', async () => {
        let proceed = () => {}
        const heard: string[][] = []
        const subscription = await store.watch('r/', store.revision, (changes) => {
          heard.push(changes.map(brief))
          return new Promise<void>((resolve) => {
            proceed = resolve
          })
        })
        await store.write('r/a', put('1'))
        const { revision } = store
        for (const text of ['2', '3']) await store.write('r/a', put(text))
        expect(heard).toEqual([['created r/a 1']])
        expect(subscription.revision).toBe(revision)
        proceed()
        while (subscription.revision < store.revision) await turn()
        expect(heard).toEqual([['created r/a 1'], ['updated r/a 2', 'updated r/a 3']])
      })

      test('a listener so slow that its place has been compacted is told so and nothing else', async () => {
        const lost: Error[] = []
        let proceed = () => {}
        let calls = 0
        await store.watch(
          'r/',
          store.revision,
          () => {
            calls++
            return new Promise<void>((resolve) => {
              proceed = resolve
            })
          },
          (reason) => lost.push(reason),
        )
        for (const text of ['1', '2', '3']) await store.write('r/a', put(text))
        await store.compact(store.revision)
        proceed()
        await turn()
        await store.write('r/a', put('4'))
        await turn()
        expect(lost).toEqual([expect.any(Compacted)])
        expect(calls).toBe(1)
      })

      test('a revision that has not happened is refused', async () => {
        const requested = store.revision + 1
        await expect(store.watch('', requested, () => {})).rejects.toBeInstanceOf(FutureRevision)
      })
    })

    describe('compaction', () => {
      test('keeps current records and forgets what happened before', async () => {
        const start = store.revision
        await store.write('r/a', put('1'))
        await store.write('r/a', put('2'))
        await store.write('r/b', put('1'))
        await store.write('r/b', remove())
        await store.compact(store.revision)
        expect(store.compactedRevision).toBe(store.revision)
        expect((await store.list({ prefix: '' })).records.map(({ text }) => text)).toEqual(['2'])
        const errors = await Promise.all([
          store.watch('', start, () => {}).catch((reason) => reason),
          store.list({ prefix: '', revision: start + 1 }).catch((reason) => reason),
        ])
        for (const error of errors) {
          expect(error).toBeInstanceOf(Compacted)
          expect(error).toMatchObject({ oldest: store.compactedRevision })
        }
      })

      test('leaves everything after it readable: lists, watches and what they replaced', async () => {
        await store.write('r/a', put('1'))
        await store.write('r/b', put('1'))
        const kept = store.revision
        await store.write('r/a', put('2'))
        await store.write('r/b', remove())
        await store.compact(kept)
        expect((await store.list({ prefix: '', revision: kept })).records.map(({ text }) => text)).toEqual([
          '1',
          '1',
        ])
        const { changes, caughtUp } = await record(store, '', kept)
        await caughtUp()
        expect(changes.map((change) => `${brief(change)} was ${change.previous?.text}`)).toEqual([
          'updated r/a 2 was 1',
          'deleted r/b last words was 1',
        ])
      })

      test('goes forwards only, and not into the future', async () => {
        for (const text of ['1', '2', '3']) await store.write('r/a', put(text))
        const { revision } = store
        await store.compact(revision)
        await store.compact(revision - 1)
        expect(store.compactedRevision).toBe(revision)
        await expect(store.compact(revision + 1)).rejects.toBeInstanceOf(FutureRevision)
      })

      test('of a deletion leaves no trace of the key, and it can be made again', async () => {
        await store.write('r/a', put('1'))
        await store.write('r/a', remove())
        await store.compact(store.revision)
        const { revision } = store
        const { changes } = await record(store, '', revision)
        await store.write('r/a', put('2'))
        expect(store.revision).toBe(revision + 1)
        expect(changes).toMatchObject([{ type: 'created', previous: undefined }])
      })
    })

    describe('purging', () => {
      test('removes everything below the prefix, terms and past too, and tells nobody', async () => {
        for (const key of ['p/1/a', 'p/1/b', 'p/10/a']) {
          await store.write(key, put('1', { addTerms: ['x'] }))
          await store.write(key, put('2'))
        }
        await store.write('p/1/b', remove())
        const { revision } = store
        const { changes } = await record(store, '', revision)
        await store.purge('p/1/')
        expect(changes).toEqual([])
        expect(store.revision).toBe(revision)
        expect(await keys({ prefix: '' })).toEqual(['p/10/a'])
        expect((await store.listByTerm('', 'x')).map(({ key }) => key)).toEqual(['p/10/a'])
        const past = await record(store, '', store.compactedRevision)
        expect((await past.caughtUp()).map(brief)).toEqual(['created p/10/a 1', 'updated p/10/a 2'])
        await store.write('p/1/a', put('new'))
        expect((await store.listByTerm('', 'x')).map(({ key }) => key)).toEqual(['p/10/a'])
        expect(store.revision).toBe(revision + 1)
      })

      test('lists that are being read in pages count what is left afterwards', async () => {
        for (const key of ['p/0', 'p/1/a', 'p/1/b', 'p/2', 'p/3']) await store.write(key, put(key))
        expect((await store.list({ prefix: 'p/', limit: 1 })).remaining).toBe(4)
        await store.purge('p/1/')
        expect(await store.list({ prefix: 'p/', after: 'p/0', limit: 1 })).toMatchObject({
          records: [{ key: 'p/2' }],
          remaining: 1,
        })
      })

      test('takes more records than one step', async () => {
        const names = Array.from({ length: 230 }, (_, index) => `p/1/${index}`)
        await Promise.all(names.map((key) => store.write(key, put(key, { addTerms: [key] }))))
        await store.write('p/2', put('stays', { addTerms: ['p/1/7'] }))
        await store.purge('p/1/')
        expect(await keys({ prefix: 'p/' })).toEqual(['p/2'])
        expect((await store.listByTerm('', 'p/1/7')).map(({ key }) => key)).toEqual(['p/2'])
      })
    })

    describe('closing', () => {
      test('commits what waits, and then refuses everything', async () => {
        const { changes } = await record(store, '', store.revision)
        const writing = store.write('r/a', put('1'))
        await store.close()
        expect((await writing).type).toBe('put')
        expect(changes.map(brief)).toEqual(['created r/a 1'])
        await expect(store.read('r/a')).rejects.toThrow('the store is closed')
        await expect(store.write('r/a', put('2'))).rejects.toThrow('the store is closed')
        await expect(store.list({ prefix: '' })).rejects.toThrow('the store is closed')
        await store.close()
      })

      test('in the midst of a delivery leaves out nobody', async () => {
        const ending: Promise<unknown>[] = []
        await store.watch('', store.revision, () => {
          if (ending.length === 0) ending.push(store.write('r/b', put('2')), store.close())
        })
        const { changes } = await record(store, '', store.revision)
        await store.write('r/a', put('1'))
        await Promise.all(ending)
        expect(changes.map(brief)).toEqual(['created r/a 1', 'created r/b 2'])
      })

      test('leaves nobody who catches up behind with an error', async () => {
        const start = store.revision
        await store.write('r/a', put('1'))
        const lost: Error[] = []
        await store.watch(
          'r/',
          start,
          () => {},
          (reason) => lost.push(reason),
        )
        await store.close()
        await turn()
        expect(lost).toEqual([])
      })
    })
  })
}
