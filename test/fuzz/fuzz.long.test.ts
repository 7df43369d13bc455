import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/program.ts'
import { fuzz } from './campaign.ts'

beforeAll(ensureBuilt, 120_000)

const count = Number(process.env.DATUM_LOCAL_FUZZ_REQUESTS ?? 100_000)

test(
  'a hundred thousand requests find no fault, and memory levels off',
  async () => {
    const seed = Number(process.env.DATUM_LOCAL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
    const { faults, codes, megabytes, slowest } = await fuzz({ count, seed })
    console.log(
      `${count} requests, seed ${seed}: ${JSON.stringify({ codes, megabytes, slowest: Math.round(slowest) })}`,
    )
    expect(faults.join('\n\n')).toBe('')
    // The second half must not take more than the first has.
    const [first, second] = [Math.max(...megabytes.slice(1, 5)), Math.max(...megabytes.slice(5))]
    expect(second, JSON.stringify(megabytes)).toBeLessThan(first * 1.2 + 20)
  },
  24 * 60 * 60_000,
)
