import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Announcement } from '../../src/cli/announce.ts'
import type { FuzzRequest } from './fuzz-request.ts'

/** What came back; code 0: nothing that is HTTP. */
export interface Outcome {
  readonly code: number
  readonly text: string
  readonly type: string
  readonly milliseconds: number
}

/** The connections of a campaign, one of each sort. */
export interface Wire {
  send(request: FuzzRequest): Promise<Outcome>
  close(): void
}

const longest = 10_000

export function createWire({ httpUrl, token, ca }: Announcement): Wire {
  const port = Number(new URL(httpUrl).port)
  const plain = new Agent({ keepAlive: true, maxSockets: 1 })
  const secure = new TlsAgent({ keepAlive: true, maxSockets: 1, ca })
  let session: ClientHttp2Session | undefined

  async function overHttp1({ method, path, headers, body, over }: FuzzRequest) {
    const options = {
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: {
        authorization: `Bearer ${token}`,
        // Node says no length for a method that seldom has a body, and the body would be taken for another request.
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
      timeout: longest,
    }
    const call =
      over === 'HTTPS' ? tlsRequest({ ...options, agent: secure }) : request({ ...options, agent: plain })
    call.on('timeout', () => call.destroy())
    call.on('error', () => {})
    call.end(body)
    const [response] = (await once(call, 'response')) as [IncomingMessage]
    const code = response.statusCode ?? 0
    const type = String(response.headers['content-type'] ?? '')
    if (isWatch(path, code, response.headers)) {
      response.destroy()
      return { code, type: '', text: '' }
    }
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    return { code, type, text: Buffer.concat(chunks).toString() }
  }

  async function overHttp2({ method, path, headers, body }: FuzzRequest) {
    if (!session || session.closed || session.destroyed) {
      // Each unknown field is a Warning header of its own, and Node's client takes no more than 128 of them.
      session = connectHttp2(httpUrl, { maxHeaderListPairs: 10_000 })
      session.on('error', () => {})
    }
    const stream = session.request(
      { ':method': method, ':path': path, authorization: `Bearer ${token}`, ...headers },
      { endStream: body === undefined },
    )
    stream.setTimeout(longest, () => stream.close())
    stream.on('error', () => {})
    if (body !== undefined) stream.end(body)
    const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders]
    const code = Number(answered[':status'])
    if (isWatch(path, code, answered)) {
      stream.close()
      return { code, type: '', text: '' }
    }
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return { code, type: String(answered['content-type'] ?? ''), text: Buffer.concat(chunks).toString() }
  }

  /** Says it and hangs up its half; whatever comes back until the other half is closed. */
  async function raw({ raw: bytes, over }: FuzzRequest) {
    const socket: Socket =
      over === 'HTTPS' ? connectTls({ host: '127.0.0.1', port, ca }) : connect(port, '127.0.0.1')
    socket.setTimeout(longest, () => socket.destroy())
    socket.on('error', () => {})
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // Who speaks HTTP/2 badly is told so, and kept like anybody who says nothing.
    if (bytes?.toString('latin1', 0, 5) === 'PRI *') {
      socket.once('data', () => setTimeout(() => socket.destroy(), 20))
    }
    socket.end(bytes ?? '')
    await once(socket, 'close')
    const text = Buffer.concat(chunks).toString('latin1')
    return { code: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), type: '', text }
  }

  async function outcome(sent: FuzzRequest): Promise<Omit<Outcome, 'milliseconds'>> {
    try {
      if (sent.raw !== undefined) return await raw(sent)
      return await (sent.over === 'HTTP/2' ? overHttp2(sent) : overHttp1(sent))
    } catch (error) {
      return { code: 0, type: '', text: String(error) }
    }
  }

  return {
    async send(sent) {
      const began = performance.now()
      const found = await outcome(sent)
      return { ...found, milliseconds: performance.now() - began }
    },
    close() {
      plain.destroy()
      secure.destroy()
      session?.destroy()
    },
  }
}

/** A watch has answered when it has begun. */
function isWatch(path: string, code: number, headers: IncomingHttpHeaders): boolean {
  return /[?&](watch|follow)=/.test(path) && code === 200 && !headers['content-length']
}
