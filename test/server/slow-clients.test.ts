import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  type IncomingHttpHeaders,
} from 'node:http2'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/apimachinery/clock.ts'
import { createAuthority, issueServerCertificate } from '../../src/server/certificates.ts'
import type { Limits } from '../../src/server/limits.ts'
import { project, startHttpServer } from './support/http-server.ts'

const authority = createAuthority(systemClock)
const certificate = issueServerCertificate(authority, ['localhost', '127.0.0.1'], systemClock)
const tls = { key: certificate.key, cert: certificate.certificate }
const open: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function start(limits: Partial<Limits>) {
  const http = startHttpServer({ tls, limits })
  open.push(() => http.close())
  const { port } = await http.server.listen({ addresses: ['127.0.0.1'], port: 0 })
  const alive = async () => (await fetch(`http://127.0.0.1:${port}/livez`)).status
  return { ...http, port, alive }
}

interface Connection {
  readonly socket: Socket
  /** Resolves when it is gone, with all that has come over it. */
  readonly closed: Promise<string>
}

async function dial(port: number, { secure = false } = {}): Promise<Connection> {
  const socket: Socket = secure
    ? connectTls({ port, host: '127.0.0.1', ca: authority.certificate, servername: 'localhost' })
    : connect(port, '127.0.0.1')
  open.push(() => {
    socket.destroy()
  })
  let said = ''
  socket.setEncoding('latin1').on('data', (text) => {
    said += text
  })
  const closed = gone(socket).then(() => said)
  await once(socket, secure ? 'secureConnect' : 'connect')
  return { socket, closed }
}

/** Resolves when the other side has ended it, in whatever way. */
function gone(stream: Socket | ClientHttp2Stream | ClientHttp2Session): Promise<void> {
  stream.on('error', () => {})
  return new Promise((resolve) => stream.once('close', resolve))
}

const head = (method: string, path: string, ...more: string[]) =>
  [`${method} ${path} HTTP/1.1`, 'host: localhost', 'authorization: Bearer good', ...more, '', ''].join(
    '\r\n',
  )

/** Sends another byte from time to time until the connection is gone. */
function drip(socket: Socket, text = 'x'): void {
  const timer = setInterval(() => socket.write(text, 'latin1'), 20)
  socket.once('close', () => clearInterval(timer))
}

