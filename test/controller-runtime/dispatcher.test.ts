import { expect, test } from 'vitest'
import { createDispatcher } from '../../src/controller-runtime/dispatcher.ts'

test('work starts in order, each on a turn of the event loop of its own', async () => {
  const dispatcher = createDispatcher()
  const told: string[] = []
  for (const name of ['a', 'b', 'c']) dispatcher.run(async () => void told.push(name))
  const turns: number[] = []
  const count = () => {
    turns.push(told.length)
    if (told.length < 3) setImmediate(count)
  }
  setImmediate(count)
  await dispatcher.whenIdle()
  expect(told).toEqual(['a', 'b', 'c'])
  expect(turns.slice(0, 2)).toEqual([1, 2])
})

test('it is idle when nothing waits or runs, also after thousands of pieces of work that beget others', async () => {
  const dispatcher = createDispatcher()
  let done = 0
  const beget = (left: number) =>
    dispatcher.run(async () => {
      done += 1
      if (left > 0) beget(left - 1)
    })
  for (let index = 0; index < 2000; index++) beget(1)
  expect(dispatcher.idle).toBe(false)
  await dispatcher.whenIdle()
  expect(done).toBe(4000)
  expect(dispatcher.idle).toBe(true)
})

test('stopping drops what has not started, and those who wait for idleness are told', async () => {
  const dispatcher = createDispatcher()
  let ran = false
  dispatcher.run(async () => {
    ran = true
  })
  const idle = dispatcher.whenIdle()
  dispatcher.stop()
  await idle
  await new Promise((resolve) => setImmediate(resolve))
  expect(ran).toBe(false)
})

test('what nobody waits for starts when nothing else waits or runs, and counts until it has ended', async () => {
  const dispatcher = createDispatcher()
  const told: string[] = []
  dispatcher.runLast(async () => void told.push('last'))
  dispatcher.run(async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    told.push('slow')
    dispatcher.run(async () => void told.push('after'))
  })
  dispatcher.run(async () => void told.push('quick'))
  await dispatcher.whenIdle()
  expect(told).toEqual(['quick', 'slow', 'after', 'last'])
})
