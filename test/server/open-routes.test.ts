import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'

describe('the routes that are not Kubernetes’', () => {
  let datum: DatumLocal
  beforeAll(async () => {
    datum = await startDatumLocal({ pace: 'manual' })
  })
  afterAll(() => datum.stop())

  test.each(['get', 'post'] as const)(
    '%s exchanges a personal access token for a bearer token',
    async (method) => {
      const answer = await request(datum.httpUrl)
        [method]('/datum-os/oauth/token/exchange')
        .set('authorization', `Bearer ${datum.pat}`)
        .expect(200)
        .expect('cache-control', 'no-store')
      expect(answer.body).toEqual({ access_token: expect.any(String), token_type: 'Bearer' })
      const { exp, iat } = JSON.parse(
        Buffer.from(answer.body.access_token.split('.')[1], 'base64url').toString(),
      ) as { exp: number; iat: number }
      expect(exp - iat).toBe(3600)
      await request(datum.httpUrl)
        .get('/apis')
        .set('authorization', `Bearer ${answer.body.access_token}`)
        .expect(200)
    },
  )

  test('a personal access token that nobody has gets a message and no token', async () => {
    const answer = await request(datum.httpUrl)
      .get('/datum-os/oauth/token/exchange')
      .set('authorization', 'Bearer wrong')
      .expect(401)
    expect(answer.body).toEqual({ message: 'the personal access token is not valid' })
  })

  test('health and version are open, the rest is not', async () => {
    const server = request(datum.httpUrl)
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) await server.get(path).expect(200)
    await server.get('/apis').expect(403)
    await server.get('/metrics').expect(403)
  })

  test('the provider goes on when a caller with a token says so', async () => {
    const server = request(datum.httpUrl)
    await server.post('/datum-local/advance').expect(401)
    await server
      .post('/datum-local/advance')
      .set('authorization', `Bearer ${datum.token}`)
      .expect(200, { stages: 0 })
  })
})
