import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import type { JsonValue } from '../../src/apimachinery/object.ts'
import { decodeDeleteOptions, decodeProtobuf } from '../../src/server/protobuf.ts'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { projectPath } from '../support/program.ts'

/** Bodies made by the Go libraries of Kubernetes 1.34, with the same object in JSON. */
const bodies = JSON.parse(
  readFileSync(new URL('./protobuf-bodies/bodies.json', import.meta.url), 'utf8'),
) as { name: string; body: string; object: JsonValue }[]

const magic = Buffer.from('k8s\0')

/** Go writes null for the zero time; for the registry that is the same as nothing. */
function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  )
}

function refusal(action: () => unknown): StatusError {
  try {
    action()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes])
}

function envelope(apiVersion: string, kind: string, raw: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))])
  return Buffer.concat([magic, field(1, head), field(2, raw)])
}

describe('a body in protobuf', () => {
  test.each(bodies)(
    'with $name is the object that the same client would send in JSON',
    ({ body, object }) => {
      const isOptions = (object as { kind: string }).kind === 'DeleteOptions'
      const decode = isOptions ? decodeDeleteOptions : decodeProtobuf
      expect(decode(Buffer.from(body, 'hex'))).toEqual(withoutNulls(object))
    },
  )

  test('without a head is what the URL asks for', () => {
    const body = Buffer.concat([magic, field(2, field(1, field(1, Buffer.from('team'))))])
    expect(decodeProtobuf(body, { apiVersion: 'v1', kind: 'Namespace' })).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'team' },
    })
  })

  test('with fields of a newer version is read without them', () => {
    const raw = Buffer.concat([
      field(1, field(1, Buffer.from('team'))),
      field(15, Buffer.from('?')),
      Buffer.from([
        (14 << 3) | 0,
        0xff,
        0x01,
        (13 << 3) | 1,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        (12 << 3) | 5,
        1,
        2,
        3,
        4,
      ]),
    ])
    expect(decodeProtobuf(envelope('v1', 'Namespace', raw))).toMatchObject({ metadata: { name: 'team' } })
  })

  test('with text that is not UTF-8 has it replaced, as a real server shows it in JSON', () => {
    const entry = Buffer.concat([field(1, Buffer.from('key')), field(2, Buffer.from([0x61, 0xff]))])
    const object = decodeProtobuf(envelope('v1', 'ConfigMap', field(2, entry)))
    expect(object.data).toEqual({ key: 'a\ufffd' })
  })

  test('with a group in it is read without that', () => {
    const group = Buffer.from('7b080112007b7c7c', 'hex')
    const raw = Buffer.concat([group, field(1, field(1, Buffer.from('team')))])
    expect(decodeProtobuf(envelope('v1', 'Namespace', raw))).toMatchObject({ metadata: { name: 'team' } })
  })

  test('with numbers to the last bit', () => {
    const number = (bytes: string) =>
      decodeDeleteOptions(envelope('v1', 'DeleteOptions', Buffer.from(`08${bytes}`, 'hex')))
        .gracePeriodSeconds
    expect(number('01')).toBe(1)
    expect(number('ffffffff0f')).toBe(2 ** 32 - 1)
    expect(number('8080808010')).toBe(2 ** 32)
    expect(number('ffffffffffffff0f')).toBe(Number.MAX_SAFE_INTEGER)
    expect(number('ffffffffffffffffff01')).toBe(-1)
    expect(number('80808080808080808001')).toBe(-(2 ** 63))
  })

  test('with a key such as __proto__ has it as a key and nothing else', () => {
    const entry = Buffer.concat([field(1, Buffer.from('__proto__')), field(2, Buffer.from('x'))])
    const object = decodeProtobuf(envelope('v1', 'ConfigMap', field(2, entry)))
    expect(Object.keys(object.data as object)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(object.data)).toBe(Object.prototype)
  })
})

