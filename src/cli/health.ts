import { get } from 'node:http'
import { UsageError } from './option-types.ts'
import { describeStateDirectory } from './state-directory.ts'
import type { Terminal } from './terminal.ts'

const patience = 3000

/**
 * `datum-local health`: succeeds when the server is ready. Which server: the one that runs on the state, or, where
 * there is none (`--memory`), the one on `port` of this machine.
 */
export async function checkHealth(
  { stateDir, port }: { stateDir: string; port: number },
  terminal: Terminal,
): Promise<void> {
  const server = describeStateDirectory(stateDir).readServer()
  const url = `${server?.httpUrl ?? `http://127.0.0.1:${port}`}/readyz`
  const { status, body } = await request(url)
  if (status !== 200) throw new UsageError(`${url} answers ${status}: ${body.trim()}`)
  terminal.say(`${url}: ${body.trim()}`)
}

function request(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new UsageError(`${url} does not answer: ${reason}`))
    const call = get(url, { timeout: patience }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', (error) => fail(error.message))
    })
    call.on('timeout', () => call.destroy(new Error(`nothing came within ${patience / 1000} seconds`)))
    call.on('error', (error) => fail(error.message))
  })
}
