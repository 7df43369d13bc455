import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/program.ts'
import { flipBytes } from './flipped-bytes.ts'

beforeAll(ensureBuilt, 120_000)

const rounds = Number(process.env.DATUM_LOCAL_FLIP_ROUNDS ?? 60)

test('flipped bits in the database or its log are refused by name, or harm nothing: nothing is lost in silence', async () => {
  const seed = Number(process.env.DATUM_LOCAL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const { faults, ...report } = await flipBytes({ rounds, seed })
  console.log(`${rounds} rounds, seed ${seed}: ${JSON.stringify(report)}`)
  expect(faults.join('\n')).toBe('')
  expect(report.refused).toBeGreaterThan(0)
}, 3_600_000)
