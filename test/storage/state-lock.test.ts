import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acquireStateLock, StateLocked } from '../../src/storage/state-lock.ts'
import { UnusableState } from '../../src/storage/unusable-state.ts'
import { bundle, startChild } from './support/child.ts'
import { makeFolder } from './support/open-store.ts'

let folder: ReturnType<typeof makeFolder>
beforeEach(() => {
  folder = makeFolder()
})
afterEach(() => folder.remove())

function refusal(): Error {
  try {
    acquireStateLock(folder.path).release()
  } catch (error) {
    return error as Error
  }
  throw new Error('the lock was given')
}

test('the lock of a folder is given once, and again after it was released', () => {
  const lock = acquireStateLock(folder.path)
  expect(refusal()).toBeInstanceOf(StateLocked)
  expect(refusal()).toMatchObject({ directory: folder.path, pid: process.pid })
  lock.release()
  lock.release()
  acquireStateLock(folder.path).release()
})

test('another process is refused by name, and let in as soon as the holder is killed', async () => {
  const code = await bundle(`
    import { acquireStateLock } from './src/storage/state-lock.ts'
    acquireStateLock(process.argv[2])
    console.log('locked')
    setInterval(() => {}, 1000)`)
  const child = startChild(code, folder.path)
  expect((await child.lines.next()).value).toBe('locked')
  expect(refusal().message).toBe(
    `the state in ${folder.path} is in use by the process with id ${child.process.pid}. ` +
      'End it first, or use another folder',
  )
  await child.kill()
  const lock = acquireStateLock(folder.path)
  expect(readFileSync(join(folder.path, 'lock.pid'), 'utf8')).toBe(`${process.pid}\n`)
  lock.release()
})

test('a process id that was left behind locks nobody out', () => {
  writeFileSync(join(folder.path, 'lock.pid'), '1\n')
  acquireStateLock(folder.path).release()
})

test('a holder whose process id cannot be read is refused without a name', () => {
  const lock = acquireStateLock(folder.path)
  writeFileSync(join(folder.path, 'lock.pid'), '')
  expect(refusal()).toMatchObject({ pid: undefined, message: expect.stringContaining('another process') })
  lock.release()
})

test('a folder that does not exist cannot be locked', () => {
  folder.remove()
  expect(refusal()).toBeInstanceOf(UnusableState)
})
