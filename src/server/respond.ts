import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createGzip, gzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import type { Status } from '../apimachinery/errors.ts'
import { runeCount } from '../apimachinery/rune-count.ts'
import { isFromLoopback } from './authentication.ts'
import { cutOff } from './cut-off.ts'
import type { Deadlines } from './deadlines.ts'
import type { Limits } from './limits.ts'

/** A finished answer: made by handlers, discovery and errors alike, sent in one place. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  /** An iterable is sent while it is read. */
  readonly body: string | Uint8Array | AsyncIterable<string>
}

const jsonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }
const yamlHeaders = { 'content-type': 'application/yaml', 'cache-control': 'no-cache, private' }
const textHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, private',
  'x-content-type-options': 'nosniff',
}

export function jsonAnswer(status: number, body: Answer['body']): Answer {
  return { status, headers: jsonHeaders, body }
}

export function yamlAnswer(status: number, body: Answer['body']): Answer {
  return { status, headers: yamlHeaders, body }
}

export function textAnswer(status: number, body: string): Answer {
  return { status, headers: textHeaders, body }
}

/** What a real server says, in plain text, where nothing at all is served. */
export const pageNotFound: Answer = textAnswer(404, '404 page not found\n')

export function statusAnswer(status: Status, pretty = false): Answer {
  const text = `${JSON.stringify(status, null, pretty ? 2 : 0)}\n`
  const seconds = status.details?.retryAfterSeconds
  if (seconds === undefined) return jsonAnswer(status.code, text)
  return { status: status.code, headers: { ...jsonHeaders, 'retry-after': String(seconds) }, body: text }
}

/** What is answered varies by its encoding too, beside what else it varies by. */
function gzipHeaders({ headers: { vary } }: Answer): Record<string, string> {
  const others = String(vary ?? '').replace(/^Accept-Encoding,? */, '')
  return { 'content-encoding': 'gzip', vary: `Accept-Encoding${others === '' ? '' : `, ${others}`}` }
}

/** How much a real server tells in warnings, in characters: where it would be more, and of each where it is. */
const warningsLength = 4096
const cutWarningLength = 256

/** The texts as `Warning` headers (RFC 7234, code 299), each once; of many the first, up to the one that is too much. */
export function withWarnings(answer: Answer, warnings: readonly string[]): Answer {
  if (warnings.length === 0) return answer
  const texts = [...new Set(warnings)]
  return { ...answer, headers: { ...answer.headers, warning: shortened(texts).map(warningHeader) } }
}

function shortened(texts: readonly string[]): string[] {
  if (texts.reduce((sum, text) => sum + runeCount(text), 0) <= warningsLength) return [...texts]
  const told: string[] = []
  let length = 0
  for (const text of texts) {
    const cut = runeCount(text) > cutWarningLength ? [...text].slice(0, cutWarningLength).join('') : text
    told.push(cut)
    length += runeCount(cut)
    if (length >= warningsLength) break
  }
  return told
}

function warningHeader(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must go
  const clean = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/["\\]/g, '\\$&')
  // Headers travel as bytes, one to a character; clients read them as UTF-8.
  return `299 - "${Buffer.from(clean, 'utf8').toString('latin1')}"`
}

export interface Responder {
  /** Sends the answer and takes care of the rest: length, compression, slow readers. Resolves when it is handed over. */
  send(reply: FastifyReply, answer: Answer): Promise<void> | void
}

const compress = promisify(gzip)
/** Speed before size: what is saved on the way must not be lost in the waiting. */
const gzipOptions = { level: constants.Z_BEST_SPEED }

export function createResponder({ limits, deadlines }: { limits: Limits; deadlines: Deadlines }): Responder {
  function wantsGzip(reply: FastifyReply): boolean {
    const accepted = reply.request.headers['accept-encoding']
    // Within one machine compressing takes longer than carrying.
    return (
      typeof accepted === 'string' &&
      /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted) &&
      !isFromLoopback(reply.request)
    )
  }

  /** A reader who stands still is let go. */
  function limitReading(reply: FastifyReply): void {
    const cancel = deadlines.after(limits.responseTimeout, () => cutOff(reply.raw))
    reply.raw.once('close', cancel)
  }

  async function sendCompressed(
    reply: FastifyReply,
    answer: Answer,
    body: string | Uint8Array,
  ): Promise<void> {
    const bytes = await compress(body, gzipOptions)
    sendBytes(reply, answer, bytes, gzipHeaders(answer))
  }

  function sendBytes(
    reply: FastifyReply,
    answer: Answer,
    body: string | Uint8Array,
    extra: Readonly<Record<string, string>> | undefined,
  ): void {
    const { raw } = reply
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
    raw.writeHead(answer.status, {
      ...answer.headers,
      ...extra,
      ...(answer.status === 304 ? {} : { 'content-length': length }),
      'audit-id': reply.request.id,
    })
    if (reply.request.method === 'HEAD' || length === 0) raw.end()
    else raw.end(body)
    // What is on its way needs no reader; what waits here does.
    if (raw.writableLength > 0) limitReading(reply)
  }

  async function sendStream(reply: FastifyReply, answer: Answer, body: AsyncIterable<string>): Promise<void> {
    const { raw } = reply
    const compressed = wantsGzip(reply)
    raw.writeHead(answer.status, {
      ...answer.headers,
      ...(compressed ? gzipHeaders(answer) : {}),
      'audit-id': reply.request.id,
    })
    limitReading(reply)
    if (reply.request.method === 'HEAD') {
      raw.end()
      return
    }
    const source = Readable.from(body, { objectMode: true, highWaterMark: 1 })
    const target: Writable = raw
    await (compressed ? pipeline(source, createGzip(gzipOptions), target) : pipeline(source, target))
  }

  return {
    send(reply, answer) {
      reply.hijack()
      const { body } = answer
      if (typeof body !== 'string' && !(body instanceof Uint8Array)) return sendStream(reply, answer, body)
      if (body.length >= limits.compressFrom && wantsGzip(reply)) return sendCompressed(reply, answer, body)
      return sendBytes(reply, answer, body, undefined)
    },
  }
}
