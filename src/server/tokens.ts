import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { Caller } from '../registry/kind.ts'
import { defaultLimits } from './limits.ts'

/** Whom a token speaks for: `name` is that of the User object, and the `sub` of the token. */
export interface TokenUser {
  readonly name: string
  /** Requests are made under it, as on Datum; absent: under the name. */
  readonly email?: string
}

/** A long-lived secret that is good for nothing but to be exchanged for bearer tokens. */
export interface PersonalAccessToken {
  readonly token: string
  readonly user: TokenUser
}

export interface Tokens {
  /** A signed JWT for `user`. `lifetime` is in milliseconds; absent: it lasts as long as the signing key. */
  issue(user: TokenUser, options?: { lifetime?: number }): Promise<string>
  /** The caller that a bearer token speaks for; undefined when it is malformed, forged or expired. */
  authenticate(token: string): Promise<Caller | undefined>
  /** A bearer token of limited lifetime for a personal access token; undefined when nobody has it. */
  exchange(personalAccessToken: string): Promise<ExchangedToken | undefined>
}

/** The answer of the exchange, in the words of RFC 6749. */
export interface ExchangedToken {
  readonly access_token: string
  readonly token_type: 'Bearer'
}

export interface TokensOptions {
  /** The private key (PKCS #8, PEM, P-256) with which tokens are signed: see `createSigningKey`. */
  readonly signingKey: string
  readonly personalAccessTokens: readonly PersonalAccessToken[]
  readonly clock: Clock
  readonly ids: Ids
  /** How long an exchanged token is good, in milliseconds. Default one hour. */
  readonly exchangedLifetime?: number
}

/** `iss` and `aud` of every token. Not a URL: tokens stay good when the port changes. */
const issuer = 'datum-local'
const algorithm = 'ES256'
/** Tokens that were verified before, the longest unused forgotten first. */
const rememberedTokens = 1000

/** As whom requests with a token of `user` are made: as on Datum, the name is the email address and the uid the name. */
export function callerOf({ name, email }: TokenUser): Caller {
  return { name: email ?? name, uid: name, groups: ['system:authenticated'] }
}

/** A new key to sign tokens with. ES256, because Kubernetes' own OIDC authenticator knows no EdDSA. */
export function createSigningKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export function createTokens(options: TokensOptions): Tokens {
  const { signingKey, personalAccessTokens, clock, ids } = options
  const exchangedLifetime = options.exchangedLifetime ?? defaultLimits.tokenLifetime
  // To read a key costs half a millisecond: it is read when the first token is signed or verified.
  let keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined
  const readKeys = () => {
    if (keys === undefined) {
      const privateKey = createPrivateKey(signingKey)
      keys = { privateKey, publicKey: createPublicKey(privateKey) }
    }
    return keys
  }
  const known = personalAccessTokens.map(({ token, user }) => ({ hash: sha256(token), user }))
  // Verifying a signature costs a quarter of a millisecond; what was found true stays so until the token expires.
  const verified = new Map<string, { caller: Caller; expires: number }>()

  async function issue(user: TokenUser, options: { lifetime?: number } = {}): Promise<string> {
    const now = Math.floor(clock.now() / 1000)
    const token = new SignJWT(user.email === undefined ? {} : { email: user.email })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(user.name)
      .setIssuedAt(now)
      .setJti(ids.uid())
    if (options.lifetime !== undefined) token.setExpirationTime(now + Math.floor(options.lifetime / 1000))
    return await token.sign(readKeys().privateKey)
  }

  async function verify(token: string): Promise<{ caller: Caller; expires: number } | undefined> {
    try {
      const { payload } = await jwtVerify(token, readKeys().publicKey, {
        issuer,
        audience: issuer,
        algorithms: [algorithm],
        requiredClaims: ['sub'],
        currentDate: new Date(clock.now()),
      })
      const { sub, email } = payload as { sub: string; email?: unknown }
      return {
        caller: callerOf(typeof email === 'string' ? { name: sub, email } : { name: sub }),
        expires: payload.exp === undefined ? Number.POSITIVE_INFINITY : payload.exp * 1000,
      }
    } catch {
      // Every fault of a token has the same answer: who sends it is not told how near it came.
      return undefined
    }
  }

  return {
    issue,

    async authenticate(token) {
      const key = sha256(token).toString('base64')
      const found = verified.get(key) ?? (await verify(token))
      verified.delete(key)
      if (!found || found.expires <= clock.now()) return undefined
      verified.set(key, found)
      if (verified.size > rememberedTokens) verified.delete(verified.keys().next().value as string)
      return found.caller
    },

    async exchange(personalAccessToken) {
      const hash = sha256(personalAccessToken)
      // All are compared, each in constant time, so that the time of an answer tells nothing.
      let owner: TokenUser | undefined
      for (const each of known) if (timingSafeEqual(each.hash, hash)) owner = each.user
      if (!owner) return undefined
      return { access_token: await issue(owner, { lifetime: exchangedLifetime }), token_type: 'Bearer' }
    },
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
