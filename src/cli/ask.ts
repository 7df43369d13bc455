import { request } from 'node:http'
import { UsageError } from './option-types.ts'

export interface Question {
  readonly method?: 'GET' | 'POST'
  readonly token?: string
  /** Milliseconds without a byte after which the server counts as silent. */
  readonly patience: number
}

/** What a server of ours answers over plain HTTP. One that does not is a UsageError that names the URL. */
export function ask(
  url: string,
  { method = 'GET', token, patience }: Question,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new UsageError(`${url} does not answer: ${reason}`))
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const call = request(url, { method, headers, timeout: patience }, (response) => {
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
    call.end()
  })
}
