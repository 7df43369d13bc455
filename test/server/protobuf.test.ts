import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import type { JsonValue } from '../../src/apimachinery/object.ts'
import { decodeProtobuf } from '../../src/server/protobuf.ts'

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
      expect(decodeProtobuf(Buffer.from(body, 'hex'))).toEqual(withoutNulls(object))
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
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] (7b7d)',
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
      'Deployment in version "v1" cannot be handled as a Namespace: no kind "Deployment" is registered for version "apps/v1"',
    )
  })

  test('a field of the wrong type', () => {
    const error = refusal(() => decodeProtobuf(envelope('v1', 'Namespace', Buffer.from([0x08, 0x01]))))
    expect(error.message).toBe('wrong wireType = 0 for field metadata')
  })

  test('text that is not UTF-8', () => {
    const raw = field(1, field(1, Buffer.from([0xff, 0xfe])))
    expect(refusal(() => decodeProtobuf(envelope('v1', 'Namespace', raw))).message).toBe(
      'invalid UTF-8 in a string',
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
