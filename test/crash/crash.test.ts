import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/program.ts'
import { crashRounds } from './rounds.ts'

beforeAll(ensureBuilt, 120_000)

test('what was acknowledged is there after SIGKILL; revisions, watches and reconcilers go on', async () => {
  const seed = Number(process.env.DATUM_LOCAL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const report = await crashRounds({ rounds: 20, seed })
  expect(report.faults, `seed ${seed}`).toEqual([])
  // It would prove nothing if nothing had happened.
  expect(report.acknowledged).toBeGreaterThan(200)
  expect(report.interrupted).toBeGreaterThan(20)
  expect(report.eventsSeen).toBeGreaterThan(200)
  expect(report.workloadsFinished).toBeGreaterThan(3)
}, 120_000)
