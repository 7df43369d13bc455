import { readdirSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import { put } from '../contracts/store.contract.ts'
import { createManualClock } from './support/manual-clock.ts'
import { openStore, useFolder } from './support/open-store.ts'

const state = useFolder()

const logSize = () => statSync(`${state.path}-wal`).size

async function writeOneByOne(store: Store, from: number, through: number): Promise<void> {
  for (let index = from; index <= through; index++) await store.write(`r/${index}`, put('x'.repeat(2000)))
}

test('where much was written, the log is empty when the work is over, and is written to again', async () => {
  const clock = createManualClock()
  const store = openStore(state.path, { clock })
  await writeOneByOne(store, 1, 250)
  expect(logSize()).toBeGreaterThan(0)
  // The first window has seen many changes, the second none.
  clock.advance(2000)
  clock.advance(2000)
  await expect.poll(logSize).toBe(0)
  await writeOneByOne(store, 251, 500)
  expect(logSize()).toBeGreaterThan(0)
  await store.close()
  expect(readdirSync(state.folder)).toEqual(['state.db'])

  const again = openStore(state.path)
  expect((await again.list({ prefix: '' })).records).toHaveLength(500)
  expect(again.revision).toBe(501)
  await again.close()
})

test('where little is written, nobody empties the log but the commits', async () => {
  const clock = createManualClock()
  const store = openStore(state.path, { clock })
  for (let window = 0; window < 5; window++) {
    await writeOneByOne(store, window * 30 + 1, window * 30 + 30)
    clock.advance(2000)
  }
  clock.advance(2000)
  const size = logSize()
  expect(size).toBeGreaterThan(0)
  await store.close()
  expect(readdirSync(state.folder)).toEqual(['state.db'])
})

test('a store that is closed amid its work has lost nothing', async () => {
  for (let round = 0; round < 5; round++) {
    const store = openStore(state.path)
    const writes = Array.from({ length: 300 }, (_, index) =>
      store.write(`r/${round}/${index}`, put('x'.repeat(500))),
    )
    await writes[round * 60]
    await store.close()
    await Promise.all(writes)
    expect(readdirSync(state.folder)).toEqual(['state.db'])
    const again = openStore(state.path)
    expect((await again.list({ prefix: `r/${round}/` })).records).toHaveLength(300)
    await again.close()
  }
})
