import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Announcement } from '../../src/cli/announce.ts'
import { projectApi } from '../support/plane-api.ts'
import { instances, workload, workloads } from '../support/workload.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const main = join(root, 'dist/main.js')
const organizationPath =
  '/apis/resourcemanager.datumapis.com/v1alpha/organizations/acme-corp/control-plane/apis/resourcemanager.miloapis.com/v1alpha1/projects'

interface Ended {
  readonly code: number | null
  readonly printed: string
  readonly said: string
}

describe('datum-local start', () => {
  let folder: string
  let processes: ChildProcess[]

  beforeAll(async () => {
    const { ensureBuilt } = await import('../../scripts/build.mjs')
    await ensureBuilt()
  })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'start-'))
    processes = []
  })

  afterEach(async () => {
    for (const each of processes) {
      if (each.exitCode !== null || each.signalCode !== null) continue
      each.kill('SIGKILL')
      await once(each, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  })

  function type(words: readonly string[]) {
    const child = spawn(process.execPath, [main, ...words], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, TMPDIR: folder },
    })
    processes.push(child)
    let printed = ''
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const ended: Promise<Ended> = once(child, 'close').then(([code]) => ({ code, printed, said }))
    const line = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        if (printed.includes('\n')) resolve(printed)
      })
      child.on('close', () => reject(new Error(`ended without a line on standard output: ${said}`)))
    })
    line.catch(() => {})
    return { child, ended, line }
  }

  async function serve(...flags: string[]) {
    const running = type(['start', '--json', '--port', '0', ...flags])
    const announcement: Announcement = JSON.parse(await running.line)
    return { ...running, announcement }
  }

  async function stop({ child, ended }: { child: ChildProcess; ended: Promise<Ended> }): Promise<Ended> {
    child.kill('SIGTERM')
    return await ended
  }

  async function get(
    { url, ca, token }: Announcement,
    path: string,
  ): Promise<{ status: number; body: string }> {
    const call = request(`${url}${path}`, {
      ca,
      headers: { authorization: `Bearer ${token}` },
      agent: false,
    }).end()
    const [response] = await once(call, 'response')
    let body = ''
    for await (const chunk of response) body += chunk
    return { status: response.statusCode, body }
  }

  test('--json prints one line with all that a program needs, and not a word', async () => {
    const server = await serve()
    const { announcement } = server
    expect(Object.keys(announcement)).toEqual([
      'url',
      'httpUrl',
      'ca',
      'token',
      'pat',
      'pid',
      'organization',
      'project',
      'kubeconfig',
    ])
    expect(announcement).toMatchObject({
      pid: server.child.pid,
      organization: 'acme-corp',
      project: 'sandbox',
    })
    const answer = await get(announcement, organizationPath)
    expect(answer.status).toBe(200)
    expect(
      JSON.parse(answer.body).items.map((each: { metadata: { name: string } }) => each.metadata.name),
    ).toEqual(['sandbox'])
    const { printed, said } = await stop(server)
    expect(printed.trimEnd().split('\n').length).toBe(1)
    expect(said).toBe('')
  })

  test('without --json prints the URL, and tells people the rest', async () => {
    const server = type(['start', '--port', '0', '--memory'])
    expect(await server.line).toMatch(/^https:\/\/127\.0\.0\.1:\d+\n$/)
    const { said, code } = await stop(server)
    expect(code).toBe(0)
    expect(said).toContain('export KUBECONFIG=')
    expect(said.match(/^ {2}(export|kubectl) /gm)?.length).toBe(3)
    expect(said).toMatch(/PAT +datum_local_pat_/)
  })

  test('writes kubeconfigs of mode 0600 whose token and authority are good', async () => {
    const server = await serve()
    for (const path of Object.values(server.announcement.kubeconfig)) {
      expect(statSync(path as string).mode & 0o777, path as string).toBe(0o600)
    }
    const text = readFileSync(server.announcement.kubeconfig.organization as string, 'utf8')
    const { clusters, users, contexts } = parse(text)
    expect(contexts[0].context.namespace).toBe('organization-acme-corp')
    const ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString()
    const answer = await get({ ...server.announcement, ca, token: users[0].user.token }, organizationPath)
    expect(answer.status).toBe(200)
    await stop(server)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends cleanly within a second of %s', async (signal) => {
    const server = await serve()
    const began = performance.now()
    server.child.kill(signal)
    expect((await server.ended).code).toBe(0)
    expect(performance.now() - began).toBeLessThan(5000)
    const state = readdirSync(join(folder, '.datum-local'))
    expect(state).toContain('state.db')
    expect(state).not.toContain('server.json')
  })

  test('shows the documentation of its own routes, with what that page needs', async () => {
    const { announcement } = await serve('--memory')
    const page = await fetch(`${announcement.httpUrl}/docs`)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('swagger-ui')
    expect((await fetch(`${announcement.httpUrl}/docs/static/swagger-ui.css`)).status).toBe(200)
    const answer = await fetch(`${announcement.httpUrl}/docs/json`)
    const document = (await answer.json()) as { paths: object }
    expect(Object.keys(document.paths)).toContain('/datum-os/oauth/token/exchange')
  })

  test('ends cleanly when the signal comes twice, as with Ctrl-C under npm', async () => {
    const server = await serve()
    server.child.kill('SIGINT')
    server.child.kill('SIGINT')
    expect((await server.ended).code).toBe(0)
    expect(readdirSync(join(folder, '.datum-local'))).not.toContain('server.json')
  })

  test('ends within a second while a watch is open', async () => {
    const server = await serve('--memory')
    const { url, ca, token } = server.announcement
    const call = request(`${url}/api/v1/namespaces?watch=true`, {
      ca,
      headers: { authorization: `Bearer ${token}` },
    }).end()
    call.on('error', () => {})
    const [response] = await once(call, 'response')
    response.on('error', () => {}).resume()
    const began = performance.now()
    expect((await stop(server)).code).toBe(0)
    expect(performance.now() - began).toBeLessThan(5000)
  })

  test('keeps tokens and objects over a restart, and over a kill', async () => {
    const first = await serve()
    await stop(first)
    const second = await serve()
    second.child.kill('SIGKILL')
    await second.ended
    const third = await serve()
    expect(third.announcement).toMatchObject({ ca: first.announcement.ca, pat: first.announcement.pat })
    const answer = await get({ ...third.announcement, token: first.announcement.token }, organizationPath)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body).items.length).toBe(1)
    await stop(third)
  })

  test('refuses a state that another process works on, naming it', async () => {
    const first = await serve()
    const { code, printed, said } = await type(['start', '--json', '--port', '0']).ended
    expect({ code, printed }).toEqual({ code: 1, printed: '' })
    expect(said.trimEnd()).toContain(`in use by the process with id ${first.child.pid}`)
    expect(said.trimEnd().split('\n').length).toBe(1)
    await stop(first)
  })

  test('names the port when it is in use, in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const { code, printed, said } = await type(['start', '--memory', '--port', String(port)]).ended
    taken.close()
    expect({ code, printed }).toEqual({ code: 1, printed: '' })
    expect(said).toContain(String(port))
    expect(said.trimEnd().split('\n').length).toBe(1)
  })

  test('--memory leaves nothing behind', async () => {
    const server = await serve('--memory')
    const kubeconfig = server.announcement.kubeconfig.root
    expect(existsSync(kubeconfig)).toBe(true)
    expect(readdirSync(dirname(kubeconfig)).filter((name) => /key|db$/.test(name))).toEqual([])
    await stop(server)
    expect(readdirSync(folder)).toEqual([])
  })

  test('--empty seeds nothing', async () => {
    const server = await serve('--memory', '--empty')
    const { announcement } = server
    expect(announcement).toMatchObject({ organization: null, project: null })
    expect(announcement.kubeconfig).toMatchObject({ organization: null, project: null })
    const answer = await get(announcement, '/apis/resourcemanager.miloapis.com/v1alpha1/organizations')
    expect(JSON.parse(answer.body).items).toEqual([])
    await stop(server)
  })

  test('accepts a personal access token of the configuration', async () => {
    const server = await serve('--memory', '--pat', 'a-token-that-somebody-chose')
    const exchange = await get(
      { ...server.announcement, token: 'a-token-that-somebody-chose' },
      '/datum-os/oauth/token/exchange',
    )
    expect(exchange.status).toBe(200)
    await stop(server)
  })

  test('says loudly when other machines can connect', async () => {
    const server = await serve('--memory', '--listen', '0.0.0.0')
    expect((await stop(server)).said).toMatch(/WARNING: listening on 0\.0\.0\.0/)
  })

  test('advance lets the provider of the running server go on, a step at a time', async () => {
    const server = await serve('--pace', 'manual')
    const { announcement } = server
    const contexts = `/apis/resourcemanager.datumapis.com/v1alpha/projects/sandbox/control-plane/apis/networking.datumapis.com/v1alpha/namespaces/default/networkcontexts`
    const created = await fetch(announcement.httpUrl + contexts, {
      method: 'POST',
      headers: { authorization: `Bearer ${announcement.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'networking.datumapis.com/v1alpha',
        kind: 'NetworkContext',
        metadata: { name: 'by-hand' },
        spec: { network: { name: 'default' }, location: { namespace: 'default', name: 'gcp-us-south1-a' } },
      }),
    })
    expect(created.status).toBe(201)
    const ready = async () => {
      const answer = await get(announcement, `${contexts}/by-hand`)
      const { conditions } = JSON.parse(answer.body).status as {
        conditions: { type: string; status: string }[]
      }
      return conditions.find(({ type }) => type === 'Ready')?.status
    }
    // The provider may not have begun yet: what is let go is told.
    let told = await type(['advance']).ended
    while (told.printed.trim() === '0') told = await type(['advance']).ended
    expect(told).toMatchObject({ code: 0, printed: '1\n' })
    expect(await ready()).toBe('True')
    expect((await type(['advance']).ended).printed).toBe('0\n')
    await stop(server)
    expect(await type(['advance']).ended).toMatchObject({ code: 1, printed: '' })
  })

  test('an Instance that was deleted is gone for a moment before another has its name, which kubectl waits for', async () => {
    const { announcement } = await serve()
    const api = projectApi(announcement)
    await api.create(workloads, workload())
    const path = `${instances}/web-p1-dfw-0`
    await expect.poll(() => api.find(path)).toBeDefined()
    const { uid } = (await api.get(path)).metadata
    await api.remove(path)
    let absences = 0
    for (;;) {
      const found = await api.find(path)
      if (found && found.metadata.uid !== uid) break
      if (!found) absences++
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    // Without a pause it is there again before anybody has looked twice.
    expect(absences).toBeGreaterThan(2)
  })

  test('the commands find the running server', async () => {
    const server = await serve()
    const token = await type(['token']).ended
    expect(token.code).toBe(0)
    const answer = await get({ ...server.announcement, token: token.printed.trim() }, organizationPath)
    expect(answer.status).toBe(200)
    expect((await type(['health']).ended).code).toBe(0)
    expect((await type(['reset', '--yes']).ended).said).toContain('in use')
    await stop(server)
    expect((await type(['health', '--port', '1']).ended).code).toBe(1)
    expect((await type(['reset', '--yes']).ended).code).toBe(0)
    expect(existsSync(join(folder, '.datum-local'))).toBe(false)
  })
})
