import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

describe('a fresh clone', () => {
  let folder: string
  let clone: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fresh-clone-'))
    clone = join(folder, 'datum-local')
    const { status, stderr } = spawnSync('git', ['clone', '--quiet', root, clone], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** `npm start --silent -- --json …`, as a program starts it, until its first line. */
  async function start(...flags: string[]) {
    const npm = spawn('npm', ['start', '--silent', '--', '--json', '--port', '0', ...flags], {
      cwd: clone,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let printed = ''
    let said = ''
    npm.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    await Promise.race([once(npm.stdout, 'data'), once(npm, 'close')])
    if (printed === '') throw new Error(`npm start ended without a line:\n${said}`)
    const announcement = JSON.parse(printed) as { httpUrl: string; pid: number }
    return { npm, announcement, output: () => ({ printed, said }) }
  }

  async function stop(npm: ReturnType<typeof spawn>): Promise<void> {
    npm.kill('SIGTERM')
    await once(npm, 'close')
  }

  test('starts with one command that installs, builds and serves', async () => {
    const { npm, announcement, output } = await start('--memory')
    const [response] = await once(get(`${announcement.httpUrl}/readyz`), 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(output().printed.trimEnd().split('\n').length).toBe(1)
    expect(output().said).toContain('npm ci')
    await stop(npm)
  })

  test('starts at once the second time, and SIGTERM to npm ends the server', async () => {
    const { npm, announcement, output } = await start()
    expect(output().said).toBe('')
    await stop(npm)
    expect(() => process.kill(announcement.pid, 0)).toThrow('ESRCH')
    expect(readdirSync(join(clone, '.datum-local'))).not.toContain('server.json')
  })

  test('has nothing in it that git would want to keep', () => {
    const { stdout } = spawnSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})
