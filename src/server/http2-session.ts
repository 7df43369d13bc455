import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Clock } from '../apimachinery/clock.ts'
import type { Deadlines } from './deadlines.ts'
import type { Limits } from './limits.ts'
import { tooSlow } from './transport-refusal.ts'

export interface SessionBounds {
  readonly limits: Limits
  readonly deadlines: Deadlines
  readonly clock: Clock
}

/** The flag of a frame after which the client sends nothing more on its stream. */
const endOfStream = 0x1

/** A session that knows its bounds. */
export interface BoundSession {
  /** Takes no more requests, and ends when those are answered that there are. */
  end(): void
}

/**
 * Holds the HTTP/2 session on `socket` to the times to which Node itself holds HTTP/1.1: without a request, and for
 * sending one.
 */
export function boundSession(
  session: ServerHttp2Session,
  socket: Socket,
  { limits, deadlines, clock }: SessionBounds,
): BoundSession {
  let streams = 0
  let ending = false
  let idleSince = clock.now()
  /** How long it may be idle: until the first request no longer than one may take to send its headers. */
  let patience = limits.headerTimeout
  let cancelCheck = deadlines.after(patience, checkIdle)

  /** A watch may be silent for as long as it likes; pings and half a request are no request. */
  function checkIdle(): void {
    const left = idleSince + patience - clock.now()
    if (streams === 0 && left <= 0) end()
    else cancelCheck = deadlines.after(streams === 0 ? left : patience, checkIdle)
  }

  function end(): void {
    if (!ending && !session.destroyed) session.goaway()
    ending = true
    if (streams === 0) hangUp()
  }

  /** Who is told to go may not go. A moment later, so that the client hears first that it was no accident. */
  function hangUp(): void {
    cancelCheck()
    cancelCheck = deadlines.after(1, () => socket.destroy())
  }

  session.once('close', () => cancelCheck())
  session.on('stream', (stream: ServerHttp2Stream, _headers: unknown, flags: number) => {
    streams++
    patience = limits.idleTimeout
    stream.once('close', () => {
      streams--
      if (streams > 0) return
      idleSince = clock.now()
      if (ending) hangUp()
    })
    if ((flags & endOfStream) !== 0) return
    const cancel = deadlines.after(limits.requestTimeout, () => refuseStream(stream))
    stream.once('end', cancel)
    stream.once('close', cancel)
  })
  return { end }
}

function refuseStream(stream: ServerHttp2Stream): void {
  if (!stream.headersSent) {
    stream.respond({ ':status': tooSlow.code, 'content-type': 'application/json' })
    stream.end(tooSlow.body)
  }
  stream.close()
}
