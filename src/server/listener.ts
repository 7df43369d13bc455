import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http'
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2'
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import { longestTimer, systemClock } from '../apimachinery/clock.ts'
import { createDeadlines } from './deadlines.ts'
import { type BoundSession, boundSession } from './http2-session.ts'
import type { Limits } from './limits.ts'
import { refuse } from './transport-refusal.ts'

export interface ListenOptions {
  /** Those that this machine does not have are left out, unless none remains. Default: `127.0.0.1` and `::1`. */
  readonly addresses?: readonly string[]
  /** The same on every address; 0 takes one that is free on all of them. */
  readonly port: number
}

export interface Listening {
  readonly port: number
  readonly addresses: readonly string[]
}

/** One port for TLS (HTTP/2 and 1.1) and plain HTTP (1.1, and HTTP/2 for who begins with it). */
export interface Listener {
  /** Rejects with one line that names the port when it is taken. May be called once. */
  listen(options: ListenOptions): Promise<Listening>
  /** Takes no more connections and ends those there are: idle ones now, the others when they are done or out of time. */
  close(): Promise<void>
}

export interface ListenerOptions {
  readonly handler: RequestListener
  /** PEM; absent: only plain HTTP is spoken. */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly limits: Limits
}

/** Node's types of the two protocols differ where its requests and responses do not. */
type Http2Handler = Parameters<typeof import('node:http2').createServer>[1]

/** The first byte of a TLS handshake. */
const tlsHandshake = 0x16
/** How HTTP/2 without TLS begins; `PUT` and `PATCH` and `POST` share the first byte. */
const http2Preface = Buffer.from('PRI * HTTP/2')
const portAttempts = 20
/** More than can be reached: Node's bound, in megabytes, is of no use beside ours. */
const megabytesPerSession = 4000
/** How often it is looked, while closing, which connections have become idle, in milliseconds. */
const closePause = 10
const loopbackAddresses = ['127.0.0.1', '::1']

