import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal({ authentication: 'open' })
})
afterAll(() => datum.stop())

/** A web page has no token; with `--auth open` it would need none. */
async function codeOf(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const sent = request(datum.httpUrl, { method, path, headers })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

const paths = ['/api/v1/secrets', '/version', '/readyz', '/metrics', '/docs', '/docs/json', '/openapi/v3']

describe('a web page that makes a name of its own point here', () => {
  test.each(paths)('is refused by its Host: %s', async (path) => {
    expect(await codeOf(path, {})).toBe(200)
    for (const host of [
      'evil.example',
      'evil.example:80',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
    ]) {
      expect(await codeOf(path, { host }), host).toBe(403)
    }
  })

  test('is refused the exchange of tokens', async () => {
    const authorization = `Bearer ${datum.pat}`
    for (const path of ['/datum-os/oauth/token/exchange', '/oauth/token/exchange']) {
      expect(await codeOf(path, { authorization }, 'POST')).toBe(200)
      expect(await codeOf(path, { authorization, host: 'evil.example' }, 'POST')).toBe(403)
      expect(await codeOf(path, { authorization, origin: 'https://evil.example' }, 'POST')).toBe(403)
    }
  })

  test('is refused over HTTP/2 as well', async () => {
    const session = connectHttp2(datum.httpUrl)
    const ask = async (authority: string) => {
      const stream = session.request({ ':path': '/version', ':authority': authority })
      const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
      stream.resume()
      return headers[':status']
    }
    expect(await ask('localhost')).toBe(200)
    expect(await ask('evil.example')).toBe(403)
    session.close()
  })
})

test.each(paths)('a page of another origin is refused: %s', async (path) => {
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'file://', '']) {
    expect(await codeOf(path, { origin }), origin).toBe(403)
  }
  expect(await codeOf(path, { origin: 'http://localhost:5173' })).toBe(200)
})
