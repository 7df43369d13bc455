import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeContinueToken,
  encodeContinueToken,
  InvalidContinueToken,
  newestState,
} from '../../src/storage/continue-token.ts'

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

const version = 'meta.k8s.io/v1'

test('a token comes back as it was made', () => {
  const part = fc.stringMatching(/^[a-z0-9][a-z0-9.-]*$/)
  const key = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), key, (revision, after) => {
      expect(decodeContinueToken(encodeContinueToken({ revision, after }))).toEqual({ revision, after })
    }),
  )
  const inconsistent = { revision: newestState, after: 'default/web' }
  expect(decodeContinueToken(encodeContinueToken(inconsistent))).toEqual(inconsistent)
})

test('a token has the form of Kubernetes', () => {
  const token = encodeContinueToken({ revision: 42, after: 'default/web' })
  expect(Buffer.from(token, 'base64url').toString()).toBe(
    '{"v":"meta.k8s.io/v1","rv":42,"start":"default/web\\u0000"}',
  )
})

test.each([
  ['no base64', 'abc=', 'illegal base64 data at input byte 3'],
  ['a length that base64 does not have', 'abcde', 'illegal base64 data at input byte 4'],
  ['nothing', '', 'the decoded text is not JSON'],
  ['no JSON', encode('{'), 'the decoded text is not JSON'],
  ['no object', encode(null), 'the decoded text is not a JSON object'],
  [
    'another version',
    encode({ v: 'v2', rv: 1, start: 'a\0' }),
    'server does not recognize this encoded version v2',
  ],
  [
    'no revision',
    encode({ v: version, start: 'a\0' }),
    `incorrect encoded start resourceVersion (version ${version})`,
  ],
  [
    'revision 0',
    encode({ v: version, rv: 0, start: 'a\0' }),
    `incorrect encoded start resourceVersion (version ${version})`,
  ],
  [
    'a revision that is no number',
    encode({ v: version, rv: '7', start: 'a\0' }),
    'incorrect encoded start resourceVersion',
  ],
  ['no start', encode({ v: version, rv: 7 }), `encoded start key empty (version ${version})`],
  ['a start that is no key of ours', encode({ v: version, rv: 7, start: 'a' }), 'a'],
  ['a start that climbs', encode({ v: version, rv: 7, start: '../../root/secrets\0' }), '../../root/secrets'],
  ['a start from the root', encode({ v: version, rv: 7, start: '/root\0' }), '/root'],
  ['a start with a NUL inside', encode({ v: version, rv: 7, start: 'a\0b\0' }), 'a\0b'],
])('a token with %s is refused', (_, token, message) => {
  expect(() => decodeContinueToken(token)).toThrow(InvalidContinueToken)
  expect(() => decodeContinueToken(token)).toThrow(message)
})

test('no text at all does anything but decode or be refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json().map(encode), fc.string().map(encode)), (token) => {
      expect(() => decodeContinueToken(token)).toThrow(InvalidContinueToken)
    }),
  )
})
