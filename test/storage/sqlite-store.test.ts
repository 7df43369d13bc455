import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { StorageFailed } from '../../src/storage/storage-failed.ts'
import type { Store } from '../../src/storage/store.ts'
import { put, record, remove, turn } from '../contracts/store.contract.ts'
import { createManualClock } from './support/manual-clock.ts'
import { openStore, useFolder } from './support/open-store.ts'

const state = useFolder()

/** What lies in the file. */
function look<T>(sql: string): T[] {
  const database = new Database(state.path, { readonly: true })
  try {
    return database.prepare<[], T>(sql).all()
  } finally {
    database.close()
  }
}

const rows = () => look<{ revision: number }>('SELECT revision FROM log').map(({ revision }) => revision)

async function writeMany(store: Store, count: number, text = 'x'): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => store.write(`r/${index}`, put(text))))
}

describe('a store on disk', () => {
  test('starts at revision 1, as revision 0 has a meaning of its own', async () => {
    const store = openStore(state.path)
    expect(store.revision).toBe(1)
    await store.close()
  })

  test('holds after a restart what it held before', async () => {
    const first = openStore(state.path)
    await first.write('r/a', put('1', { addTerms: ['x'] }))
    await first.write('r/a', put('2'))
    await first.write('r/b', put('1'))
    await first.write('r/b', remove())
    await first.compact(2)
    const { revision } = first
    await first.close()

    const second = openStore(state.path)
    expect(second.revision).toBe(revision)
    expect(second.compactedRevision).toBe(2)
    expect((await second.list({ prefix: '' })).records).toEqual([{ key: 'r/a', revision: 3, text: '2' }])
    expect(await second.listByTerm('', 'x')).toHaveLength(1)
    const watch = await record(second, '', 2)
    expect((await watch.caughtUp()).map(({ type }) => type)).toEqual(['updated', 'created', 'deleted'])
    await second.close()
  })

  test.each([
    ['compacted', (store: Store) => store.compact(store.revision)],
    ['purged', (store: Store) => store.purge('r/')],
  ])('never gives a revision twice, though the newest row was %s', async (_, forget) => {
    const first = openStore(state.path)
    await first.write('r/a', put('1'))
    await first.write('r/a', remove())
    await forget(first)
    const { revision } = first
    await first.close()
    expect(rows()).toEqual([])
    const second = openStore(state.path)
    expect(second.revision).toBe(revision)
    await second.close()
  })

  test('can be read by its owner alone', async () => {
    const store = openStore(state.path)
    await store.write('r/a', put('secret'))
    expect(statSync(state.path).mode & 0o777).toBe(0o600)
    expect(statSync(`${state.path}-wal`).mode & 0o777).toBe(0o600)
    await store.close()
  })

  test('answers writes with full durability too', async () => {
    const store = openStore(state.path, { durability: 'full' })
    await store.write('r/a', put('1'))
    expect((await store.read('r/a'))?.text).toBe('1')
    await store.close()
  })

  test('stores each text once', async () => {
    const store = openStore(state.path)
    await writeMany(store, 1000, 'x'.repeat(3000))
    await store.close()
    expect(statSync(state.path).size).toBeLessThan(1000 * 3000 * 1.5)
  })
})

describe('compaction', () => {
  test('removes the rows that nobody may ask for, and no others', async () => {
    const store = openStore(state.path)
    await store.write('r/a', put('2'))
    await store.write('r/a', put('3'))
    await store.write('r/b', put('4'))
    await store.write('r/b', remove('5'))
    await store.write('r/a', put('6'))
    await store.write('r/b', put('7'))
    await store.compact(5)
    expect(rows()).toEqual([3, 6, 7])
    await store.compact(7)
    expect(rows()).toEqual([6, 7])
    await store.close()
  })

  test('forgets deleted keys', async () => {
    const store = openStore(state.path)
    await writeMany(store, 20)
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.write(`r/${index}`, remove(''))))
    await store.compact(store.revision)
    expect(look('SELECT * FROM keys')).toEqual([])
    expect(rows()).toEqual([])
    await store.close()
  })

  test('takes small steps, and others get their turn in between', async () => {
    const store = openStore(state.path)
    for (let round = 0; round < 3; round++) await writeMany(store, 300)
    let done = false
    const compacting = store.compact(store.revision).then(() => {
      done = true
    })
    await store.write('r/meanwhile', put('x'))
    expect(done).toBe(false)
    await compacting
    expect(rows()).toHaveLength(301)
    await store.close()
  })

  test('goes on after a restart where it was interrupted', async () => {
    const first = openStore(state.path)
    for (let round = 0; round < 2; round++) await writeMany(first, 300)
    const interrupted = first.compact(first.revision)
    const closing = first.close()
    await expect(interrupted).rejects.toThrow('the store is closed')
    await closing
    expect(rows().length).toBeGreaterThan(300)

    const second = openStore(state.path)
    await second.compact(second.compactedRevision)
    expect(rows()).toHaveLength(300)
    await second.close()
  })
})

