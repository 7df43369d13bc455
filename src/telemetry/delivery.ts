import type { Clock } from '../apimachinery/clock.ts'
import type { Sample } from './series.ts'
import type { Reply, Transport } from './transport.ts'

/** Where samples go, and as whom. */
export interface Destination {
  readonly endpoint: string
  /** The header `Authorization`. */
  readonly authorization: string | undefined
}

/** What became of one attempt to send a batch. `code` is the status as a text, or `error` when there was no answer. */
type Outcome =
  | { readonly result: 'delivered'; readonly code: string }
  /** It is of no use to try again. */
  | { readonly result: 'refused'; readonly code: string; readonly why: string }
  /** Another attempt may do; not before `notBefore` milliseconds from now. */
  | { readonly result: 'failed'; readonly code: string; readonly why: string; readonly notBefore: number }

interface DeliveryEnvironment {
  readonly clock: Clock
  readonly transport: Transport
  /** Sent as `User-Agent`. */
  readonly userAgent: string
  /** Ends the attempt. */
  readonly signal: AbortSignal
}

/** A server has as long to answer (milliseconds). */
const answerTimeout = 30_000
/** A server can ask for as long a pause (milliseconds). */
const longestPause = 300_000

/** Sends a batch once. Never rejects. */
export async function attemptDelivery(
  batch: readonly Sample[],
  { endpoint, authorization }: Destination,
  { clock, transport, userAgent, signal }: DeliveryEnvironment,
): Promise<Outcome> {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    return { result: 'refused', code: 'error', why: 'the endpoint is no URL of http or https' }
  }
  const ending = new AbortController()
  const end = () => ending.abort()
  const cancelDeadline = clock.after(answerTimeout, end)
  signal.addEventListener('abort', end)
  try {
    const { encodeWriteRequest, remoteWriteHeaders } = await import('./remote-write.ts')
    const headers = {
      ...remoteWriteHeaders,
      'user-agent': userAgent,
      ...(authorization && { authorization }),
    }
    const body = encodeWriteRequest(batch)
    return judge(await transport.post({ url, headers, body, signal: ending.signal }), clock.now())
  } catch (error) {
    const why = ending.signal.aborted ? `no answer within ${answerTimeout / 1000}s` : describe(error)
    return { result: 'failed', code: 'error', why, notBefore: 0 }
  } finally {
    cancelDeadline()
    signal.removeEventListener('abort', end)
  }
}

/** Prometheus' own reading: 2xx is delivered, 5xx and 429 may pass, everything else is for good. */
function judge({ status, phrase, retryAfter, text }: Reply, now: number): Outcome {
  const code = String(status)
  if (status >= 200 && status < 300) return { result: 'delivered', code }
  const said = text.trim().split('\n', 1)[0]?.slice(0, 200) ?? ''
  const why = `HTTP ${status} ${phrase}`.trim() + (said === '' ? '' : `: ${said}`)
  if (status < 500 && status !== 429) return { result: 'refused', code, why }
  return { result: 'failed', code, why, notBefore: pauseAskedFor(retryAfter, now) }
}

/** `Retry-After` in milliseconds from now: seconds or a date. */
function pauseAskedFor(retryAfter: string | undefined, now: number): number {
  if (retryAfter === undefined) return 0
  const pause = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  return Number.isFinite(pause) ? Math.min(Math.max(pause, 0), longestPause) : 0
}

/** Node's errors of connecting have a code, and at times nothing else. */
function describe(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return typeof code === 'string' ? code : String(message || error)
}