export function createListener({ handler, tls, limits }: ListenerOptions): Listener {
  const sockets = new Set<Socket>()
  /** Those among them that have not said yet what they speak. */
  const undecided = new Set<Socket>()
  const sessions = new Set<BoundSession>()
  const netServers: NetServer[] = []
  // Connections are watched over in the machine's time, also where the clock of the control plane stands still.
  const deadlines = createDeadlines(systemClock)
  let closing = false
  /** Called when the last connection has ended. */
  let tellAllEnded: (() => void) | undefined

  const requestTimeout = Math.min(limits.requestTimeout, longestTimer)
  // The headers are a part of the request.
  const headerTimeout = Math.min(limits.headerTimeout, requestTimeout)
  const timeouts = {
    headersTimeout: headerTimeout,
    requestTimeout,
    keepAliveTimeout: Math.min(limits.idleTimeout, longestTimer),
    // Node looks from time to time whose time is over.
    connectionsCheckingInterval: Math.ceil(headerTimeout / 10),
  }
  const http2Options = {
    // Node would refuse further requests of a connection while answers of more than 10 MB wait to be read on it.
    // Here the streams are counted, and who does not read is let go.
    maxSessionMemory: megabytesPerSession,
    // As many as over HTTP/1.1; their bytes are bounded as well.
    maxHeaderListPairs: 2000,
    settings: {
      maxConcurrentStreams: limits.streamsPerConnection,
      maxHeaderListSize: limits.headerBytes,
    },
  }
  const plain = createHttpServer({ ...timeouts, maxHeaderSize: limits.headerBytes }, handler)
  let cleartext: Promise<Http2Server> | undefined
  let secure: Promise<Http2SecureServer> | undefined
  const made: (Http2Server | Http2SecureServer)[] = []

  // A start in memory is short: what only some connections need is loaded with the first of them.
  async function createSecure({
    key,
    cert,
  }: NonNullable<ListenerOptions['tls']>): Promise<Http2SecureServer> {
    const { createSecureServer } = await import('node:http2')
    const options = {
      ...http2Options,
      key,
      cert,
      allowHTTP1: true,
      maxHeaderSize: limits.headerBytes,
      handshakeTimeout: headerTimeout,
    }
    const server = createSecureServer(options, handler as unknown as Http2Handler)
    Object.assign(server, timeouts)
    prepare(server)
    prepareSessions(server, 'secureConnection')
    made.push(server)
    return server
  }

  async function createCleartext(): Promise<Http2Server> {
    const { createServer } = await import('node:http2')
    const server = createServer(http2Options, handler as unknown as Http2Handler)
    prepare(server)
    prepareSessions(server, 'connection')
    made.push(server)
    return server
  }

  function prepare(server: HttpServer | Http2Server | Http2SecureServer): void {
    // Node begins to watch over slow requests when a server listens. These never do: they are handed connections.
    server.emit('listening')
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      refuse(error, socket)
      endSoon(socket)
    })
    // A handshake that fails is the client's affair.
    server.on('tlsClientError', () => {})
    server.on('sessionError', () => {})
  }
  prepare(plain)

  /** `event` hands a socket to the server, which makes a session of it on the spot. */
  function prepareSessions(
    server: Http2Server | Http2SecureServer,
    event: 'connection' | 'secureConnection',
  ): void {
    let socket: Socket
    server.prependListener(event, (handed: Socket) => {
      socket = handed
    })
    server.on('session', (session: ServerHttp2Session) => {
      const bound = boundSession(session, socket, { limits, deadlines, clock: systemClock })
      sessions.add(bound)
      session.once('close', () => sessions.delete(bound))
      if (closing) bound.end()
    })
  }

  /** Who does not hang up, or does not read the last answer, is not waited for. */
  function endSoon(socket: Socket): void {
    if (socket.destroyed) return
    socket.once(
      'close',
      deadlines.after(limits.closeTimeout, () => socket.destroy()),
    )
  }

  function accept(socket: Socket): void {
    if (closing || sockets.size >= limits.connections) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    undecided.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      undecided.delete(socket)
      if (sockets.size === 0) tellAllEnded?.()
    })
    // Whoever says nothing at all is not waited for longer than for headers.
    socket.setTimeout(headerTimeout, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    decide(socket)
  }

  /** Hands the connection over once its first bytes tell what it speaks; what was read is put back. */
  function decide(socket: Socket, before?: Buffer): void {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) {
      socket.once('readable', () => decide(socket, before))
      return
    }
    const bytes = before ? Buffer.concat([before, chunk]) : chunk
    const isHttp2 = couldBe(bytes, http2Preface)
    if (isHttp2 && bytes.length < http2Preface.length) {
      // Put back now, they would be there to be read again at once, and for ever when nothing follows.
      socket.once('readable', () => decide(socket, bytes))
      return
    }
    socket.unshift(bytes)
    if (bytes[0] === tlsHandshake) {
      secure ??= tls && createSecure(tls)
      handLater(socket, secure)
    } else if (isHttp2) {
      cleartext ??= createCleartext()
      handLater(socket, cleartext)
    } else {
      handOver(socket, plain)
    }
  }

  /** Without a server for what it speaks a connection ends. */
  function handLater(socket: Socket, server: Promise<Http2Server | Http2SecureServer> | undefined): void {
    if (!server) socket.destroy()
    else
      server.then(
        (ready) => handOver(socket, ready),
        () => socket.destroy(),
      )
  }

  function handOver(socket: Socket, server: HttpServer | Http2Server | Http2SecureServer): void {
    undecided.delete(socket)
    if (socket.destroyed) return
    socket.setTimeout(0)
    server.emit('connection', socket)
  }

  function closeIdle(): void {
    plain.closeIdleConnections()
    for (const server of made) (server as { closeIdleConnections?(): void }).closeIdleConnections?.()
  }

  async function bind(host: string, port: number): Promise<number> {
    const server = createNetServer({ noDelay: true, keepAlive: true }, accept)
    server.listen({ host, port, backlog: 1024 })
    await once(server, 'listening')
    netServers.push(server)
    server.on('error', () => {})
    return (server.address() as AddressInfo).port
  }

  async function bindAll(addresses: readonly string[], wanted: number): Promise<Listening> {
    for (let attempt = 1; ; attempt++) {
      let port = wanted
      const bound: string[] = []
      let missing: unknown
      try {
        for (const address of addresses) {
          try {
            port = await bind(address, port)
            bound.push(address)
          } catch (error) {
            if (!isMissing(error)) throw listenError(error as NodeJS.ErrnoException, address, port)
            missing = listenError(error, address, port)
          }
        }
        if (bound.length === 0) throw missing
        return { port, addresses: bound }
      } catch (error) {
        await closeNet()
        // The free port of one address may be taken on another.
        const taken = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE'
        if (!taken || wanted !== 0 || attempt === portAttempts) throw error
      }
    }
  }

  async function closeNet(): Promise<void> {
    await Promise.all(netServers.splice(0).map((server) => new Promise((done) => server.close(done))))
  }

  return {
    listen: ({ addresses = loopbackAddresses, port }) => bindAll(addresses, port),

    async close() {
      closing = true
      const stopped = closeNet()
      for (const session of sessions) session.end()
      const deadline = systemClock.now() + limits.closeTimeout
      while (sockets.size > 0) {
        closeIdle()
        for (const socket of systemClock.now() < deadline ? undecided : sockets) socket.destroy()
        // The clock alone does not keep the process alive: without this, one that waits for the end would end before it.
        await new Promise<void>((done) => {
          tellAllEnded = done
          systemClock.after(closePause, done)
        })
      }
      await stopped
      deadlines.close()
      for (const server of [plain, ...made]) server.close()
    },
  }
}

function couldBe(bytes: Buffer, preface: Buffer): boolean {
  const length = Math.min(bytes.length, preface.length)
  return bytes.compare(preface, 0, length, 0, length) === 0
}

function isMissing(error: unknown): error is NodeJS.ErrnoException {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'ENOTFOUND'
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(`port ${port} is already in use on ${host}`, { cause: error })
    case 'EACCES':
      return new Error(`port ${port} on ${host} needs rights that this process does not have`, {
        cause: error,
      })
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return new Error(`${host} is not an address of this machine (port ${port})`, { cause: error })
  }
  return error
}
