import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Announcement } from '../../../src/cli/announce.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')

/** A clone of this repository in a folder of its own. */
export interface Clone {
  readonly path: string
  /** `npm start --silent -- --json …`, as a program starts it, until its first line. */
  start(...flags: string[]): Promise<Started>
  remove(): void
}

export interface Started {
  readonly announcement: Announcement
  /** What npm and the server have printed and said until now. */
  output(): { readonly printed: string; readonly said: string }
  /** Sends SIGTERM to npm, and waits until it is gone. */
  stop(): Promise<void>
}

/** `environment` is added to what npm is started with. */
export function cloneRepository(environment: Readonly<Record<string, string>> = {}): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'fresh-clone-'))
  const path = join(folder, 'datum-local')
  const { status, stderr } = spawnSync('git', ['clone', '--quiet', root, path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return {
    path,
    remove: () => rmSync(folder, { recursive: true, force: true }),

    async start(...flags) {
      const npm = spawn('npm', ['start', '--silent', '--', '--json', '--port', '0', ...flags], {
        cwd: path,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...environment },
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
      return {
        announcement: JSON.parse(printed),
        output: () => ({ printed, said }),
        async stop() {
          npm.kill('SIGTERM')
          await once(npm, 'close')
        },
      }
    },
  }
}
