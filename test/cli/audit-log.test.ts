import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAuditLog } from '../../src/cli/audit-log.ts'
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts'

let folder: string
let path: string
let clock: ManualClock
let errors: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-log-'))
  path = join(folder, 'audit.log')
  clock = createManualClock(0)
  errors = []
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => openAuditLog({ path, clock, onError: (error) => errors.push(error) })

test('events are appended to what is there, a line each, for the owner alone', () => {
  for (const id of [1, 2]) {
    const log = open()
    log.write({ id })
    // Nothing waits in this process: what was told is in the file, whatever happens next.
    expect(readFileSync(path, 'utf8')).toContain(`{"id":${id}}\n`)
    log.close()
  }
  expect(readFileSync(path, 'utf8')).toBe('{"id":1}\n{"id":2}\n')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a file that was moved away is followed by a new one within a second', () => {
  const log = open()
  log.write({ id: 1 })
  renameSync(path, `${path}.1`)
  clock.advance(999)
  log.write({ id: 2 })
  expect(existsSync(path)).toBe(false)
  clock.advance(1)
  log.write({ id: 3 })
  log.close()
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('{"id":1}\n{"id":2}\n')
  expect(readFileSync(path, 'utf8')).toBe('{"id":3}\n')
})

test('a file that can no longer be made is told once, and written again when it can', () => {
  const log = open()
  unlinkSync(path)
  mkdirSync(path)
  for (const id of [1, 2, 3]) {
    clock.advance(1000)
    log.write({ id })
  }
  expect(errors).toHaveLength(1)
  rmSync(path, { recursive: true })
  clock.advance(1000)
  log.write({ id: 4 })
  log.close()
  expect(readFileSync(path, 'utf8')).toBe('{"id":4}\n')
})

test('a file that cannot be opened at the start is refused in words', () => {
  path = join(folder, 'none', 'audit.log')
  expect(open).toThrow(/^cannot append to .*: ENOENT/)
})
