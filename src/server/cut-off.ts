import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

/** HTTP/2's INTERNAL_ERROR. */
const internalError = 0x2

/** Ends an answer half way, so that nobody takes half of it for all of it. */
export function cutOff(response: ServerResponse): void {
  // The response of an HTTP/2 request would say NO_ERROR.
  const { stream } = response as { stream?: ServerHttp2Stream }
  stream?.close(internalError)
  response.destroy()
}
