import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type ClientHttp2Stream, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { limitName } from '../../src/cli/limit-option.ts'
import { type ControlPlaneLimits, defaultControlPlaneLimits } from '../../src/limits.ts'
import type { Registry } from '../../src/registry/registry.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'
import { type DatumLocalOptions, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { startHttpServer } from '../server/support/http-server.ts'

const open: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const configMaps = '/api/v1/namespaces/default/configmaps'

async function start(limits: Partial<ControlPlaneLimits>, options: DatumLocalOptions = {}) {
  const datum = await startDatumLocal({ seeds: 'none', limits, ...options })
  open.push(() => datum.stop())
  const authorization = `Bearer ${datum.token}`
  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${datum.httpUrl}${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at as it is
    const json = (): any => JSON.parse(text)
    return { code: response.status, text, json }
  }
  const write = (name: string, data = 'x') => ask('POST', configMaps, { metadata: { name }, data: { data } })
  return { datum, ask, write, authorization, port: Number(new URL(datum.httpUrl).port) }
}

/** A server whose work lasts until it is released. */
function startHeld(limits: Partial<ControlPlaneLimits>) {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const inner = startHttpServer()
  const kinds: Registry['kinds'] = async (plane) => {
    await held
    return inner.registry.kinds(plane)
  }
  const http = startHttpServer({ limits, registry: { ...inner.registry, kinds } })
  open.push(inner.close, () => http.close())
  return { ask: http.ask, release }
}

/** A ConfigMap with so many keys, as client-go sends it. */
function protobufConfigMap(name: string, keys: number): Uint8Array {
  const field = (number: number, content: string | Buffer) => {
    const bytes = Buffer.from(content)
    return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes])
  }
  const entry = (_: unknown, index: number) => field(2, Buffer.concat([field(1, `f${index}`), field(2, 'a')]))
  const object = Buffer.concat([field(1, field(1, name)), ...Array.from({ length: keys }, entry)])
  const head = field(1, Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')]))
  return Buffer.concat([Buffer.from('k8s\0'), head, field(2, object)])
}

function varint(value: number): Buffer {
  return Buffer.from(value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >>> 7])
}

type Proof = () => Promise<void>
/** Where a bound is proved elsewhere: the file, and what its test is called. */
type Reference = readonly [file: string, sentence: string]

const slowClients = 'test/server/slow-clients.test.ts'

