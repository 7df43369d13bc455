import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Clone, cloneRepository } from './support/clone.ts'

describe('a fresh clone', () => {
  let clone: Clone

  beforeAll(() => {
    clone = cloneRepository()
  })

  afterAll(() => clone.remove())

  test('starts with one command that installs, builds and serves', async () => {
    const { announcement, output, stop } = await clone.start('--memory')
    const [response] = await once(get(`${announcement.httpUrl}/readyz`), 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(output().printed.trimEnd().split('\n').length).toBe(1)
    expect(output().said).toContain('npm ci')
    await stop()
  })

  test('starts at once the second time, and SIGTERM to npm ends the server', async () => {
    const { announcement, output, stop } = await clone.start()
    expect(output().said).toBe('')
    await stop()
    expect(() => process.kill(announcement.pid, 0)).toThrow('ESRCH')
    expect(readdirSync(join(clone.path, '.datum-local'))).not.toContain('server.json')
  })

  test('has nothing in it that git would want to keep', () => {
    const { stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: clone.path, encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})
