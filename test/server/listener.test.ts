import { once } from 'node:events'
import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/apimachinery/clock.ts'
import type { ServerOptions } from '../../src/server/app.ts'
import { createAuthority, issueServerCertificate } from '../../src/server/certificates.ts'
import { defaultLimits } from '../../src/server/limits.ts'
import { openWatch } from './support/connection.ts'
import { project, startHttpServer } from './support/http-server.ts'

const authority = createAuthority(systemClock)
const tls = issueServerCertificate(authority, ['localhost', '127.0.0.1', '::1'], systemClock)
const open: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function start(options: Partial<ServerOptions> = {}) {
  const http = startHttpServer({ tls: { key: tls.key, cert: tls.certificate }, ...options })
  open.push(() => http.close())
  const { port } = await http.server.listen({ addresses: ['127.0.0.1'], port: 0 })
  return { ...http, port }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

/** The answer to a request over HTTP/2, and the protocol below it. */
async function overHttp2(
  url: string,
  options: { ca?: string } = {},
): Promise<{ code: number; text: string }> {
  const session = connectHttp2(url, options)
  const stream = session.request({ ':path': '/readyz' })
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  let text = ''
  for await (const chunk of stream) text += chunk
  session.close()
  return { code: Number(headers[':status']), text }
}

/** Sends bytes as they are, in these pieces, and returns all that comes back. */
async function raw(port: number, ...pieces: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  open.push(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  socket.setNoDelay(true)
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk) => {
    text += chunk
  })
  for (const piece of pieces) {
    await new Promise<void>((done) => socket.write(piece, () => done()))
    await new Promise((done) => setImmediate(done))
  }
  await once(socket, 'close')
  return text
}

