import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

/** The answer to a watch, line by line. */
export interface WatchReply {
  readonly code: number
  /** The next event; rejects when the stream has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at as it is
  next(): Promise<any>
  /** How many events have come that nobody has asked for. */
  unread(): number
  /** Resolves when the server has ended the stream; false when it was cut off. */
  readonly ended: Promise<boolean>
  /** Stops reading; what comes stays in the buffers of the connection. */
  pause(): void
  resume(): void
  close(): void
}

/** Opens a watch on a connection of its own. */
export async function openWatch(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<WatchReply> {
  const sent = request({ port, path, headers: { authorization: 'Bearer good', ...headers }, agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  sent.on('error', () => {})
  response.on('error', () => {})
  const lines: string[] = []
  const waiting: (() => void)[] = []
  let rest = ''
  let over = false
  const wake = () => {
    for (const each of waiting.splice(0)) each()
  }
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    wake()
  })
  const ended = new Promise<boolean>((resolve) => response.once('close', () => resolve(response.complete)))
  void ended.then(() => {
    over = true
    wake()
  })
  return {
    code: response.statusCode ?? 0,
    async next() {
      while (lines.length === 0) {
        if (over) throw new Error('the watch has ended')
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      return JSON.parse(lines.shift() as string)
    },
    unread: () => lines.length,
    ended,
    pause: () => response.pause(),
    resume: () => response.resume(),
    close: () => sent.destroy(),
  }
}
