import type { Agent, IncomingMessage, RequestOptions } from 'node:http'

/** What a server answered. */
export interface Reply {
  readonly status: number
  /** The phrase that belongs to the status. */
  readonly phrase: string
  /** The header `Retry-After` as it came. */
  readonly retryAfter: string | undefined
  /** The beginning of the body. */
  readonly text: string
}

interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Ends the request; the promise is then rejected. */
  readonly signal: AbortSignal
}

/** Connections of one sink, at most one at a time, kept while they are used. */
export interface Transport {
  /** Redirects are not followed: credentials go nowhere but where the policy says. Rejects when there is no answer. */
  post(post: Post): Promise<Reply>
  close(): void
}

/** As much of a body is read: what a server says of an error is in its beginning. */
const replyLength = 1024

export function createTransport(): Transport {
  const agents = new Map<string, Agent>()

  async function connector(protocol: string) {
    // HTTPS is loaded with the first sink that needs it.
    const { Agent: ProtocolAgent, request } = await (protocol === 'https:'
      ? import('node:https')
      : import('node:http'))
    let agent = agents.get(protocol)
    if (!agent) {
      agent = new ProtocolAgent({ keepAlive: true, maxSockets: 1 })
      agents.set(protocol, agent)
    }
    return { agent, request }
  }

  return {
    async post({ url, headers, body, signal }) {
      const { agent, request } = await connector(url.protocol)
      signal.throwIfAborted()
      return await new Promise<Reply>((resolve, reject) => {
        const options: RequestOptions = {
          method: 'POST',
          agent,
          headers: { ...headers, 'content-length': String(body.byteLength) },
          signal,
        }
        const outgoing = request(url, options, (response) => {
          readReply(response).then(resolve, reject)
        })
        outgoing.once('error', reject)
        outgoing.end(body)
      })
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

async function readReply(response: IncomingMessage): Promise<Reply> {
  response.setEncoding('utf8')
  let text = ''
  for await (const piece of response) {
    text += piece as string
    // Leaving the loop ends the response, and the connection with it.
    if (text.length > replyLength) break
  }
  return {
    status: response.statusCode ?? 0,
    phrase: response.statusMessage ?? '',
    retryAfter: response.headers['retry-after'],
    text: text.slice(0, replyLength),
  }
}
