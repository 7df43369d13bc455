import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Announcement } from '../../src/cli/announce.ts'
import {
  type Ask,
  createAsk,
  ensureBuilt,
  type Program,
  projectPath,
  startProgram,
} from '../support/program.ts'

const watcherCount = 1000
/** Of each of the five kinds in stalled-clients.mjs. */
const stalledPerKind = 2000
const stalledCount = 5 * stalledPerKind
/** In seconds: long enough to open all on a machine that others use too, before the first is let go. */
const headerTimeout = 45
const requestTimeout = 60
/** In seconds. Far more than an answer takes: less than this is an answer, more is none. */
const patience = 10
/** Connections of both sides are in processes of their own; the rest is what a process has open anyway. */
const descriptors = watcherCount + stalledCount + 500

const namespaces = `${projectPath}/api/v1/namespaces`
/** Where nothing happens, and a thousand watch. */
const quiet = `${namespaces}/default/configmaps`
/** Where the others work. */
const busy = `${namespaces}/busy/configmaps`

const allowed = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout.trim()
const available = allowed === 'unlimited' || Number(allowed) >= descriptors
if (!available) {
  console.log(`stalled connections: skipped, ${descriptors} descriptors are needed and ${allowed} allowed`)
}

describe.skipIf(!available)('1,000 idle watchers and 10,000 stalled connections', () => {
  let folder: string
  let program: Program
  let announcement: Announcement
  let ask: ReturnType<typeof createAsk>
  let watchers: Watcher[] = []
  let stalled: ChildProcess | undefined

  beforeAll(async () => {
    await ensureBuilt()
    folder = mkdtempSync(join(tmpdir(), 'datum-local-stalled-'))
    program = startProgram([
      '--state-dir',
      folder,
      '--limit',
      `header-timeout=${headerTimeout}s`,
      '--limit',
      `request-timeout=${requestTimeout}s`,
    ])
    announcement = await program.ready
    ask = createAsk(announcement, 4)
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'busy' } }
    expect((await ask('POST', namespaces, namespace)).code).toBe(201)
  })

  afterAll(async () => {
    stalled?.kill('SIGKILL')
    for (const watcher of watchers) watcher.close()
    ask?.close()
    await program?.stop()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  /** Resolves, when all have been let go, with the figures of the moment when all stood open. */
  async function storm(work: ReturnType<typeof createWork>, before: Figures): Promise<Figures> {
    const began = performance.now()
    stalled = fork(join(import.meta.dirname, 'stalled-clients.mjs'), { execArgv: [] })
    const gone = once(stalled, 'exit')
    const reports = reportsOf(stalled)
    stalled.send({
      port: Number(new URL(announcement.httpUrl).port),
      token: announcement.token,
      path: busy,
      perKind: stalledPerKind,
    })
    const working = work.until(gone)
    const open = await reports.open
    const openingSeconds = (performance.now() - began) / 1000
    // The last of them may still wait to be accepted.
    const during = await figuresOnce(
      ask,
      ({ descriptors }) => !(Number(descriptors) < watcherCount + stalledCount),
    )
    const results = await reports.results
    const slowest = await working

    console.log(JSON.stringify({ openingSeconds, slowest, results }))
    // All at once, each for as long as it may, and none for longer.
    expect(open).toBe(stalledCount)
    if (before.descriptors !== undefined) {
      expect(during.descriptors).toBeGreaterThan(watcherCount + stalledCount)
    }
    for (const [kind, result] of Object.entries(results)) {
      const bound = kind === 'half of a body' ? requestTimeout : headerTimeout
      expect(result, kind).toMatchObject({ opened: stalledPerKind, failed: 0 })
      expect(result.shortest, kind).toBeGreaterThan(bound / 2)
      expect(result.longest, kind).toBeLessThan(bound + 2 * patience)
      const told = kind === 'half of the headers' || kind === 'half of a body'
      expect(result.answered408, kind).toBe(told ? stalledPerKind : 0)
    }
    expect(slowest).toBeLessThan(patience)
    return during
  }

  test('leave the others unharmed, are let go in time, and take little more the next time', async () => {
    watchers = await Promise.all(Array.from({ length: watcherCount }, () => watch(announcement, quiet)))
    const work = createWork(announcement, ask)
    for (let round = 0; round < 50; round++) await work.round()
    const before = await figures(ask)

    const first = await storm(work, before)
    const second = await storm(work, before)
    expect(watchers.filter((watcher) => watcher.ended).length).toBe(0)
    expect(watchers.map((watcher) => watcher.text).join('')).toBe('')

    const created = performance.now()
    expect((await ask('POST', quiet, configMap('signal'))).code).toBe(201)
    const events = await Promise.all(watchers.map((watcher) => watcher.event()))
    const heard = (performance.now() - created) / 1000
    expect(
      events.filter(({ type, object }) => type === 'ADDED' && object.metadata.name === 'signal'),
    ).toHaveLength(watcherCount)

    // What the allocator has taken from the system it keeps, and uses again: a second storm needs little more.
    const after = await figuresOnce(ask, ({ heap }) => heap < before.heap * 1.5, 8)
    console.log(JSON.stringify({ rounds: work.rounds, heard, before, first, second, after }))
    expect(after.heap).toBeLessThan(before.heap * 1.5)
    expect(second.resident).toBeLessThan(first.resident * 1.25)
    if (before.descriptors !== undefined) {
      expect(after.descriptors).toBeLessThan(before.descriptors + 50)
    }
    expect(program.said()).toBe('')
  })
})

