import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import { put } from '../contracts/store.contract.ts'
import { createManualClock } from './support/manual-clock.ts'
import { makeFolder, openStore } from './support/open-store.ts'

let folder: ReturnType<typeof makeFolder>
let path: string
beforeEach(() => {
  folder = makeFolder()
  path = join(folder.path, 'state.db')
})
afterEach(() => folder.remove())

const logSize = () => statSync(`${path}-wal`).size

async function writeOneByOne(store: Store, from: number, through: number): Promise<void> {
  for (let index = from; index <= through; index++) await store.write(`r/${index}`, put('x'.repeat(2000)))
}

test('where much was written, the log is empty when the work is over, and is written to again', async () => {
  const clock = createManualClock()
  const store = openStore(path, { clock })
  await writeOneByOne(store, 1, 250)
  expect(logSize()).toBeGreaterThan(0)
  // The first window has seen many changes, the second none.
  clock.advance(2000)
  clock.advance(2000)
  await expect.poll(logSize).toBe(0)
  await writeOneByOne(store, 251, 500)
  expect(logSize()).toBeGreaterThan(0)
  await store.close()
  expect(readdirSync(folder.path)).toEqual(['state.db'])

  const again = openStore(path)
  expect((await again.list({ prefix: '' })).records).toHaveLength(500)
  expect(again.revision).toBe(501)
  await again.close()
})

test('where little is written, nobody empties the log but the commits', async () => {
  const clock = createManualClock()
  const store = openStore(path, { clock })
  for (let window = 0; window < 5; window++) {
    await writeOneByOne(store, window * 30 + 1, window * 30 + 30)
    clock.advance(2000)
  }
  clock.advance(2000)
  const size = logSize()
  expect(size).toBeGreaterThan(0)
  await store.close()
  expect(readdirSync(folder.path)).toEqual(['state.db'])
})

test('a store that is closed amid its work has lost nothing', async () => {
  for (let round = 0; round < 5; round++) {
    const store = openStore(path)
    const writes = Array.from({ length: 300 }, (_, index) =>
      store.write(`r/${round}/${index}`, put('x'.repeat(500))),
    )
    await writes[round * 60]
    await store.close()
    await Promise.all(writes)
    expect(readdirSync(folder.path)).toEqual(['state.db'])
    const again = openStore(path)
    expect((await again.list({ prefix: `r/${round}/` })).records).toHaveLength(300)
    await again.close()
  }
})
