import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/program.ts'
import { fuzz } from './campaign.ts'

beforeAll(ensureBuilt, 120_000)

test('5,000 requests, right, nearly right and hostile, are answered in time and leave the server as it was', async () => {
  const seed = Number(process.env.DATUM_LOCAL_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const { faults, codes, megabytes } = await fuzz({ count: 5000, seed })
  expect(faults.join('\n\n')).toBe('')
  // Requests that are all refused at the door would find nothing behind it.
  const successes = (codes[200] ?? 0) + (codes[201] ?? 0)
  expect(successes, JSON.stringify(codes)).toBeGreaterThan(500)
  for (const code of [201, 400, 404, 409, 415, 422]) expect(codes[code], `${code}`).toBeGreaterThan(5)
  expect(megabytes.at(-1), JSON.stringify(megabytes)).toBeLessThan(600)
}, 120_000)
