import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { stringify } from 'yaml'
import { controlPlanePath } from '../../../src/server/kubeconfig.ts'
import { type DatumLocal, type DatumLocalOptions, startDatumLocal } from '../../../src/testing/index.ts'
import { hasProgram } from './programs.ts'
import { widgetDefinition } from './widget.ts'

/** How one run of kubectl ended. */
export interface Answer {
  readonly code: number | null
  /** Standard output. */
  readonly out: string
  /** Standard error. */
  readonly error: string
}

export interface KubectlOptions {
  /** Standard input; none: it is closed at once. */
  readonly input?: string
  /** The namespace; default: the one of the test. None is said where it is empty. */
  readonly namespace?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** A server of one's own with Widgets in its project, and kubectl that speaks to it over plain HTTP without a token. */
export interface KubectlSession extends AsyncDisposable {
  readonly datum: DatumLocal
  /** A folder that ends with the session; files of the tests go there. */
  readonly folder: string
  /** Runs kubectl with these words, whatever comes of it. */
  attempt(words: readonly string[], options?: KubectlOptions): Promise<Answer>
  /** Runs kubectl and returns what it printed. Throws when it fails, with all that it said. */
  run(words: readonly string[], options?: KubectlOptions): Promise<string>
  /** Runs kubectl, which has to fail, and returns what it said. */
  refused(words: readonly string[], options?: KubectlOptions): Promise<string>
  /** Starts kubectl and leaves it running. */
  start(words: readonly string[]): RunningKubectl
  /** Makes a namespace and makes it the default of what follows. */
  enterNamespace(name: string): Promise<void>
  /** Writes a file into the folder and returns its path. */
  write(name: string, text: string): string
  /** The path of the project's control plane below the server's URL. */
  readonly plane: string
}

export interface RunningKubectl {
  /** Resolves with all lines so far as soon as there are `count`, and throws when kubectl ends before. */
  lines(count: number): Promise<readonly string[]>
  /** Resolves as soon as it has said this on standard error; with `-v=6` it tells of its requests there. */
  said(words: RegExp): Promise<void>
  readonly ended: Promise<Answer>
  stop(): Promise<Answer>
}

export const hasKubectl = hasProgram('kubectl', ['version', '--client'], 'the tests with kubectl are')

export async function startKubectlSession(options: DatumLocalOptions = {}): Promise<KubectlSession> {
  const datum = await startDatumLocal({
    authentication: 'open',
    definitions: [widgetDefinition],
    ...options,
  })
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-'))
  mkdirSync(join(folder, 'home'))
  const kubeconfig = join(folder, 'kubeconfig')
  const plane = { sort: 'project', name: datum.project ?? '' } as const
  writeFileSync(kubeconfig, await datum.kubeconfigFor(plane, { http: true }))
  let home = 'default'

  function launch(words: readonly string[], { input, namespace = home, environment }: KubectlOptions = {}) {
    const place = namespace === '' ? [] : ['--namespace', namespace]
    const child = spawn('kubectl', [...place, ...words], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: join(folder, 'home'),
        TMPDIR: folder,
        KUBECONFIG: kubeconfig,
        ...environment,
      },
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input ?? '')
    let out = ''
    let error = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text
    })
    const ended: Promise<Answer> = once(child, 'close').then(([code]) => ({ code, out, error }))
    return { child, ended, output: () => ({ out, error }) }
  }

  const attempt: KubectlSession['attempt'] = (words, options) => launch(words, options).ended

  const session: KubectlSession = {
    datum,
    folder,
    plane: controlPlanePath(plane),
    attempt,
    async run(words, options) {
      const { code, out, error } = await attempt(words, options)
      if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: ${code}\n${out}${error}`)
      return out
    },
    async refused(words, options) {
      const { code, out, error } = await attempt(words, options)
      if (code === 0) throw new Error(`kubectl ${words.join(' ')} was not refused:\n${out}${error}`)
      return error
    },
    start(words) {
      const { child, ended, output } = launch(words)
      const lines = () => output().out.split('\n').slice(0, -1)
      async function until(stream: Readable, isThere: () => boolean): Promise<void> {
        while (!isThere()) {
          const over = await Promise.race([once(stream, 'data').then(() => false), ended.then(() => true)])
          if (over && !isThere()) {
            throw new Error(`kubectl ${words.join(' ')} ended:\n${output().out}${output().error}`)
          }
        }
      }
      return {
        ended,
        async lines(count) {
          await until(child.stdout, () => lines().length >= count)
          return lines()
        },
        said: (pattern) => until(child.stderr, () => pattern.test(output().error)),
        async stop() {
          child.kill('SIGTERM')
          return await ended
        },
      }
    },
    async enterNamespace(name) {
      await session.run(['create', 'namespace', name])
      home = name
    },
    write(name, text) {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    async [Symbol.asyncDispose]() {
      await datum.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return session
}

/** The text of a Widget as a user writes it. */
export function widget(name: string, spec: object = {}, metadata: object = {}): string {
  const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...metadata }, spec }
  // kubectl reads YAML 1.1, in which `yes` is a boolean.
  return stringify(object, { version: '1.1' })
}
