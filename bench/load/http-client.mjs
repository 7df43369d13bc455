// Two small HTTP clients with one face, `request(method, path, contentType, body) → { status, body }`, made to cost
// less than the server they measure. Neither retries: any failure is the caller's to count.
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** HTTP/1.1 with keep-alive on one socket of its own, one request at a time. */
export class Http1Connection {
  #socket
  #prefix
  #pending
  #chunks = []
  #length = 0
  #head
  #stream
  #isClosed = false

  constructor({ url, token, ca }) {
    const { protocol, hostname, port } = new URL(url)
    const host = hostname.replace(/^\[|\]$/g, '')
    const authorization = token ? `Authorization: Bearer ${token}\r\n` : ''
    this.#prefix = ` HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUser-Agent: datum-local-bench\r\nAccept: application/json\r\n${authorization}`
    this.#socket =
      protocol === 'https:'
        ? connectTls({ host, port, ca, rejectUnauthorized: ca !== undefined, ALPNProtocols: ['http/1.1'] })
        : connectTcp({ host, port })
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  request(method, path, contentType, body) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject }
      this.#send(method, path, contentType, body)
    })
  }

  /** Sends a request whose answer has no end; `onData` gets what comes of the body, still in its chunks. */
  stream(path, onData) {
    this.#stream = onData
    return this.request('GET', path)
  }

  close() {
    this.#isClosed = true
    this.#pending = undefined
    this.#socket.destroy()
  }

  #send(method, path, contentType, body) {
    const head = `${method} ${path}${this.#prefix}`
    this.#socket.write(
      body === undefined
        ? `${head}\r\n`
        : `${head}Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }

  /** Called when the server ends a connection that was not closed here. */
  onEnd = () => {}

  #fail(error) {
    if (this.#isClosed) return
    this.#isClosed = true
    const pending = this.#pending
    this.#pending = undefined
    pending?.reject(error)
    this.onEnd()
  }

  #receive(chunk) {
    if (this.#stream && this.#head) return this.#stream(chunk)
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (!this.#head) {
      const data = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
      const end = data.indexOf('\r\n\r\n')
      if (end === -1) return
      this.#head = parseHead(data.toString('latin1', 0, end))
      this.#chunks = [data.subarray(end + 4)]
      this.#length = data.length - end - 4
      if (this.#stream) {
        this.#settle(Buffer.alloc(0))
        this.#stream(data.subarray(end + 4))
        return
      }
    }
    if (this.#head.chunked) {
      const last = this.#chunks.at(-1)
      // The end of a chunked body; cheap to look for, and checked when the chunks are taken apart.
      if (
        !last.subarray(-5).equals(lastChunk) &&
        !Buffer.concat(this.#chunks.slice(-2)).subarray(-5).equals(lastChunk)
      )
        return
      const body = unchunk(Buffer.concat(this.#chunks))
      if (body) this.#settle(body)
    } else if (this.#length >= this.#head.length) {
      this.#settle(this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks))
    }
  }

  #settle(body) {
    const { status } = this.#head
    if (!this.#stream) this.#head = undefined
    this.#chunks = []
    this.#length = 0
    const pending = this.#pending
    this.#pending = undefined
    pending?.resolve({ status, body })
  }
}

const lastChunk = Buffer.from('0\r\n\r\n')

function parseHead(text) {
  return {
    status: Number(text.slice(9, 12)),
    length: Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0),
    chunked: /\r\ntransfer-encoding: *chunked/i.test(text),
  }
}

/** The body out of its chunks; undefined while the last chunk is missing. */
function unchunk(data) {
  const parts = []
  for (let at = 0; ; ) {
    const end = data.indexOf('\r\n', at)
    if (end === -1) return undefined
    const length = Number.parseInt(data.toString('latin1', at, end), 16)
    if (length === 0) return Buffer.concat(parts)
    parts.push(data.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
    if (at > data.length) return undefined
  }
}

/** Takes a chunked body apart as it comes: what it returns wants the bytes of the wire, `onData` gets those of the body. */
export function dechunked(onData) {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    let data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    for (;;) {
      const end = data.indexOf('\r\n')
      if (end === -1) break
      const length = Number.parseInt(data.toString('latin1', 0, end), 16)
      if (data.length < end + 2 + length + 2) break
      if (length > 0) onData(data.subarray(end + 2, end + 2 + length))
      data = data.subarray(end + 2 + length + 2)
    }
    rest = data
  }
}

/** HTTP/2: as many requests at a time as one likes, on one connection. */
export class Http2Connection {
  #session
  #headers

  constructor({ url, token, ca }) {
    this.#session = connectHttp2(url, { ca, rejectUnauthorized: ca !== undefined })
    // A failed connection fails every request on it, which is where it is counted.
    this.#session.on('error', () => {})
    this.#headers = { accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  }

  request(method, path, contentType, body) {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({
        ':method': method,
        ':path': path,
        ...this.#headers,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      })
      const chunks = []
      let status = 0
      stream.on('response', (headers) => {
        status = headers[':status']
      })
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => resolve({ status, body: Buffer.concat(chunks) }))
      stream.on('error', reject)
      stream.end(body)
    })
  }

  close() {
    this.#session.destroy()
  }
}