interface StalledResult {
  readonly opened: number
  readonly failed: number
  readonly answered408: number
  /** How long connections have stood, in seconds. */
  readonly shortest: number
  readonly longest: number
}

/** What the process with the stalled connections tells; both reject when it ends before. */
function reportsOf(child: ChildProcess) {
  const field = <T>(name: string) =>
    new Promise<T>((resolve, reject) => {
      child.on('message', (message: Record<string, T>) => {
        if (name in message) resolve(message[name] as T)
      })
      child.once('exit', (code) => reject(new Error(`the stalled clients have ended with ${code}`)))
    })
  return {
    /** How many stand open once the last one does. */
    open: field<number>('open'),
    /** How they have ended, by kind. */
    results: field<Record<string, StalledResult>>('results'),
  }
}

interface WatchedEvent {
  readonly type: string
  readonly object: { readonly metadata: { readonly name: string } }
}

interface Watcher {
  /** What has come until now. */
  readonly text: string
  readonly ended: boolean
  /** The first event. */
  event(): Promise<WatchedEvent>
  close(): void
}

/** Each on a connection of its own. */
const ownConnections = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY })

/** A watch of what comes from now on. */
async function watch({ httpUrl, token }: Announcement, path: string): Promise<Watcher> {
  const sent: ClientRequest = request(`${httpUrl}${path}?watch=true`, {
    agent: ownConnections,
    headers: { authorization: `Bearer ${token}` },
  })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  let text = ''
  let ended = false
  let tell = () => {}
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    tell()
  })
  response.on('error', () => {})
  response.once('close', () => {
    ended = true
    tell()
  })
  return {
    get text() {
      return text
    },
    get ended() {
      return ended
    },
    async event() {
      while (!text.includes('\n')) {
        if (ended) throw new Error('a watch has ended before its event came')
        await new Promise<void>((resolve) => {
          tell = resolve
        })
      }
      return JSON.parse(text.slice(0, text.indexOf('\n')))
    },
    close: () => sent.destroy(),
  }
}

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value: name },
})

/** What the others do, each round the same; everything has to be answered as ever. */
function createWork(announcement: Announcement, ask: Ask) {
  let rounds = 0
  let slowest = 0

  async function timed<T>(act: () => Promise<T>): Promise<T> {
    const began = performance.now()
    const result = await act()
    slowest = Math.max(slowest, (performance.now() - began) / 1000)
    return result
  }

  async function round(): Promise<void> {
    const name = `round-${rounds}`
    const watcher = await timed(() => watch(announcement, busy))
    try {
      const created = await timed(() => ask('POST', busy, configMap(name)))
      expect(created.code, created.text).toBe(201)
      const event = await timed(() => watcher.event())
      expect(event).toEqual({ type: 'ADDED', object: created.json })
      const found = await timed(() => ask('GET', `${busy}/${name}`))
      expect([found.code, found.json]).toEqual([200, created.json])
      const listed = await timed(() => ask('GET', busy))
      expect([listed.code, listed.json.items.length]).toEqual([200, 1])
      const deleted = await timed(() => ask('DELETE', `${busy}/${name}`))
      expect(deleted.code, deleted.text).toBe(200)
    } finally {
      watcher.close()
    }
    rounds += 1
  }

  return {
    round,
    get rounds() {
      return rounds
    },
    /** Works until then. Resolves with how long the slowest answer since has taken, in seconds. */
    async until(over: Promise<unknown>): Promise<number> {
      let isOver = false
      void over.then(() => {
        isOver = true
      })
      slowest = 0
      while (!isOver) await round()
      return slowest
    },
  }
}

/** In megabytes. */
interface Figures {
  readonly resident: number
  /** What lives in the heap, and garbage that has not been collected. */
  readonly heap: number
  /** Where the system tells. */
  readonly descriptors: number | undefined
}

async function figures(ask: Ask): Promise<Figures> {
  const { text } = await ask('GET', '/metrics')
  const value = (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
  const megabytes = (name: string) => Math.round(Number(value(name)) / 1024 / 1024)
  const descriptors = value('process_open_fds')
  return {
    resident: megabytes('process_resident_memory_bytes'),
    heap: megabytes('nodejs_heap_size_used_bytes'),
    descriptors: descriptors === undefined ? undefined : Number(descriptors),
  }
}

/** As soon as they are so, or after a minute as they are then. A server that is asked seldom has time to clean up. */
async function figuresOnce(ask: Ask, areSo: (figures: Figures) => boolean, pause = 0.5): Promise<Figures> {
  const began = performance.now()
  for (;;) {
    const now = await figures(ask)
    if (areSo(now) || performance.now() - began > 60_000) return now
    await new Promise((resolve) => setTimeout(resolve, pause * 1000))
  }
}
