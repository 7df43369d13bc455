import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Announcement } from '../../src/cli/announce.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** The program as users run it, in a process of its own. */
export interface Program {
  readonly child: ChildProcess
  /** What it told when it was ready; rejects when it ends before. */
  readonly ready: Promise<Announcement>
  /** What it has said on standard error until now. */
  said(): string
  /** Resolves when it is gone, with its exit code. */
  readonly ended: Promise<number | null>
  /** Sends the signal, and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Builds `dist/` where it is older than the sources. */
export async function ensureBuilt(): Promise<void> {
  const built = await import('../../scripts/build.mjs')
  await built.ensureBuilt()
}

/** `datum-local start --json --port 0 …flags`; the file `dist/main.js` has to be there. */
export function startProgram(
  flags: readonly string[],
  { environment = {}, nodeFlags = [] }: ProgramOptions = {},
): Program {
  const words = [
    ...nodeFlags,
    join(root, 'dist/main.js'),
    'start',
    '--json',
    '--port',
    '0',
    '--listen',
    '127.0.0.1',
    ...flags,
  ]
  const child = spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  })
  let printed = ''
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const ready = new Promise<Announcement>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      if (printed.includes('\n')) resolve(JSON.parse(printed))
    })
    void ended.then((code) =>
      reject(new Error(`datum-local ended with ${code} before it was ready: ${said}`)),
    )
  })
  ready.catch(() => {})
  return {
    child,
    ready,
    said: () => said,
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return await ended
    },
  }
}

export interface ProgramOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
}

export interface Reply {
  readonly code: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at as it is
  readonly json: any
}

/** Asks a running server over plain HTTP. Rejects when the connection breaks before the answer is whole. */
export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>

export function createAsk({ httpUrl, token }: Announcement, connections = 16): Ask & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const ask: Ask = async (method, path, body, headers = {}) => {
    const sent = request(`${httpUrl}${path}`, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    let text = ''
    response.setEncoding('utf8')
    for await (const chunk of response) text += chunk
    return {
      code: response.statusCode ?? 0,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text)
      },
    }
  }
  return Object.assign(ask, { close: () => agent.destroy() })
}

/** Where the seeded project answers. */
export const projectPath = '/apis/resourcemanager.datumapis.com/v1alpha/projects/sandbox/control-plane'
