import type { Socket } from 'node:net'

/** What Node refuses before there is a request: said as a Status, then the connection ends. */
export function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  const refusal = socket.writable ? refusalOf(error.code) : undefined
  // A failed handshake among others: what is written into it may meet what is written when it succeeds after all, and
  // Node ends the process over that.
  if (!refusal) {
    socket.destroy()
    return
  }
  const { code, phrase, body } = refusal
  // The answer to a HEAD has no body, also when the rest of it makes no sense.
  const { rawPacket } = error as { rawPacket?: Buffer }
  const headOnly = rawPacket?.toString('latin1', 0, 5) === 'HEAD '
  socket.end(
    `HTTP/1.1 ${code} ${phrase}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${headOnly ? '' : body}`,
  )
}

interface Refusal {
  readonly code: number
  readonly phrase: string
  /** A Status as JSON. */
  readonly body: string
}

const noHttp = refusal(400, 'Bad Request', 'BadRequest', 'the request is not HTTP')
const tooLong = refusal(
  431,
  'Request Header Fields Too Large',
  'BadRequest',
  'the URL and the headers of the request are too long',
)
/** The answer to a request that did not arrive in time. */
export const tooSlow = refusal(408, 'Request Timeout', 'Timeout', 'the request did not arrive in time')

/** Undefined for whatever is no fault of an HTTP request. */
function refusalOf(code = ''): Refusal | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return tooSlow
  if (code === 'HPE_HEADER_OVERFLOW') return tooLong
  return code.startsWith('HPE_') ? noHttp : undefined
}

function refusal(code: number, phrase: string, reason: string, message: string): Refusal {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  return { code, phrase, body: `${JSON.stringify(status)}\n` }
}
