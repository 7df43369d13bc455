import type { TestObject } from '../../support/plane-api.ts'

/** One line of a watch. */
export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: TestObject
}

/** The lines of a watch as they come, until the server ends it or the loop is left, which closes the connection. */
export async function* watchLines(url: string, token: string): AsyncGenerator<WatchLine> {
  const leave = new AbortController()
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    signal: leave.signal,
  })
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${response.status}: ${await response.text()}`)
  }
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as WatchLine
    }
  } finally {
    leave.abort()
  }
}
