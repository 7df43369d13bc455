import { expect, test } from 'vitest'
import { createRecordCache } from '../../src/storage/record-cache.ts'
import type { Change, StoredRecord } from '../../src/storage/store.ts'

const record = (key: string, revision: number, length = 10): StoredRecord => ({
  key,
  revision,
  text: 'x'.repeat(length),
})

const change = (type: Change['type'], key: string, revision: number): Change => ({
  ...record(key, revision),
  type,
  previous: undefined,
})

test('the texts of kept records are never longer together than the capacity; the last used stay', () => {
  const cache = createRecordCache(100)
  const kept = () => Array.from({ length: 30 }, (_, index) => `a/${index}`).filter((key) => cache.get(key))
  for (let count = 0; count < 30; count++) {
    cache.add(record(`a/${count}`, count))
    expect(cache.get('a/0')).toBeDefined()
  }
  expect(kept()).toEqual(expect.arrayContaining(['a/0', 'a/26', 'a/27', 'a/28', 'a/29']))
  expect(kept().length).toBeLessThanOrEqual(10)
  cache.add(record('a/29', 30, 26))
  expect(cache.get('a/29')).toBeUndefined()
  for (let length = 10; length <= 25; length++) cache.add(record('a/28', 31, length))
  expect(kept().length).toBeLessThanOrEqual(8)
})

test('a commit replaces and removes records, with what they mean', () => {
  const cache = createRecordCache(1000)
  const decoded = { metadata: { name: 'one' } }
  cache.add(record('a/one', 1))
  cache.add(record('a/two', 2))
  cache.notice([{ ...change('updated', 'a/one', 3), decoded }, change('deleted', 'a/two', 4)])
  expect(cache.get('a/one')).toMatchObject({ revision: 3 })
  expect(cache.get('a/one')?.decoded).toBe(decoded)
  expect(cache.get('a/two')).toBeUndefined()
})

test('a collection is kept until something below it changes', () => {
  const cache = createRecordCache(1000)
  const whole = [record('root/things/one', 1)]
  cache.addCollection('root/things/', whole)
  cache.notice([change('created', 'root/thingsandmore/one', 2)])
  expect(cache.collection('root/things/')).toBe(whole)
  cache.notice([change('created', 'root/things/two', 3)])
  expect(cache.collection('root/things/')).toBeUndefined()
})

test('what is no folder, or large, is not kept as a collection', () => {
  const cache = createRecordCache(1_000_000)
  cache.addCollection('root/th', [])
  expect(cache.collection('root/th')).toBeUndefined()
  cache.addCollection(
    'root/many/',
    Array.from({ length: 65 }, (_, index) => record(`root/many/${index}`, index)),
  )
  expect(cache.collection('root/many/')).toBeUndefined()
  cache.addCollection('root/large/', [record('root/large/one', 1, 65 * 1024)])
  expect(cache.collection('root/large/')).toBeUndefined()
})