const proofs: Readonly<Record<keyof ControlPlaneLimits, Proof | Reference>> = {
  async bodyBytes() {
    const { write } = await start({ bodyBytes: 1000 })
    expect((await write('short', 'x'.repeat(500))).code).toBe(201)
    const long = await write('long', 'x'.repeat(1000))
    expect(long.json()).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' })
  },

  async bodyValues() {
    const { datum, ask, authorization } = await start({ bodyValues: 20 })
    const send = async (method: string, path: string, type: string, body: string | Uint8Array) => {
      const headers = { authorization, 'content-type': type }
      const response = await fetch(`${datum.httpUrl}${configMaps}${path}`, { method, headers, body })
      return [response.status, ((await response.json()) as { message?: string }).message]
    }
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 'a']))
    const refused = [413, 'Request entity too large: limit is 20 values']

    // The document, its metadata, the name, the map, and what is in it.
    const object = (name: string, count: number) =>
      JSON.stringify({ metadata: { name, labels: {} }, data: fields(count) })
    expect((await send('POST', '', 'application/json', object('a', 15)))[0]).toBe(201)
    expect(await send('POST', '', 'application/json', object('b', 16))).toEqual(refused)
    expect(await send('PUT', '/a', 'application/json', object('a', 16))).toEqual(refused)

    const change = (count: number) => JSON.stringify({ data: fields(count) })
    for (const type of ['merge-patch+json', 'strategic-merge-patch+json']) {
      expect((await send('PATCH', '/a', `application/${type}`, change(18)))[0]).toBe(200)
      expect(await send('PATCH', '/a', `application/${type}`, change(19))).toEqual(refused)
    }
    const applied = (item: string) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: ${item}}`
    const apply = (data: string) => send('PATCH', '/c?fieldManager=a', 'application/apply-patch+yaml', data)
    expect((await apply(applied('{a: b}')))[0]).toBe(201)
    expect(await apply(applied(JSON.stringify(fields(15))))).toEqual(refused)
    expect(await apply(applied(JSON.stringify(fields(15)).replaceAll('"', '')))).toEqual(refused)
    const ten = JSON.stringify(Array.from({ length: 10 }, () => 'a'))
    expect(await send('POST', '', 'application/yaml', `a: &a ${ten}\nb: *a\n`)).toEqual(refused)
    expect((await ask('DELETE', `${configMaps}/a`, { a: fields(18) })).code).toBe(200)
    expect((await ask('DELETE', `${configMaps}/c`, { a: fields(19) })).code).toBe(413)

    const type = 'application/vnd.kubernetes.protobuf'
    expect((await send('POST', '', type, protobufConfigMap('d', 10)))[0]).toBe(201)
    expect(await send('POST', '', type, protobufConfigMap('e', 20))).toEqual(refused)
  },

  async objectBytes() {
    const { ask, write } = await start({ objectBytes: 5000 })
    const path = `${configMaps}/a`
    const send = async (type: string, body: unknown, query = '') => {
      const answer = await ask('PATCH', `${path}${query}`, body, { 'content-type': `application/${type}` })
      return { ...answer, said: [answer.code, answer.json().reason, answer.json().message] }
    }
    const merge = (key: string, length: number) =>
      send('merge-patch+json', { data: { [key]: 'x'.repeat(length) } })
    expect((await write('a')).code).toBe(201)
    for (const key of 'bcd') expect((await merge(key, 1200)).code).toBe(200)
    const before = (await ask('GET', path)).json()

    // One after another or all at once, in whatever form, it grows no more.
    const tooLarge = [
      413,
      'RequestEntityTooLarge',
      expect.stringMatching(
        /^Request entity too large: the object would be \d{4} bytes long, limit is 5000$/,
      ),
    ]
    const together = await Promise.all([merge('e', 1200), merge('f', 10), merge('g', 1200)])
    expect(together.map(({ code }) => code)).toEqual([413, 200, 413])
    expect(together[0]?.said).toEqual(tooLarge)
    const value = 'x'.repeat(1200)
    expect((await send('strategic-merge-patch+json', { data: { e: value } })).said).toEqual(tooLarge)
    expect((await send('json-patch+json', [{ op: 'add', path: '/data/e', value }])).said).toEqual(tooLarge)
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { e: value } }
    expect((await send('apply-patch+yaml', applied, '?fieldManager=x')).said).toEqual(tooLarge)
    expect(
      (await ask('PUT', path, { ...before, metadata: { name: 'a' }, data: { ...before.data, e: value } }))
        .code,
    ).toBe(413)
    expect((await write('b', 'x'.repeat(5000))).code).toBe(413)
    expect((await ask('GET', `${configMaps}/b`)).code).toBe(404)
    // Letters of several bytes count as what they are.
    expect((await write('c', 'é'.repeat(2400))).code).toBe(413)
    expect((await write('c', 'e'.repeat(2400))).code).toBe(201)

    // A status counts too.
    const namespaces = '/api/v1/namespaces'
    const namespace = {
      metadata: { name: 'n', finalizers: ['example.com/x'], annotations: { a: 'x'.repeat(4100) } },
    }
    expect((await ask('POST', namespaces, namespace)).code).toBe(201)
    const status = { status: { conditions: [{ type: 'A', status: 'True', message: 'x'.repeat(1000) }] } }
    const patched = await ask('PATCH', `${namespaces}/n/status`, status, {
      'content-type': 'application/merge-patch+json',
    })
    expect(patched.json()).toMatchObject({ code: 413, reason: 'RequestEntityTooLarge' })

    // What is as long as it may be can still be deleted, though that makes it longer.
    const held = {
      metadata: { name: 'held', finalizers: ['example.com/x'] },
      data: { data: 'x'.repeat(4000) },
    }
    expect((await ask('POST', configMaps, held)).code).toBe(201)
    let fits = 4000
    for (let step = 512; step > 0; step >>= 1) {
      const data = { data: 'x'.repeat(fits + step) }
      const longer = await ask(
        'PATCH',
        `${configMaps}/held`,
        { data },
        { 'content-type': 'application/merge-patch+json' },
      )
      if (longer.code === 200) fits += step
    }
    expect((await ask('DELETE', `${configMaps}/held`)).json().metadata).toHaveProperty('deletionTimestamp')
    const released = await ask(
      'PATCH',
      `${configMaps}/held`,
      { metadata: { finalizers: null } },
      { 'content-type': 'application/merge-patch+json' },
    )
    expect(released.code).toBe(200)
    expect((await ask('GET', `${configMaps}/held`)).code).toBe(404)

    const after = (await ask('GET', path)).json()
    expect(after.data).toEqual({ ...before.data, f: 'x'.repeat(10) })
    expect((await send('merge-patch+json', { data: { b: null, h: 'x' } })).json().data).toMatchObject({
      h: 'x',
    })
    expect((await merge('e', 1000)).code).toBe(200)
  },

  async urlBytes() {
    const { ask } = await start({ urlBytes: 300 })
    expect((await ask('GET', `${configMaps}?labelSelector=a`)).code).toBe(200)
    expect((await ask('GET', `${configMaps}?labelSelector=${'a'.repeat(300)}`)).json().code).toBe(414)
  },

  async headerBytes() {
    const { ask } = await start({ headerBytes: 2000 })
    expect((await ask('GET', '/version', undefined, { long: 'x'.repeat(100) })).code).toBe(200)
    expect((await ask('GET', '/version', undefined, { long: 'x'.repeat(3000) })).json().code).toBe(431)
  },

  watchPause: ['test/server/fan-out.test.ts', 'pauses no longer than the bound says'],

  headerTimeout: [slowClients, 'its headers byte by byte gets 408'],
  requestTimeout: [slowClients, 'its body byte by byte gets 408'],
  responseTimeout: [slowClients, '%s is let go, and others are answered meanwhile'],
  idleTimeout: [slowClients, 'nothing more after its answer is let go after the time for idleness'],

  async handlingTimeout() {
    const { ask, release } = startHeld({ handlingTimeout: 100 })
    expect((await ask('GET', '/apis')).json).toMatchObject({
      code: 504,
      reason: 'Timeout',
      message: 'Timeout: request did not complete within the allotted timeout',
    })
    release()
    expect((await ask('GET', '/apis')).code).toBe(200)
  },

  connections: ['test/server/listener.test.ts', 'further connections than allowed are closed as they come'],

  async streamsPerConnection() {
    const wireClock = createManualClock()
    const http = startHttpServer({
      limits: { ...defaultControlPlaneLimits, streamsPerConnection: 2 },
      wireClock,
    })
    open.push(() => http.close())
    const { port } = await http.server.listen({ addresses: ['127.0.0.1'], port: 0 })
    const url = `http://127.0.0.1:${port}`
    const session = connectHttp2(url)
    open.push(() => session.destroy())
    const ask = (path: string): ClientHttp2Stream => {
      const stream = session.request({ ':path': path, authorization: 'Bearer good' })
      stream.on('error', () => {})
      return stream.resume()
    }
    const statusOf = async (stream: ClientHttp2Stream) =>
      ((await once(stream, 'response')) as [IncomingHttpHeaders])[0][':status']
    await once(session, 'remoteSettings')
    const watches = [5, 10].map((seconds) => ask(`/api/v1/namespaces?watch=1&timeoutSeconds=${seconds}`))
    expect(await Promise.all(watches.map(statusOf))).toEqual([200, 200])
    let answered = false
    const further = statusOf(ask('/version')).then((status) => {
      answered = true
      return status
    })
    // On another connection nobody waits, and by then a further request on this one would have been answered.
    for (let times = 0; times < 5; times++) expect((await fetch(`${url}/livez`)).status).toBe(200)
    expect(answered).toBe(false)
    wireClock.advance(5_000)
    expect(await further).toBe(200)
  },

  async requestsInFlight() {
    const { ask, release } = startHeld({ requestsInFlight: 2 })
    const two = [ask('GET', '/apis'), ask('GET', '/apis')]
    await expect
      .poll(async () => (await ask('GET', '/metrics')).text)
      .toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 3\n')
    const third = await ask('GET', '/apis')
    expect([third.code, third.json.reason, third.headers['retry-after']]).toEqual([
      429,
      'TooManyRequests',
      '1',
    ])
    release()
    for (const each of two) expect((await each).code).toBe(200)
    expect((await ask('GET', '/apis')).code).toBe(200)
  },

  async watchesPerCaller() {
    const { ask, datum, authorization } = await start({ watchesPerCaller: 2 })
    for (let count = 0; count < 2; count++) {
      const response = await fetch(`${datum.httpUrl}${configMaps}?watch=1`, { headers: { authorization } })
      open.push(() => void response.body?.cancel())
    }
    expect((await ask('GET', `${configMaps}?watch=1`)).json()).toMatchObject({ code: 429 })
    expect((await ask('GET', configMaps)).code).toBe(200)
  },

  watchQueueEvents: ['test/server/watch.test.ts', 'whose reader does not read is cut off, and no other'],

  async watchDuration() {
    const { ask } = await start({ watchDuration: 100 })
    const before = performance.now()
    expect((await ask('GET', `${configMaps}?watch=1`)).code).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(99)
  },

  async bookmarkInterval() {
    const { ask } = await start({ bookmarkInterval: 100 })
    const { text } = await ask('GET', `${configMaps}?watch=1&allowWatchBookmarks=true&timeoutSeconds=1`)
    expect(text.split('\n').filter((line) => line.includes('"BOOKMARK"')).length).toBeGreaterThan(3)
  },

  async pageObjects() {
    const { ask, write } = await start({ pageObjects: 3 })
    for (const name of 'abcde') await write(name)
    const first = (await ask('GET', `${configMaps}?limit=100`)).json()
    expect(first.items).toHaveLength(3)
    const rest = (await ask('GET', `${configMaps}?limit=100&continue=${first.metadata.continue}`)).json()
    expect([rest.items.length, rest.metadata.continue]).toEqual([2, undefined])
    expect((await ask('GET', configMaps)).json().items).toHaveLength(5)
  },

  listPage: ['test/server/resources.test.ts', 'a list without a limit is whole, however many pages it takes'],
  compressFrom: [
    'test/server/resources.test.ts',
    'a long list is compressed for who comes from afar and accepts it',
  ],

  async tokenLifetime() {
    const clock = createManualClock()
    const { datum, ask } = await start({ tokenLifetime: 5000 }, { clock })
    const exchange = await ask('POST', '/oauth/token/exchange', undefined, {
      authorization: `Bearer ${datum.pat}`,
    })
    const authorization = `Bearer ${exchange.json().access_token}`
    clock.advance(4000)
    expect((await ask('GET', configMaps, undefined, { authorization })).code).toBe(200)
    clock.advance(1000)
    expect((await ask('GET', configMaps, undefined, { authorization })).code).toBe(403)
  },

  async closeTimeout() {
    const { datum, port, authorization } = await start({ closeTimeout: 100 })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    const gone = new Promise((resolve) => socket.once('close', resolve))
    socket.write(
      `POST ${configMaps} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\ncontent-length: 9\r\n\r\n{`,
    )
    await once(socket, 'connect')
    await datum.stop()
    await gone
  },

  async keepMilliseconds() {
    const clock = createManualClock()
    const { ask, write } = await start({ keepMilliseconds: 1000 }, { clock })
    for (const name of 'abc') await write(name)
    const from = (await ask('GET', `${configMaps}?limit=1`)).json().metadata
    const goOn = () => ask('GET', `${configMaps}?limit=1&continue=${from.continue}`)
    const watch = () =>
      ask('GET', `${configMaps}?watch=1&timeoutSeconds=1&resourceVersion=${from.resourceVersion}`)
    expect((await goOn()).code).toBe(200)
    // What is forgotten is forgotten in small steps, as time goes by.
    await expect
      .poll(async () => {
        clock.advance(1000)
        await write(`n${clock.now()}`)
        return (await goOn()).code
      })
      .toBe(410)
    expect((await goOn()).json()).toMatchObject({ reason: 'Expired' })
    expect((await watch()).text).toContain('"code":410')
  },

  async keepChanges() {
    const { ask, write } = await start({ keepChanges: 20 })
    await write('a')
    const { resourceVersion } = (await ask('GET', configMaps)).json().metadata
    for (let count = 0; count < 100; count++) await write(`n${count}`)
    const watch = () =>
      ask('GET', `${configMaps}?watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion}`)
    await expect.poll(async () => (await watch()).text).toContain('"code":410')
  },

  writesPerCommit: ['test/storage/sqlite-store.test.ts', 'share commits of a limited size'],
  commitDuration: ['test/storage/sqlite-store.test.ts', 'share a commit for a limited time'],
  maximumBytes: [
    'test/crash/state.test.ts',
    'refuses writes with 503 and says why, serves reads, and loses nothing',
  ],
  recordCacheLength: [
    'test/storage/record-cache.test.ts',
    'the texts of kept records are never longer together than the capacity; the last used stay',
  ],
  async eventLifetime() {
    const clock = createManualClock()
    const { datum, ask } = await start({ eventLifetime: 60_000 }, { clock })
    const events = configMaps.replace('configmaps', 'events')
    const involvedObject = { kind: 'ConfigMap', namespace: 'default', name: 'a' }
    expect((await ask('POST', events, { metadata: { name: 'once' }, involvedObject })).code).toBe(201)
    clock.advance(59_000)
    await datum.settle()
    expect((await ask('GET', `${events}/once`)).code).toBe(200)
    clock.advance(1_000)
    await datum.settle()
    expect((await ask('GET', `${events}/once`)).code).toBe(404)
  },
  reconcileTimeout: [
    'test/controller-runtime/manager.test.ts',
    'is cut off when it takes too long, and may change nothing any more',
  ],
}

describe('a bound does what docs/reliability.md says', () => {
  for (const name of Object.keys(defaultControlPlaneLimits) as (keyof ControlPlaneLimits)[]) {
    const proof = proofs[name]
    if (typeof proof === 'function') test(limitName(name), proof)
    else {
      test(`${limitName(name)}, as ${proof[0]} proves`, () => {
        expect(readFileSync(new URL(`../../${proof[0]}`, import.meta.url), 'utf8')).toContain(proof[1])
      })
    }
  }
})
