import { expect, test } from 'vitest'
import { releaseMemoryWhenIdle } from '../../src/cli/idle-memory.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

const megabyte = 1024 * 1024

function start() {
  const clock = createManualClock()
  const state = { cpu: 0, heap: 50 * megabyte, kept: 5 * megabyte, collections: 0 }
  const end = releaseMemoryWhenIdle({
    clock,
    cpuTime: () => state.cpu,
    heapUsed: () => state.heap,
    release() {
      state.kept = 0
    },
    collect() {
      state.collections++
      state.heap = 20 * megabyte + state.kept
    },
  })
  return {
    state,
    end,
    rest: (seconds: number) => clock.advance(seconds * 1000),
    work(seconds: number) {
      for (let done = 0; done < seconds; done++) {
        state.cpu += 500_000
        state.heap += megabyte
        clock.advance(1000)
      }
    },
  }
}

test('memory is given back some seconds after the work has ended, not during it', () => {
  const { state, rest, work } = start()
  work(60)
  expect(state.collections).toBe(0)
  rest(10)
  expect(state.collections).toBe(1)
  expect(state.heap).toBe(20 * megabyte)
})

test('a server that rests is left alone', () => {
  const { state, rest } = start()
  rest(10)
  expect(state.collections).toBe(1)
  rest(3600)
  expect(state.collections).toBe(1)
})

test('each time of work is followed by a collection, unless there is little to gain', () => {
  const { state, rest, work } = start()
  rest(10)
  work(2)
  rest(60)
  expect(state.collections).toBe(1)
  work(30)
  rest(60)
  expect(state.collections).toBe(2)
})

test('nothing happens after its end', () => {
  const { state, rest, end } = start()
  end()
  rest(60)
  expect(state.collections).toBe(0)
})
