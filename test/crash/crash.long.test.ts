import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/program.ts'
import { crashRounds } from './rounds.ts'

beforeAll(ensureBuilt, 120_000)

const rounds = Number(process.env.DATUM_LOCAL_CRASH_ROUNDS ?? 200)

test.each(['normal', 'full'] as const)(
  'what was acknowledged is there after hundreds of SIGKILLs with durability %s',
  async (durability) => {
    const seed = Number(process.env.DATUM_LOCAL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
    const { faults, ...report } = await crashRounds({ rounds, seed, durability })
    console.log(`${rounds} rounds, durability ${durability}, seed ${seed}: ${JSON.stringify(report)}`)
    expect(faults, `seed ${seed}`).toEqual([])
    expect(report.acknowledged).toBeGreaterThan(rounds * 10)
    expect(report.interrupted).toBeGreaterThan(rounds)
    expect(report.workloadsFinished).toBeGreaterThan(rounds / 10)
  },
  // Enough for thousands of rounds.
  24 * 60 * 60_000,
)
