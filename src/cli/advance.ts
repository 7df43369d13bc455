import { request } from 'node:http'
import { advancePath } from '../server/manual-pace.ts'
import { UsageError } from './option-types.ts'
import { requireRunningServer } from './running-server.ts'
import type { Terminal } from './terminal.ts'
import { issueToken } from './token.ts'

/** `datum-local advance`: lets the simulated provider of a server with `--pace manual` go one step further. */
export async function advance(stateDirectory: string, terminal: Terminal): Promise<void> {
  const { server } = requireRunningServer(stateDirectory)
  const { status, body } = await post(server.httpUrl + advancePath, await issueToken(stateDirectory))
  if (status !== 200) throw new UsageError(`${server.httpUrl} answers ${status}: ${body.trim()}`)
  terminal.print(String((JSON.parse(body) as { stages: number }).stages))
}

function post(url: string, token: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new UsageError(`${url} does not answer: ${error.message}`))
    const call = request(
      url,
      { method: 'POST', headers: { authorization: `Bearer ${token}` } },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => {
          body += text
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
        response.on('error', fail)
      },
    )
    call.on('error', fail)
    call.end()
  })
}