describe('retention', () => {
  const minute = 60_000

  test('forgets by itself what is older than five minutes, and keeps what is younger', async () => {
    const clock = createManualClock()
    const store = openStore(state.path, { clock })
    await store.write('r/a', put('1'))
    await store.write('r/a', put('2'))
    const old = store.revision
    clock.advance(4 * minute)
    await store.write('r/a', put('3'))
    clock.advance(2 * minute)
    expect(store.compactedRevision).toBe(old)
    clock.advance(10 * minute)
    expect(store.compactedRevision).toBe(store.revision)
    await store.close()
  })

  test('never forgets what is younger than that, while there are few changes', async () => {
    const clock = createManualClock()
    const store = openStore(state.path, { clock })
    for (let second = 0; second < 600; second += 10) {
      await store.write('r/a', put(String(second)))
      const fiveMinutesAgo = store.revision - 30
      expect(store.compactedRevision).toBeLessThanOrEqual(Math.max(0, fiveMinutesAgo))
      clock.advance(10_000)
    }
    await store.close()
  })

  test('keeps a limited number of changes, however young', async () => {
    const store = openStore(state.path, { limits: { keepChanges: 100 } })
    for (let round = 0; round < 20; round++) {
      await writeMany(store, 50)
      expect(store.revision - store.compactedRevision).toBeLessThanOrEqual(160)
    }
    await store.compact(store.compactedRevision)
    expect(rows().length).toBeLessThanOrEqual(160)
    await store.close()
  })

  test('lets go of what it kept of records, and reads them again', async () => {
    const store = openStore(state.path)
    const decoded = { metadata: { name: 'a' } }
    await store.write('r/a', () => ({ type: 'put', text: '1', decoded }))
    expect((await store.read('r/a'))?.decoded).toBe(decoded)
    store.releaseMemory()
    expect(await store.read('r/a')).toEqual({ key: 'r/a', revision: 2, text: '1' })
    await store.close()
  })

  test('sets no timer for an idle store', async () => {
    const clock = createManualClock()
    const store = openStore(state.path, { clock })
    await store.write('r/a', put('1'))
    expect(clock.timers).toBe(1)
    clock.advance(20 * minute)
    expect(clock.timers).toBe(0)
    await store.write('r/a', put('2'))
    expect(clock.timers).toBe(1)
    await store.close()
    expect(clock.timers).toBe(0)
  })
})

