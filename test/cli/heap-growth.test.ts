import { getHeapSpaceStatistics } from 'node:v8'
import { expect, test } from 'vitest'
import { boundHeapGrowth } from '../../src/cli/heap-growth.ts'

const megabyte = 1024 * 1024
const youngGeneration = () =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0

/** Makes objects of which many live for a while, so that V8 wants a larger young generation. */
async function work(rounds: number): Promise<void> {
  let kept: object[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 10 === 0) kept = []
    for (let count = 0; count < 10_000; count++) kept.push({ values: [count] })
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('the young generation stays small while objects are made, and may grow again afterwards', async () => {
  const before = youngGeneration()
  const end = boundHeapGrowth()
  await work(100)
  // One collection may come before it is looked.
  expect(youngGeneration()).toBeLessThanOrEqual(Math.max(before, 24 * megabyte))
  end()
  await work(200)
  expect(youngGeneration()).toBeGreaterThan(24 * megabyte)
}, 120_000)
