import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { isIP, isIPv4 } from 'node:net'
import type { Clock } from '../apimachinery/clock.ts'
import * as der from './der.ts'

/** A certificate and its private key, both as PEM. */
export interface CertificatePair {
  readonly certificate: string
  readonly key: string
}

const day = 24 * 60 * 60 * 1000

/** How long an authority is good for. */
const authorityLifetime = 3650 * day
/** The longest that Apple's libraries accept of a server certificate from a user's own authority. */
const serverLifetime = 825 * day
/** What must be left at a start; a process that runs longer than this without a restart is not expected. */
const renewBefore = 400 * day
/** Clients whose clock is a little behind are served as well. */
const clockSkew = 60 * 60 * 1000

const objectIds = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
}

/** The names under which a server on this machine is reached, whatever else it is told. */
export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * A certificate authority of our own: ECDSA P-256, ten years. It may sign servers, no further authorities.
 *
 * Written by hand because two certificates of one fixed form need 60 lines here, where the libraries for X.509 bring
 * a third of a megabyte to be parsed at every start in memory, and one a change of the global `Reflect`.
 */
export function createAuthority(clock: Clock): CertificatePair {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // The number in the name keeps apart the authorities of several states in one trust store.
  const subject = commonName(`datum-local ${randomBytes(4).toString('hex')}`)
  return {
    certificate: signedCertificate({
      issuer: subject,
      subject,
      publicKey: keys.publicKey,
      signingKey: keys.privateKey,
      notBefore: clock.now() - clockSkew,
      notAfter: clock.now() + authorityLifetime,
      extensions: [
        extension(
          objectIds.basicConstraints,
          true,
          der.sequence(der.boolean(true), der.integer(Buffer.of(0))),
        ),
        // keyCertSign and cRLSign: bits 5 and 6.
        extension(objectIds.keyUsage, true, der.bitString(Buffer.of(0b0000_0110), 1)),
        extension(objectIds.subjectKeyIdentifier, false, der.octetString(keyIdentifier(keys.publicKey))),
        authorityKeyIdentifier(keys.publicKey),
      ],
    }),
    key: privateKeyPem(keys.privateKey),
  }
}

/**
 * A certificate for the server, signed by `authority`, good for `names` (host names and addresses).
 * Clients compare with the machine's time: hand in the system's clock, not one that is held still.
 */
export function issueServerCertificate(
  authority: CertificatePair,
  names: readonly string[],
  clock: Clock,
): CertificatePair {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const authorityKey = createPrivateKey(authority.key)
  const authorityEnd = Date.parse(new X509Certificate(authority.certificate).validTo)
  return {
    certificate: signedCertificate({
      issuer: subjectOf(authority.certificate),
      subject: commonName('datum-local'),
      publicKey: keys.publicKey,
      signingKey: authorityKey,
      notBefore: clock.now() - clockSkew,
      notAfter: Math.min(clock.now() + serverLifetime, authorityEnd),
      extensions: [
        extension(objectIds.basicConstraints, true, der.sequence()),
        // digitalSignature: bit 0.
        extension(objectIds.keyUsage, true, der.bitString(Buffer.of(0b1000_0000), 7)),
        extension(
          objectIds.extendedKeyUsage,
          false,
          der.sequence(der.objectIdentifier(objectIds.serverAuth)),
        ),
        extension(objectIds.subjectAltName, false, der.sequence(...names.map(generalName))),
        extension(objectIds.subjectKeyIdentifier, false, der.octetString(keyIdentifier(keys.publicKey))),
        authorityKeyIdentifier(createPublicKey(authorityKey)),
      ],
    }),
    key: privateKeyPem(keys.privateKey),
  }
}

/** True while the authority outlives a server certificate signed now. */
export function isAuthorityFresh(authority: CertificatePair, clock: Clock): boolean {
  return remaining(authority, clock) > serverLifetime
}

/** True while `server` has time left, is signed by `authority`, and is good for every one of `names`. */
export function isServerCertificateFresh(
  server: CertificatePair,
  authority: CertificatePair,
  names: readonly string[],
  clock: Clock,
): boolean {
  const certificate = new X509Certificate(server.certificate)
  return (
    remaining(server, clock) > renewBefore &&
    certificate.verify(new X509Certificate(authority.certificate).publicKey) &&
    names.every((name) =>
      isIP(name) === 0 ? certificate.checkHost(name) !== undefined : certificate.checkIP(name) !== undefined,
    )
  )
}

function remaining(pair: CertificatePair, clock: Clock): number {
  return Date.parse(new X509Certificate(pair.certificate).validTo) - clock.now()
}

interface CertificateContent {
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly signingKey: KeyObject
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: readonly Buffer[]
}

function signedCertificate(content: CertificateContent): string {
  const algorithm = der.sequence(der.objectIdentifier(objectIds.ecdsaWithSha256))
  const toBeSigned = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))),
    der.integer(randomBytes(16)),
    algorithm,
    content.issuer,
    der.sequence(der.time(content.notBefore), der.time(content.notAfter)),
    content.subject,
    content.publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...content.extensions)),
  )
  const certificate = der.sequence(
    toBeSigned,
    algorithm,
    der.bitString(sign('sha256', toBeSigned, content.signingKey)),
  )
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function commonName(name: string): Buffer {
  return der.sequence(der.set(der.sequence(der.objectIdentifier(objectIds.commonName), der.utf8String(name))))
}

/** The name as it stands in a certificate of ours, whose subject is a common name alone (`CN=…`). */
function subjectOf(pem: string): Buffer {
  return commonName(new X509Certificate(pem).subject.replace(/^CN=/, ''))
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return der.sequence(
    der.objectIdentifier(id),
    ...(critical ? [der.boolean(true)] : []),
    der.octetString(value),
  )
}

function authorityKeyIdentifier(publicKey: KeyObject): Buffer {
  const identifier = der.implicit(0, keyIdentifier(publicKey))
  return extension(objectIds.authorityKeyIdentifier, false, der.sequence(identifier))
}

/** Method 1 of RFC 7093: the first 160 bits of the SHA-256 of the public point (the last 65 bytes of the SPKI). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
  return createHash('sha256').update(point).digest().subarray(0, 20)
}

function generalName(name: string): Buffer {
  return isIP(name) === 0 ? der.implicit(2, Buffer.from(name, 'ascii')) : der.implicit(7, addressBytes(name))
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes an address with an IPv4 tail or in capitals in its one short form.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((each) => Number.parseInt(each, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
