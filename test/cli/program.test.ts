import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { systemClock } from '../../src/apimachinery/clock.ts'
import { randomIds } from '../../src/apimachinery/ids.ts'
import { run } from '../../src/cli/program.ts'
import { openStateDirectory, type StateDirectory } from '../../src/cli/state-directory.ts'
import { type Credentials, completeCredentials } from '../../src/server/credentials.ts'
import { createTokens } from '../../src/server/tokens.ts'

const user = { name: 'developer', email: 'developer@example.com' }

describe('the command line', () => {
  let path: string
  let directory: StateDirectory
  let credentials: Credentials
  let server: Server | undefined

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'program-'))
    directory = openStateDirectory(path)
    credentials = completeCredentials({}, { names: [], user, clock: systemClock })
    directory.writeCredentials(credentials)
  })

  afterEach(async () => {
    rmSync(path, { recursive: true, force: true })
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
    server = undefined
  })

  async function type(line: string, { answer }: { answer?: string } = {}) {
    const printed: string[] = []
    const said: string[] = []
    const code = await run({
      words: line.split(' '),
      environment: { DATUM_LOCAL_STATE_DIR: path },
      terminal: {
        print: (text) => void printed.push(text),
        say: (text) => void said.push(text),
        ask: async () => answer,
      },
      ended: Promise.resolve(),
    })
    return { code, printed: printed.join('\n'), said: said.join('\n') }
  }

  function pretendToRun(port = 7443): void {
    directory.writeServer({
      pid: process.pid,
      url: `https://127.0.0.1:${port}`,
      httpUrl: `http://127.0.0.1:${port}`,
      user,
      organization: 'acme-corp',
      project: 'sandbox',
    })
  }

  test('version prints both versions', async () => {
    expect(await type('version')).toEqual({
      code: 0,
      printed: 'datum-local 0.1.0 (Kubernetes v1.34.0)',
      said: '',
    })
  })

  test('--help lists the commands, and start --help every option with default and variable', async () => {
    const { code, printed } = await type('--help')
    expect(code).toBe(0)
    for (const command of ['start', 'kubeconfig', 'token', 'health', 'reset', 'version']) {
      expect(printed).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'))
    }
    const help = (await type('start --help')).printed.replace(/\s+/g, ' ')
    expect(help).toContain('--port <number>')
    expect(help).toContain('default 7443; DATUM_LOCAL_PORT)')
    expect(help).toContain('(repeatable; default 127.0.0.1, ::1; DATUM_LOCAL_LISTEN)')
  })

  test.each([
    ['start --nonsense', "error: unknown option '--nonsense'"],
    ['nonsense', "error: unknown command 'nonsense'"],
    ['start --port', "error: option '--port <number>' argument missing"],
    ['start --port x', 'datum-local: --port: "x" is not a whole number from 0 to 65535'],
    ['start more', 'error: too many arguments'],
  ])('%s is refused with one line that says why', async (line, message) => {
    const { code, printed, said } = await type(line)
    expect(code).toBe(1)
    expect(printed).toBe('')
    expect(said).toContain(message)
    expect(said).not.toContain('    at ')
  })

  test.each(['token', 'kubeconfig --root'])('%s says clearly that no server runs', async (line) => {
    const { code, printed, said } = await type(line)
    expect({ code, printed }).toEqual({ code: 1, printed: '' })
    expect(said).toContain(`no server runs on the state in ${path}`)
  })

  test('token prints a token that the server accepts', async () => {
    pretendToRun()
    const { code, printed } = await type('token')
    expect(code).toBe(0)
    const tokens = createTokens({ ...credentials, clock: systemClock, ids: randomIds })
    expect((await tokens.authenticate(printed))?.uid).toBe('developer')
  })

  test('kubeconfig prints that of the chosen control plane', async () => {
    pretendToRun()
    const serverOf = async (words: string) =>
      parse((await type(`kubeconfig ${words}`)).printed).clusters[0].cluster.server
    expect(await serverOf('--root')).toBe('https://127.0.0.1:7443')
    expect(await serverOf('--project shop')).toBe(
      'https://127.0.0.1:7443/apis/resourcemanager.datumapis.com/v1alpha/projects/shop/control-plane',
    )
    expect(await serverOf('--organization acme-corp --http')).toBe(
      'http://127.0.0.1:7443/apis/resourcemanager.datumapis.com/v1alpha/organizations/acme-corp/control-plane',
    )
  })

  test.each(['kubeconfig', 'kubeconfig --root --project shop', 'kubeconfig --project a --organization b'])(
    '%s asks for one control plane',
    async (line) => {
      pretendToRun()
      const { code, said } = await type(line)
      expect(code).toBe(1)
      expect(said).toBe('datum-local: choose one of --root, --project NAME and --organization NAME')
    },
  )

  test('health says whether the server is ready', async () => {
    let status = 200
    server = createServer((_request, response) =>
      response.writeHead(status).end(status === 200 ? 'ok' : 'not yet'),
    )
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    pretendToRun((server.address() as AddressInfo).port)
    expect(await type('health')).toMatchObject({ code: 0, printed: '' })
    status = 503
    const { code, said } = await type('health')
    expect(code).toBe(1)
    expect(said).toContain('answers 503: not yet')
  })

  test('health fails in one line when nobody answers', async () => {
    const { code, said } = await type('health --port 1')
    expect(code).toBe(1)
    expect(said).toContain('http://127.0.0.1:1/readyz does not answer: ')
    expect(said).not.toContain('\n')
  })

  test('reset asks, and does nothing without a yes', async () => {
    expect(await type('reset', { answer: 'no' })).toMatchObject({ code: 0, said: 'nothing was removed' })
    expect(await type('reset')).toMatchObject({ code: 1, said: 'datum-local: nobody to ask here: say --yes' })
    expect(directory.readCredentials()).toEqual(credentials)
  })

  test('reset removes the state after a yes, or with --yes', async () => {
    expect(await type('reset', { answer: 'yes' })).toMatchObject({ code: 0 })
    expect(directory.readCredentials()).toEqual({})
    expect(await type('reset --yes')).toMatchObject({ code: 0, said: `there is no state in ${path}` })
  })

  test('reset keeps its hands off a state in use', async () => {
    const { acquireStateLock } = await import('../../src/storage/state-lock.ts')
    const lock = acquireStateLock(path)
    try {
      const { code, said } = await type('reset --yes')
      expect(code).toBe(1)
      expect(said).toContain(`in use by the process with id ${process.pid}`)
      expect(directory.readCredentials()).toEqual(credentials)
    } finally {
      lock.release()
    }
  })

  test('a damaged key is one line that names the file', async () => {
    pretendToRun()
    writeFileSync(join(path, 'signing.key'), 'nonsense')
    const { code, said } = await type('token')
    expect(code).toBe(1)
    expect(said).toContain(join(path, 'signing.key'))
    expect(said).not.toContain('\n')
  })
})
