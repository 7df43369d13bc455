import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { UnusableState } from '../../src/storage/unusable-state.ts'
import { put } from '../contracts/store.contract.ts'
import { openStore, useFolder } from './support/open-store.ts'

const state = useFolder()

async function makeState(): Promise<void> {
  const store = openStore(state.path)
  const text = 'x'.repeat(3000)
  await Promise.all(Array.from({ length: 200 }, (_, index) => store.write(`r/${index}`, put(text))))
  await store.close()
}

function refusal(path = state.path): Error {
  try {
    openStore(path)
  } catch (error) {
    return error as Error
  }
  throw new Error('the state was opened')
}

describe('a state that cannot be used is refused, said why, and left as it is', () => {
  test.each([
    [
      'a file that is not a database',
      () => writeFileSync(state.path, 'hello '.repeat(1000)),
      'not an SQLite database',
    ],
    ['a short file that is not a database', () => writeFileSync(state.path, '{}'), 'not an SQLite database'],
    [
      'a database of another program',
      () => void new Database(state.path).exec('CREATE TABLE mine (a)').close(),
      'a database of another program',
    ],
    [
      'a state of a newer version',
      () => makeState().then(() => void new Database(state.path).exec('PRAGMA user_version = 7').close()),
      'written by a newer version (schema 7; this one knows schemas up to 1)',
    ],
    [
      'a state of an unknown version',
      () => makeState().then(() => void new Database(state.path).exec('PRAGMA user_version = -3').close()),
      'its schema version -3 is unknown',
    ],
    [
      'a state that was cut off',
      () => makeState().then(() => truncateSync(state.path, Math.floor(statSync(state.path).size / 2))),
      'it is damaged',
    ],
    [
      'a state with a page of garbage in the middle',
      async () => {
        await makeState()
        const bytes = readFileSync(state.path)
        bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 8192)
        writeFileSync(state.path, bytes)
      },
      'it is damaged',
    ],
  ])('%s', async (_, make, reason) => {
    await make()
    const before = readFileSync(state.path)
    const error = refusal()
    expect(error).toBeInstanceOf(UnusableState)
    expect(error.message).toContain(`the state in ${state.path} cannot be used: `)
    expect(error.message).toContain(reason)
    expect(error.message).toMatch(/Move the file away to start with an empty state, or use another folder\.$/)
    expect(readFileSync(state.path).equals(before)).toBe(true)
  })

  test('a folder that does not exist', () => {
    const path = join(state.folder, 'missing', 'state.db')
    expect(refusal(path)).toBeInstanceOf(UnusableState)
    expect(refusal(path).message).toContain('Make sure that the folder exists')
  })

  test('a folder in the place of the file', () => {
    mkdirSync(state.path)
    expect(refusal()).toBeInstanceOf(UnusableState)
  })

  test('a state that another program holds locked', async () => {
    await makeState()
    const other = new Database(state.path)
    other.pragma('locking_mode = EXCLUSIVE')
    other.exec('BEGIN EXCLUSIVE')
    expect(refusal().message).toContain('another program holds it locked')
    other.close()
  })
})

test('an empty file is a new state', async () => {
  writeFileSync(state.path, '')
  const store = openStore(state.path)
  expect(store.revision).toBe(1)
  await store.close()
})
