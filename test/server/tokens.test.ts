import { generateKeyPairSync } from 'node:crypto'
import Fastify from 'fastify'
import { decodeJwt, SignJWT } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/apimachinery/clock.ts'
import { seededIds } from '../../src/apimachinery/ids.ts'
import { tokenExchange } from '../../src/server/token-exchange.ts'
import { createSigningKey, createTokens, type Tokens } from '../../src/server/tokens.ts'

const developer = { name: 'developer', email: 'developer@example.com' }
const personalAccessToken = 'datum_local_pat_for-the-test'
const hour = 60 * 60 * 1000

describe('bearer tokens', () => {
  const signingKey = createSigningKey()
  let now: number
  let tokens: Tokens
  const clock: Clock = { now: () => now, after: () => () => {} }

  const make = (key: string) =>
    createTokens({
      signingKey: key,
      personalAccessTokens: [{ token: personalAccessToken, user: developer }],
      clock,
      ids: seededIds(1),
    })

  beforeEach(() => {
    now = Date.UTC(2030, 0, 1)
    tokens = make(signingKey)
  })

  test('speak for the user under the e-mail address, with the User object as uid', async () => {
    expect(await tokens.authenticate(await tokens.issue(developer))).toEqual({
      name: 'developer@example.com',
      uid: 'developer',
      groups: ['system:authenticated'],
    })
  })

  test('of a user without e-mail address speak under the name', async () => {
    expect((await tokens.authenticate(await tokens.issue({ name: 'robot' })))?.name).toBe('robot')
  })

  test('without a lifetime never expire', async () => {
    const token = await tokens.issue(developer)
    expect(decodeJwt(token).exp).toBeUndefined()
    now += 20 * 365 * 24 * hour
    expect(await tokens.authenticate(token)).toBeDefined()
  })

  test('with a lifetime expire to the second, also when they were accepted before', async () => {
    const token = await tokens.issue(developer, { lifetime: hour })
    expect(await tokens.authenticate(token)).toBeDefined()
    now += hour - 1
    expect(await tokens.authenticate(token)).toBeDefined()
    now += 1
    expect(await tokens.authenticate(token)).toBeUndefined()
    expect(await make(signingKey).authenticate(token)).toBeUndefined()
  })

  test('are good in the next process with the same key, and in none with another', async () => {
    const token = await tokens.issue(developer)
    expect(await make(signingKey).authenticate(token)).toBeDefined()
    expect(await make(createSigningKey()).authenticate(token)).toBeUndefined()
  })

  test.each([
    ['nothing', ''],
    ['a word', 'nonsense'],
    ['three words', 'a.b.c'],
    ['a personal access token', personalAccessToken],
  ])('that are %s are refused', async (_name, token) => {
    expect(await tokens.authenticate(token)).toBeUndefined()
  })

  test('that were changed, unsigned, or signed another way are refused', async () => {
    const token = await tokens.issue(developer)
    const [head, body, signature] = token.split('.') as [string, string, string]
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const root = encode({ ...decodeJwt(token), sub: 'root', email: 'root@example.com' })
    expect(await tokens.authenticate(`${head}.${root}.${signature}`)).toBeUndefined()
    expect(await tokens.authenticate(`${encode({ alg: 'none' })}.${body}.`)).toBeUndefined()
    const hmac = await new SignJWT({ sub: 'developer' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('datum-local')
      .setAudience('datum-local')
      .sign(Buffer.from(signingKey))
    expect(await tokens.authenticate(hmac)).toBeUndefined()
  })

  test('for another audience or without a subject are refused, although the key is ours', async () => {
    const { createPrivateKey } = await import('node:crypto')
    const key = createPrivateKey(signingKey)
    const sign = (change: (token: SignJWT) => SignJWT) =>
      change(new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setIssuer('datum-local')).sign(key)
    expect(await tokens.authenticate(await sign((token) => token.setSubject('developer')))).toBeUndefined()
    expect(await tokens.authenticate(await sign((token) => token.setAudience('datum-local')))).toBeUndefined()
    expect(
      await tokens.authenticate(
        await sign((token) => token.setSubject('developer').setAudience('datum-local')),
      ),
    ).toBeDefined()
  })

  test('of a foreign key with the same claims are refused', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const forged = await new SignJWT({ sub: 'developer' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('datum-local')
      .setAudience('datum-local')
      .sign(privateKey)
    expect(await tokens.authenticate(forged)).toBeUndefined()
  })

  describe('exchanged for a personal access token', () => {
    test('last one hour', async () => {
      const exchanged = await tokens.exchange(personalAccessToken)
      expect(exchanged?.token_type).toBe('Bearer')
      const claims = decodeJwt(exchanged?.access_token ?? '')
      expect(claims.sub).toBe('developer')
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3600)
    })

    test.each([
      ['GET', '/datum-os/oauth/token/exchange'],
      ['POST', '/datum-os/oauth/token/exchange'],
      ['GET', '/oauth/token/exchange'],
      ['POST', '/oauth/token/exchange'],
    ] as const)('come from %s %s', async (method, url) => {
      await using app = Fastify()
      await app.register(tokenExchange, { tokens })
      const answer = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${personalAccessToken}` },
      })
      expect(answer.statusCode).toBe(200)
      expect(Object.keys(answer.json()).sort()).toEqual(['access_token', 'token_type'])
      expect(await tokens.authenticate(answer.json().access_token)).toBeDefined()
    })

    test('come whatever body a client sends along', async () => {
      await using app = Fastify()
      await app.register(tokenExchange, { tokens })
      for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
        const answer = await app.inject({
          method: 'POST',
          url: '/oauth/token/exchange',
          headers: { authorization: `Bearer ${personalAccessToken}`, 'content-type': type },
          payload: 'grant_type=anything',
        })
        expect(answer.statusCode, type).toBe(200)
      }
    })

    test.each([
      ['no header', undefined],
      ['another token', 'Bearer something-else'],
      ['another scheme', `Basic ${personalAccessToken}`],
      ['a prefix of the token', `Bearer ${personalAccessToken.slice(0, -1)}`],
    ])('are refused to %s with 401 and a message', async (_name, authorization) => {
      await using app = Fastify()
      await app.register(tokenExchange, { tokens })
      const answer = await app.inject({
        url: '/datum-os/oauth/token/exchange',
        headers: authorization === undefined ? {} : { authorization },
      })
      expect(answer.statusCode).toBe(401)
      expect(Object.keys(answer.json())).toEqual(['message'])
      expect(answer.body).not.toContain(personalAccessToken.slice(0, -1))
    })

    test('are refused to a bearer token: only personal access tokens can be exchanged', async () => {
      expect(await tokens.exchange(await tokens.issue(developer))).toBeUndefined()
    })
  })
})