describe('a record', () => {
  test('does not grow beyond the limit, in bytes; what is refused takes nobody along', async () => {
    const store = openStore(state.path, { limits: { objectBytes: 10 } })
    const results = await Promise.allSettled([
      store.write('r/a', put('x'.repeat(10))),
      store.write('r/b', put('x'.repeat(11))),
      store.write('r/c', put('é'.repeat(5))),
      store.write('r/d', put('é'.repeat(6))),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
    expect(results[3]).toMatchObject({ reason: { name: 'RecordTooLarge', size: 12, limit: 10 } })
    expect((await store.list({ prefix: '' })).records.map(({ key }) => key)).toEqual(['r/a', 'r/c'])
    expect(store.revision).toBe(3)
    await store.close()
  })

  test('that is longer already may shrink, end and go', async () => {
    const before = openStore(state.path)
    await before.write('r/a', put('x'.repeat(100)))
    await before.close()
    const store = openStore(state.path, { limits: { objectBytes: 10 } })
    const longer = { type: 'put', text: 'x'.repeat(100) } as const
    await expect(store.write('r/a', put('x'.repeat(101)))).rejects.toThrow(
      'the record would be 101 bytes long; the limit is 10',
    )
    await store.write('r/a', put('y'.repeat(100)))
    await store.write('r/a', put('y'.repeat(90)))
    await expect(store.write('r/a', () => longer)).rejects.toThrow('the limit is 10')
    await store.write('r/a', () => ({ ...longer, ends: true }))
    await store.write('r/a', () => ({ type: 'delete', text: 'x'.repeat(102) }))
    expect(await store.read('r/a')).toBeUndefined()
    await store.close()
  })
})

describe('writes that arrive together', () => {
  test('share commits of a limited size', async () => {
    const store = openStore(state.path, { limits: { writesPerCommit: 64 } })
    const commits: number[] = []
    await store.watch('', store.revision, (changes) => {
      commits.push(changes.length)
    })
    await writeMany(store, 150)
    expect(commits).toEqual([64, 64, 22])
    await store.close()
  })

  test('share a commit for a limited time', async () => {
    const clock = createManualClock()
    const store = openStore(state.path, { clock, limits: { commitDuration: 50 } })
    const commits: number[] = []
    await store.watch('', store.revision, (changes) => {
      commits.push(changes.length)
    })
    const slow = (milliseconds: number) => () => {
      clock.advance(milliseconds)
      return { type: 'put', text: 'x' } as const
    }
    const refuseSlowly = () => {
      clock.advance(60)
      throw new Error('refused')
    }
    const results = await Promise.allSettled([
      ...[20, 20, 20, 60, 10].map((each, index) => store.write(`r/${index}`, slow(each))),
      store.write('r/refused', refuseSlowly),
      ...[10, 10].map((each, index) => store.write(`s/${index}`, slow(each))),
    ])
    expect(commits).toEqual([3, 1, 1, 2])
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect((await store.list({ prefix: '' })).records).toHaveLength(7)
    await store.close()
  })

  test('all fail when the commit does, and nobody hears of any; the store goes on', async () => {
    const store = openStore(state.path, { limits: { maximumBytes: 512 * 1024 } })
    await store.write('r/a', put('small'))
    const { revision } = store
    const { changes } = await record(store, '', revision)
    const large = 'x'.repeat(300_000)
    const results = await Promise.allSettled([
      store.write('r/a', put('changed')),
      store.write('r/b', put(large)),
      store.write('r/c', put(large)),
      store.write('r/d', () => {
        throw new Error('refused')
      }),
    ])
    const failure = expect.any(StorageFailed)
    expect(results).toEqual(Array.from({ length: 4 }, () => ({ status: 'rejected', reason: failure })))
    expect(results[0]).toMatchObject({
      reason: { message: expect.stringContaining('no space is left'), code: 'SQLITE_FULL' },
    })
    expect(changes).toEqual([])
    expect(store.revision).toBe(revision)
    expect((await store.read('r/a'))?.text).toBe('small')

    await store.write('r/b', put(large))
    await expect(store.write('r/c', put(large))).rejects.toBeInstanceOf(StorageFailed)
    await store.write('r/b', remove(''))
    await store.compact(store.revision)
    await store.write('r/c', put(large))
    expect(changes.map(({ revision: at }) => at)).toEqual([revision + 1, revision + 2, revision + 3])
    await store.close()
  })

  test('may not ask the store from inside a transform', async () => {
    const store = openStore(state.path)
    let read: Promise<unknown> = Promise.resolve()
    await store.write('r/a', () => {
      read = store.read('r/a')
      read.catch(() => {})
      return { type: 'none' }
    })
    await expect(read).rejects.toThrow('a transform may not ask the store')
    await store.close()
  })
})

describe('a listener that throws', () => {
  test('leaves no writer without an answer, even when its report throws too', async () => {
    const turns: (() => void)[] = []
    const store = openStore(state.path, {
      schedule: (action) => turns.push(action),
      onListenerError: (error) => {
        throw error
      },
    })
    await store.watch('r/', store.revision, () => {
      throw new Error('listener')
    })
    const writing = store.write('r/a', put('1'))
    expect(() => turns.shift()?.()).toThrow('listener')
    expect(await writing).toMatchObject({ type: 'put' })
    await store.close()
  })

  test('is reported, disturbs no other and is called again', async () => {
    const errors: unknown[] = []
    const store = openStore(state.path, { onListenerError: (error) => errors.push(error) })
    const failure = new Error('listener')
    await store.watch('r/', store.revision, () => {
      throw failure
    })
    await store.watch('r/', store.revision, async () => {
      throw failure
    })
    const { changes } = await record(store, 'r/', store.revision)
    await store.write('r/a', put('1'))
    await turn()
    await store.write('r/a', put('2'))
    await turn()
    expect(errors).toEqual([failure, failure, failure, failure])
    expect(changes).toHaveLength(2)
    await store.close()
  })
})
