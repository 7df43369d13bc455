import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import type { Clock } from '../../src/apimachinery/clock.ts'
import { systemClock } from '../../src/apimachinery/clock.ts'
import {
  createAuthority,
  isAuthorityFresh,
  isServerCertificateFresh,
  issueServerCertificate,
  loopbackNames,
} from '../../src/server/certificates.ts'

const day = 24 * 60 * 60 * 1000

function clockAt(milliseconds: number): Clock {
  return { now: () => milliseconds, after: () => () => {} }
}

describe('the certificates of the server', () => {
  const authority = createAuthority(systemClock)
  const names = [...loopbackNames, 'datum.test', '192.0.2.7', '2001:DB8::7']
  const pair = issueServerCertificate(authority, names, systemClock)
  const server = createServer({ cert: pair.certificate, key: pair.key }, (socket) => socket.end('hello'))

  afterAll(() => server.close())

  async function greeting(trusted: string, servername: string): Promise<string> {
    if (!server.listening) {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
    }
    const { port } = server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', ca: trusted, servername })
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString()
  }

  test('a client that trusts the authority completes the handshake', async () => {
    expect(await greeting(authority.certificate, 'datum.test')).toBe('hello')
  })

  test('a client that trusts another authority refuses it', async () => {
    const other = createAuthority(systemClock)
    await expect(greeting(other.certificate, 'datum.test')).rejects.toThrow(/certificate/)
  })

  test('a client that asks for another name refuses it', async () => {
    await expect(greeting(authority.certificate, 'else.test')).rejects.toThrow(/altnames|does not match/i)
  })

  test('the names are exactly those asked for, addresses as addresses', () => {
    expect(new X509Certificate(pair.certificate).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:datum.test, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7',
    )
  })

  test('the authority is one, the server is none, and the chain names it', () => {
    const root = new X509Certificate(authority.certificate)
    const leaf = new X509Certificate(pair.certificate)
    expect(root.ca).toBe(true)
    expect(leaf.ca).toBe(false)
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  test('two authorities never share a name or a serial number', () => {
    const one = new X509Certificate(authority.certificate)
    const two = new X509Certificate(createAuthority(systemClock).certificate)
    expect(one.subject).not.toBe(two.subject)
    expect(one.serialNumber).not.toBe(two.serialNumber)
  })

  test('a certificate of today is fresh today, and not when little of it is left', () => {
    const isFreshAfter = (days: number) =>
      isServerCertificateFresh(pair, authority, names, clockAt(systemClock.now() + days * day))
    expect(isFreshAfter(0)).toBe(true)
    expect(isFreshAfter(424)).toBe(true)
    expect(isFreshAfter(426)).toBe(false)
  })

  test('a certificate is not fresh for a further name, nor under another authority', () => {
    expect(isServerCertificateFresh(pair, authority, [...names, 'new.test'], systemClock)).toBe(false)
    expect(isServerCertificateFresh(pair, authority, [...names, '192.0.2.8'], systemClock)).toBe(false)
    expect(isServerCertificateFresh(pair, createAuthority(systemClock), names, systemClock)).toBe(false)
  })

  test('an authority is fresh while it outlives the certificates that it signs', () => {
    const isFreshAfter = (days: number) =>
      isAuthorityFresh(authority, clockAt(systemClock.now() + days * day))
    expect(isFreshAfter(0)).toBe(true)
    expect(isFreshAfter(3650 - 824)).toBe(false)
  })

  test('dates beyond 2049 are written in the form that X.509 asks for', () => {
    const late = createAuthority(clockAt(Date.UTC(2045, 0, 1)))
    expect(new X509Certificate(late.certificate).validTo).toBe('Dec 30 00:00:00 2054 GMT')
  })
})