describe('one port', () => {
  test('speaks plain HTTP/1.1', async () => {
    const { port } = await start()
    const [response] = (await once(httpGet({ port, path: '/readyz' }), 'response')) as [IncomingMessage]
    expect([response.httpVersion, await textOf(response)]).toEqual(['1.1', 'ok'])
  })

  test('speaks HTTP/1.1 over TLS', async () => {
    const { port } = await start()
    const request = httpsGet({ port, path: '/readyz', ca: authority.certificate, agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect([response.httpVersion, await textOf(response)]).toEqual(['1.1', 'ok'])
  })

  test('speaks HTTP/2, over TLS and, to whom begins with it, plainly', async () => {
    const { port } = await start()
    expect(await overHttp2(`https://localhost:${port}`, { ca: authority.certificate })).toEqual({
      code: 200,
      text: 'ok',
    })
    expect(await overHttp2(`http://localhost:${port}`)).toEqual({ code: 200, text: 'ok' })
  })

  test('answers several long lists at once on one HTTP/2 connection, which reads none of them at first', async () => {
    const { port } = await start()
    const session = connectHttp2(`http://localhost:${port}`)
    open.push(() => session.destroy())
    const ask = async (method: string, path: string, body?: object) => {
      const stream = session.request({
        ':method': method,
        ':path': `${project}/api/v1/namespaces${path}`,
        authorization: 'Bearer good',
        'content-type': 'application/json',
      })
      stream.end(body && JSON.stringify(body))
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      return { code: headers[':status'], stream }
    }
    const create = async (path: string, body: object) => {
      const { code, stream } = await ask('POST', path, body)
      expect(code).toBe(201)
      stream.resume()
    }
    await create('', { metadata: { name: 'long' } })
    for (let count = 0; count < 8; count++) {
      await create('/long/configmaps', {
        metadata: { generateName: 'a-' },
        data: { text: 'x'.repeat(900_000) },
      })
    }
    const lists: Awaited<ReturnType<typeof ask>>[] = []
    for (let count = 0; count < 4; count++) lists.push(await ask('GET', '/long/configmaps'))
    for (const { code, stream } of lists) {
      let length = 0
      for await (const chunk of stream) length += chunk.length
      expect({ code, length }).toEqual({ code: 200, length: expect.closeTo(7_203_000, -5) })
    }
  })

  test('takes as many headers over HTTP/2 as over HTTP/1.1', async () => {
    const { port } = await start()
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-header-${index}`, 'a']))
    const [response] = (await once(httpGet({ port, path: '/readyz', headers: many }), 'response')) as [
      IncomingMessage,
    ]
    expect([response.statusCode, await textOf(response)]).toEqual([200, 'ok'])
    const session = connectHttp2(`http://localhost:${port}`)
    open.push(() => session.destroy())
    const stream = session.request({ ':path': '/readyz', ...many })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    stream.resume()
    expect(headers[':status']).toBe(200)
  })

  test('waits for the rest when the first bytes could be either', async () => {
    const { port } = await start()
    const rest = 'OST /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{'
    expect(await raw(port, 'P', rest, '}')).toContain('HTTP/1.1 200 OK')
  })

  test('is the same on every address', async () => {
    const http = startHttpServer()
    open.push(() => http.close())
    const { port, addresses } = await http.server.listen({ port: 0 })
    expect(addresses[0]).toBe('127.0.0.1')
    for (const host of addresses) {
      const [response] = (await once(httpGet({ host, port, path: '/livez' }), 'response')) as [
        IncomingMessage,
      ]
      expect(await textOf(response)).toBe('ok')
    }
  })

  test('leaves out addresses that the machine does not have, unless none remains', async () => {
    const http = startHttpServer()
    open.push(() => http.close())
    await expect(http.server.listen({ addresses: ['192.0.2.1'], port: 0 })).rejects.toThrow(
      '192.0.2.1 is not an address of this machine',
    )
    const { addresses } = await http.server.listen({ addresses: ['192.0.2.1', '127.0.0.1'], port: 0 })
    expect(addresses).toEqual(['127.0.0.1'])
  })

  test('that is taken is named in one line', async () => {
    const { port } = await start()
    const second = startHttpServer()
    open.push(() => second.close())
    const refused = second.server.listen({ addresses: ['127.0.0.1'], port })
    await expect(refused).rejects.toThrow(new Error(`port ${port} is already in use on 127.0.0.1`))
  })
})

describe('closing', () => {
  test('ends watches, idle connections and HTTP/2 sessions within a second', async () => {
    const { port, server, ask } = await start()
    await ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
    const agents = [new HttpAgent({ keepAlive: true }), new HttpsAgent({ keepAlive: true })] as const
    open.push(() => {
      for (const agent of agents) agent.destroy()
    })
    for (const request of [
      () => httpGet({ port, path: '/livez', agent: agents[0] }),
      () => httpsGet({ port, path: '/livez', agent: agents[1], ca: authority.certificate }),
    ]) {
      const [response] = (await once(request(), 'response')) as [IncomingMessage]
      expect(await textOf(response)).toBe('ok')
    }
    const session = connectHttp2(`https://localhost:${port}`, { ca: authority.certificate })
    const stream = session.request({
      ':path': `${project}/api/v1/namespaces?watch=1`,
      authorization: 'Bearer good',
    })
    await once(stream, 'response')
    stream.resume()
    const watching = await openWatch(port, `${project}/api/v1/namespaces?watch=1`)
    const silent = connect(port, '127.0.0.1')
    silent.on('error', () => {})
    await once(silent, 'connect')

    const before = performance.now()
    await Promise.all([server.close(), once(session, 'close'), watching.ended])
    expect(performance.now() - before).toBeLessThan(defaultLimits.closeTimeout)
  })

  test('lets what is being answered come to its end', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const { port, server } = await start({
      authorize: async () => {
        arrived()
        await held
        return { allowed: true, reason: '' }
      },
    })
    const headers = { authorization: 'Bearer good' }
    const request = httpGet({ port, path: '/api', headers })
    const response = once(request, 'response') as Promise<[IncomingMessage]>
    await arrival
    const before = performance.now()
    const closed = server.close()
    release()
    expect((await response)[0].statusCode).toBe(200)
    await closed
    expect(performance.now() - before).toBeLessThan(defaultLimits.closeTimeout)
  })
})

describe('what is not HTTP, or too much of it', () => {
  test('gets a Status and loses its connection', async () => {
    const { port } = await start({ limits: { headerBytes: 8 * 1024 } })
    expect(await raw(port, 'GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"the request is not HTTP"/s)
    const long = `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`
    expect(await raw(port, long)).toMatch(/^HTTP\/1\.1 431 .*too long/s)
    expect(await raw(port, 'GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).toContain(
      '200 OK',
    )
  })

  test('is answered without a body when it began as a HEAD', async () => {
    const { port } = await start()
    const answer = await raw(port, 'HEAD / HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer.endsWith('\r\n\r\n')).toBe(true)
  })

  test('further connections than allowed are closed as they come', async () => {
    const { port } = await start({ limits: { connections: 1 } })
    const first = connect(port, '127.0.0.1') as Socket
    open.push(() => {
      first.destroy()
    })
    await once(first, 'connect')
    first.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await once(first, 'data')
    const second = connect(port, '127.0.0.1')
    second.on('error', () => {})
    await once(second, 'close')
    expect(second.bytesRead).toBe(0)
  })
})