describe('a client that sends', () => {
  test.each([false, true])('nothing is let go after the time for headers (TLS: %s)', async (secure) => {
    const { port, alive } = await start({ headerTimeout: 100 })
    const { closed } = await dial(port, { secure })
    await closed
    expect(await alive()).toBe(200)
  })

  test.each([
    ['half of what could be HTTP/2', 'PRI * HT'],
    ['one byte that could be anything', 'P'],
  ])('%s and hangs up keeps nobody else waiting', async (_name, text) => {
    const { port, alive } = await start({})
    const { socket, closed } = await dial(port)
    socket.end(text)
    await closed
    expect(await alive()).toBe(200)
  })

  test('half a handshake is let go after the time for headers', async () => {
    const { port, alive } = await start({ headerTimeout: 100 })
    const { socket, closed } = await dial(port)
    socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))
    await closed
    expect(await alive()).toBe(200)
  })

  test('the second half of a handshake too late is let go, and takes nobody along', async () => {
    const { port, alive } = await start({ headerTimeout: 100 })
    // Passes on what the server says at once, and what the client says but for the first piece when it is too late.
    const between = createServer((client) => {
      const server = connect(port, '127.0.0.1')
      void gone(client)
      void gone(server)
      client.once('data', (hello) => {
        server.write(hello)
        client.on('data', (rest) => setTimeout(() => server.writable && server.write(rest), 120))
      })
      server.on('data', (answer) => client.write(answer))
      server.once('close', () => client.destroy())
    })
    between.listen(0, '127.0.0.1')
    await once(between, 'listening')
    open.push(() => {
      between.close()
    })
    const ALPNProtocols = ['h2']
    const ca = authority.certificate
    const host = '127.0.0.1'
    const { port: late } = between.address() as AddressInfo
    await Promise.all(
      Array.from({ length: 10 }, () => gone(connectTls({ port: late, host, ca, ALPNProtocols }))),
    )
    expect(await alive()).toBe(200)
  })

  test.each([false, true])('its headers byte by byte gets 408 (TLS: %s)', async (secure) => {
    const { port, alive } = await start({ headerTimeout: 150 })
    const { socket, closed } = await dial(port, { secure })
    socket.write('GET /livez HTTP/1.1\r\nx-slow: ')
    drip(socket)
    expect(await closed).toMatch(/^HTTP\/1\.1 408 .*"reason":"Timeout"/s)
    expect(await alive()).toBe(200)
  })

  test.each([false, true])('its body byte by byte gets 408 (TLS: %s)', async (secure) => {
    const { port, alive } = await start({ headerTimeout: 150, requestTimeout: 300 })
    const { socket, closed } = await dial(port, { secure })
    socket.write(head('POST', `${project}/api/v1/namespaces`, 'content-length: 100000'))
    drip(socket)
    expect(await closed).toMatch(/^HTTP\/1\.1 408 .*"reason":"Timeout"/s)
    expect(await alive()).toBe(200)
  })

  test('its body byte by byte over HTTP/2 gets 408 on its stream, and no other', async () => {
    const { port } = await start({ requestTimeout: 200 })
    const session = connectHttp2(`http://localhost:${port}`)
    session.on('error', () => {})
    open.push(() => session.destroy())
    const headers = {
      ':method': 'POST',
      ':path': `${project}/api/v1/namespaces`,
      authorization: 'Bearer good',
    }
    const slow = session.request(headers)
    slow.on('error', () => {})
    const timer = setInterval(() => slow.write(' '), 20)
    open.push(() => clearInterval(timer))
    const [answered] = (await once(slow, 'response')) as [IncomingHttpHeaders]
    expect(answered[':status']).toBe(408)
    let text = ''
    for await (const chunk of slow) text += chunk
    expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'Timeout', code: 408 })
    const other = session.request({ ':path': '/livez' })
    const [fine] = (await once(other, 'response')) as [IncomingHttpHeaders]
    expect(fine[':status']).toBe(200)
  })

  test('no request over HTTP/2 is let go, however much else it sends', async () => {
    const { port } = await start({ headerTimeout: 150, idleTimeout: 300 })
    const silent = connectHttp2(`https://localhost:${port}`, { ca: authority.certificate })
    const idle = connectHttp2(`http://localhost:${port}`)
    for (const session of [silent, idle]) {
      session.on('error', () => {})
      open.push(() => session.destroy())
      const timer = setInterval(() => session.destroyed || session.ping(() => {}), 30)
      open.push(() => clearInterval(timer))
    }
    const ended = Promise.all([gone(silent), gone(idle)])
    const asked = idle.request({ ':path': '/livez' })
    asked.resume()
    await once(asked, 'close')
    await ended
  })

  test('headers without an end over HTTP/2 is let go', async () => {
    const { port, alive } = await start({ headerTimeout: 150 })
    const { socket, closed } = await dial(port)
    socket.write(
      Buffer.concat([
        Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
        Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
        Buffer.from([0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82]),
      ]),
    )
    drip(socket, Buffer.from([0, 0, 1, 9, 0, 0, 0, 0, 1, 0x84]).toString('latin1'))
    await closed
    expect(await alive()).toBe(200)
  })

  test('nothing more after its answer is let go after the time for idleness', async () => {
    const { port } = await start({ idleTimeout: 200 })
    const connections = await Promise.all([dial(port), dial(port, { secure: true })])
    for (const { socket } of connections) socket.write(head('GET', '/livez'))
    for (const { closed } of connections) expect(await closed).toContain('200 OK')
  })

  test('what is no HTTP, and never hangs up, is cut off', async () => {
    const { port } = await start({ closeTimeout: 100 })
    // Who may stay half open gets the answer and the end of it, and keeps its own half.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const closed = gone(socket)
    open.push(() => {
      socket.destroy()
    })
    socket.write('NONSENSE\r\n\r\n')
    socket.resume()
    drip(socket)
    await closed
  })
})

describe('a client that does not read', () => {
  /** Ten answers of 0.9 MB each: more than the buffers on the way hold. */
  async function withLongAnswers(limits: Partial<Limits>) {
    const server = await start(limits)
    await server.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
    const path = `${project}/api/v1/namespaces/default/configmaps`
    const data = { text: 'x'.repeat(900_000) }
    for (let index = 0; index < 10; index++) {
      await server.ask('POST', path, { metadata: { name: `c${index}` }, data })
    }
    return { ...server, path }
  }

  test.each([
    ['a long list', (path: string) => head('GET', path)],
    ['one object after another', (path: string) => head('GET', `${path}/c1`).repeat(20)],
    ['small answers without end', () => head('GET', '/version').repeat(60_000)],
  ])('%s is let go, and others are answered meanwhile', async (_name, requests) => {
    const { port, path, alive } = await withLongAnswers({ responseTimeout: 300 })
    const { socket, closed } = await dial(port)
    socket.pause()
    socket.write(requests(path))
    expect(await alive()).toBe(200)
    // Who does not read learns that the connection is gone when it writes.
    drip(socket)
    await closed
    expect(await alive()).toBe(200)
  })

  test('over HTTP/2 is let go', async () => {
    const { port, path, alive, ask } = await withLongAnswers({ responseTimeout: 300 })
    const session = connectHttp2(`http://localhost:${port}`)
    session.on('error', () => {})
    open.push(() => session.destroy())
    const stream = session.request({ ':path': path, authorization: 'Bearer good' })
    const closed = gone(stream)
    stream.pause()
    await once(stream, 'response')
    expect(await alive()).toBe(200)
    // A paused stream does not hear of its end: the figures tell when nobody is being answered any more.
    await expect
      .poll(async () => (await ask('GET', '/metrics')).text, { timeout: 10_000 })
      .toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 1\n')
    stream.resume()
    await closed
    expect(stream.rstCode).not.toBe(0)
  })
})