describe('a body that is no protobuf of a known kind is a 400', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace' }

  test.each([
    ['nothing', Buffer.alloc(0), 'empty data (<empty>)'],
    [
      'JSON',
      Buffer.from('{}'),
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})',
    ],
    ['the beginning alone', magic, 'empty body (6b387300)'],
    [
      'an envelope that is cut off',
      Buffer.concat([magic, Buffer.from([0x0a, 0x7f])]),
      'unexpected EOF (6b3873000a7f)',
    ],
  ])('%s', (_, body, fault) => {
    const error = refusal(() => decodeProtobuf(body, namespace))
    expect(error.code).toBe(400)
    expect(error.message).toBe(`the object provided is unrecognized (must be of type Namespace): ${fault}`)
  })

  test('a kind that nobody knows', () => {
    const error = refusal(() => decodeProtobuf(envelope('apps/v1', 'Deployment'), namespace))
    expect(error.message).toBe(
      'Deployment in version "v1" cannot be handled as a Namespace: no kind "Deployment" is registered for version "apps/v1" in scheme "pkg/runtime/scheme.go:110"',
    )
  })

  test('a field of the wrong type', () => {
    const error = refusal(() => decodeProtobuf(envelope('v1', 'Namespace', Buffer.from([0x08, 0x01]))))
    expect(error.message).toBe('proto: wrong wireType = 0 for field ObjectMeta')
  })

  test.each([
    ['a tag that is none', '00', 'proto: Unknown: illegal tag 0 (wire type 0)'],
    ['a tag that is cut off', '80', 'unexpected EOF'],
    ['a head of another type', '0803', 'proto: wrong wireType = 0 for field TypeMeta'],
    ['a head with a version of another type', '0a020805', 'proto: wrong wireType = 0 for field APIVersion'],
    ['a message of another type', '1003', 'proto: wrong wireType = 0 for field Raw'],
    ['a group', '1b', 'proto: wrong wireType = 3 for field ContentEncoding'],
    ['the end of a group', '1c', 'proto: Unknown: wiretype end group for non-group'],
    ['a type that is none', '0f', 'proto: wrong wireType = 7 for field TypeMeta'],
    ['a type that is none, of a field that is none', '4f', 'proto: illegal wireType 7'],
    [
      'a length beyond all numbers',
      '12ffffffffffffffff7f',
      'proto: negative length found during unmarshaling',
    ],
    ['a number of more than 64 bits', '12ffffffffffffffffffff01', 'proto: integer overflow'],
  ])('an envelope with %s, in the words of a real server', (_, bytes, fault) => {
    const body = Buffer.concat([magic, Buffer.from(bytes, 'hex')])
    expect(refusal(() => decodeProtobuf(body, namespace)).message).toBe(
      `the object provided is unrecognized (must be of type Namespace): ${fault} (${body.toString('hex')})`,
    )
  })

  test.each([
    ['a tag that is none', '0200', 'proto: ConfigMap: illegal tag 0 (wire type 2)'],
    ['the end of a group', '0c', 'proto: ConfigMap: wiretype end group for non-group'],
    ['metadata that is cut off', '0a7f', 'unexpected EOF'],
    ['a time of another type', '0a0542030a0178', 'proto: wrong wireType = 2 for field Seconds'],
    ['a key that is a number', '12020803', 'unexpected EOF'],
    ['a group that does not end', '7b', 'unexpected EOF'],
  ])('a message with %s, in the words of a real server', (_, bytes, fault) => {
    const body = envelope('v1', 'ConfigMap', Buffer.from(bytes, 'hex'))
    expect(refusal(() => decodeProtobuf(body, { apiVersion: 'v1', kind: 'ConfigMap' })).message).toBe(
      `ConfigMap in version "v1" cannot be handled as a ConfigMap: ${fault}`,
    )
  })

  test('a schema nested without end', () => {
    let schema: Buffer = Buffer.alloc(0)
    for (let depth = 0; depth < 2_000; depth++) schema = nested(28, schema)
    const raw = nested(2, nested(7, nested(4, nested(1, schema))))
    const body = Buffer.concat([
      magic,
      nested(
        1,
        Buffer.concat([
          field(1, Buffer.from('apiextensions.k8s.io/v1')),
          field(2, Buffer.from('CustomResourceDefinition')),
        ]),
      ),
      nested(2, raw),
    ])
    expect(refusal(() => decodeProtobuf(body)).message).toBe('exceeded maximum nesting depth')
  })

  test('any bytes at all, and any valid body broken in one place, are read or refused, never anything else', () => {
    const check = (body: Uint8Array) => {
      try {
        decodeProtobuf(body)
      } catch (error) {
        expect(error).toBeInstanceOf(StatusError)
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => check(Buffer.concat([magic, bytes]))),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...bodies),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        ({ body }, place, byte) => {
          const broken = Buffer.from(body, 'hex')
          broken[4 + (place % (broken.length - 4))] = byte
          check(broken)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

function nested(number: number, bytes: Uint8Array): Buffer {
  const head: number[] = []
  for (const start of [(number << 3) | 2, bytes.length]) {
    let value = start
    for (; value > 0x7f; value = Math.floor(value / 128)) head.push((value & 0x7f) | 0x80)
    head.push(value)
  }
  return Buffer.concat([Buffer.from(head), bytes])
}

describe('protobuf through the front door', () => {
  let datum: DatumLocal

  beforeAll(async () => {
    datum = await startDatumLocal()
  }, 60_000)

  afterAll(() => datum.stop())

  async function ask(method: string, path: string, body: Uint8Array) {
    const response = await fetch(`${datum.httpUrl}${projectPath}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${datum.token}`,
        'content-type': 'application/vnd.kubernetes.protobuf',
      },
      body,
    })
    const { message, reason } = (await response.json()) as { message?: string; reason?: string }
    return { code: response.status, reason, message }
  }

  test.each([
    ['of another kind', envelope('v1', 'ConfigMap'), `no kind "ConfigMap" is registered for version "v1"`],
    ['of no kind', envelope('v1', 'Nonsense'), `no kind "Nonsense" is registered for version "v1"`],
    ['that is none', Buffer.from('{}'), 'provided data does not appear to be a protobuf message'],
    ['that only begins', magic, 'empty body'],
    [
      'with a number that is a text',
      envelope('v1', 'DeleteOptions', field(1, Buffer.from('x'))),
      'proto: wrong wireType = 2 for field GracePeriodSeconds',
    ],
  ])(
    'options of a deletion in a body %s are refused in the words of a real server',
    async (_, body, words) => {
      for (const collection of [
        '/api/v1/namespaces/default/configmaps',
        '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks',
      ]) {
        for (const place of [`${collection}?labelSelector=none%3Dnone`, `${collection}/none`]) {
          const answer = await ask('DELETE', place, body)
          expect(answer).toMatchObject({ code: 400, reason: 'BadRequest' })
          expect(answer.message).toMatch(new RegExp(`^${words}`))
        }
      }
    },
  )

  test('options of a deletion are obeyed, whatever group they say', async () => {
    const collection = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks'
    for (const version of ['v1', 'meta.k8s.io/v1', 'apps/v1']) {
      const body = envelope(version, 'DeleteOptions', field(4, Buffer.from('Sideways')))
      expect(await ask('DELETE', `${collection}/none`, body)).toMatchObject({
        code: 422,
        message: expect.stringContaining('propagationPolicy'),
      })
    }
  })

  test('a custom resource has no protobuf: 415', async () => {
    const collection = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks'
    const answer = await ask('POST', collection, envelope('networking.datumapis.com/v1alpha', 'Network'))
    expect(answer).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
  })
})
