import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { projectPath } from '../support/program.ts'
import { absences } from './absences.ts'

let datum: DatumLocal

beforeAll(async () => {
  datum = await startDatumLocal()
})
afterAll(() => datum.stop())

test.each(absences)('not served, and refused as by a server without it: $what', async (absence) => {
  const { method, path, type, code, says } = absence
  const response = await fetch(`${datum.httpUrl}${projectPath}${path}`, {
    method,
    headers: { authorization: `Bearer ${datum.token}`, ...(type ? { 'content-type': type } : {}) },
    ...(type ? { body: Buffer.of(0xa0) } : {}),
  })
  const text = await response.text()
  expect([response.status, text]).toEqual([code, expect.stringContaining(says)])
})
