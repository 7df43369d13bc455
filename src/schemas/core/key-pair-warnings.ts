import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { SecretObject } from './secret.ts'

/** What is told of a Secret for TLS whose certificate and key do not make a pair, in the words of Go's TLS library. */
export function keyPairWarnings({ type, data = {} }: SecretObject): string[] {
  if (type !== 'kubernetes.io/tls') return []
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('latin1')
  const fault = keyPairFault(text('tls.crt'), text('tls.key'))
  return fault === undefined ? [] : [`tls: ${fault}`]
}

function keyPairFault(certificate: string, key: string): string | undefined {
  const certificates = blocksOf(certificate)
  if (certificates.length === 0) return 'failed to find any PEM data in certificate input'
  const first = certificates.find(({ label }) => label === 'CERTIFICATE')
  if (first === undefined) {
    const labels = certificates.map(({ label }) => label)
    if (labels.length === 1 && /PRIVATE KEY$/.test(labels[0] as string)) {
      return 'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
    }
    return `failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${labels.join(' ')}]`
  }
  const keys = blocksOf(key)
  if (keys.length === 0) return 'failed to find any PEM data in key input'
  const secret = keys.find(({ label }) => /(^| )PRIVATE KEY$/.test(label))
  if (secret === undefined) {
    const labels = keys.map(({ label }) => label)
    if (labels.length === 1 && labels[0] === 'CERTIFICATE') {
      return 'found a certificate rather than a key in the PEM for the private key'
    }
    return `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${labels.join(' ')}]`
  }
  return pairFault(first.text, secret.text)
}

function pairFault(certificate: string, key: string): string | undefined {
  let parsed: X509Certificate
  try {
    parsed = new X509Certificate(certificate)
  } catch {
    return 'failed to parse certificate'
  }
  try {
    const isPair = parsed.checkPrivateKey(createPrivateKey(key))
    return isPair ? undefined : 'private key does not match public key'
  } catch {
    return 'failed to parse private key'
  }
}

function blocksOf(text: string): { label: string; text: string }[] {
  const pattern = /-----BEGIN ([^-\n]+)-----\r?\n[\s\S]*?-----END \1-----/g
  return [...text.matchAll(pattern)].map(([whole, label = '']) => ({ label, text: whole }))
}
