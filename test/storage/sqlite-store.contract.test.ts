import { join } from 'node:path'
import { describeStore, type OpenedStore } from '../contracts/store.contract.ts'
import { describeStoreLaws } from '../contracts/store-laws.contract.ts'
import { makeFolder, openStore } from './support/open-store.ts'

async function inMemory(): Promise<OpenedStore> {
  const store = openStore(':memory:')
  return { store, dispose: () => store.close() }
}

async function onDisk(): Promise<OpenedStore> {
  const folder = makeFolder()
  const store = openStore(join(folder.path, 'state.db'))
  return {
    store,
    async dispose() {
      await store.close()
      folder.remove()
    },
  }
}

describeStore('SQLite in memory', inMemory)
describeStore('SQLite on disk', onDisk)
describeStoreLaws('SQLite in memory', 150, inMemory)
describeStoreLaws('SQLite on disk', 20, onDisk)
