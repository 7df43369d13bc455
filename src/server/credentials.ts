import { randomBytes } from 'node:crypto'
import type { Clock } from '../apimachinery/clock.ts'
import {
  type CertificatePair,
  createAuthority,
  isAuthorityFresh,
  isServerCertificateFresh,
  issueServerCertificate,
  loopbackNames,
} from './certificates.ts'
import { createSigningKey, type PersonalAccessToken, type TokenUser } from './tokens.ts'

/** The secrets of one control-plane set. They are part of its state: as long as they live, what they signed is good. */
export interface Credentials {
  /** Signs the server's certificate; its own is embedded in kubeconfigs. */
  readonly authority: CertificatePair
  readonly server: CertificatePair
  /** Signs bearer tokens (PKCS #8, PEM). */
  readonly signingKey: string
  readonly personalAccessTokens: readonly PersonalAccessToken[]
}

export interface CredentialsRequest {
  /** Host names and addresses of the server beside the loopback's. */
  readonly names: readonly string[]
  /** Who gets a personal access token when there is none yet. */
  readonly user: TokenUser
  /** The machine's time: certificates are checked by others, who know no other. */
  readonly clock: Clock
}

/** `known` with what is missing made, and with what is about to expire made again. */
export function completeCredentials(known: Partial<Credentials>, request: CredentialsRequest): Credentials {
  const { clock, user } = request
  const names = [...new Set([...loopbackNames, ...request.names])]
  const authority =
    known.authority && isAuthorityFresh(known.authority, clock) ? known.authority : createAuthority(clock)
  const server =
    known.server && isServerCertificateFresh(known.server, authority, names, clock)
      ? known.server
      : issueServerCertificate(authority, names, clock)
  return {
    authority,
    server,
    signingKey: known.signingKey ?? createSigningKey(),
    personalAccessTokens: known.personalAccessTokens ?? [{ token: createPersonalAccessToken(), user }],
  }
}

/** 160 random bits behind a prefix by which a secret scanner, and a person, knows what it has found. */
export function createPersonalAccessToken(): string {
  return `datum_local_pat_${randomBytes(20).toString('base64url')}`
}
