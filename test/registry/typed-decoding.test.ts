import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '../../src/apimachinery/object.ts'
import { type Kind, preferredResource } from '../../src/registry/kind.ts'
import { typedDecodingFault } from '../../src/registry/typed-decoding.ts'
import { ConfigMap } from '../../src/schemas/core/config-map.ts'
import { Event } from '../../src/schemas/core/event.ts'
import { Lease } from '../../src/schemas/core/lease.ts'
import { Namespace } from '../../src/schemas/core/namespace.ts'
import { SelfSubjectAccessReview } from '../../src/schemas/core/reviews/self-subject-access-review.ts'
import { Secret } from '../../src/schemas/core/secret.ts'
import { Location } from '../../src/schemas/networking/location.ts'

/** A kind whose objects are of any type. */
type AnyKind = Pick<Kind, 'names'>

function fault(kind: AnyKind, fields: object): string | undefined {
  return typedDecodingFault(preferredResource(kind as unknown as Kind), {
    metadata: {},
    ...fields,
  } as KubernetesObject)?.message
}

describe('a value that the Go type of a compiled-in kind cannot hold', () => {
  test.each<[string, AnyKind, object, string]>([
    [
      'a text',
      ConfigMap,
      { immutable: 'yes' },
      'string into Go struct field ConfigMap.immutable of type bool',
    ],
    ['a map', ConfigMap, { data: [] }, 'array into Go struct field ConfigMap.data of type map[string]string'],
    [
      'a member of a map',
      ConfigMap,
      { data: { a: 1 } },
      'number into Go struct field ConfigMap.data of type string',
    ],
    ['bytes', Secret, { data: { a: {} } }, 'object into Go struct field Secret.data of type []uint8'],
    ['a named text', Secret, { type: 1 }, 'number into Go struct field Secret.type of type v1.SecretType'],
    ['a struct', Lease, { spec: 'x' }, 'string into Go struct field Lease.spec of type v1.LeaseSpec'],
    [
      'a fraction',
      Lease,
      { spec: { leaseDurationSeconds: 1.5 } },
      'number 1.5 into Go struct field LeaseSpec.spec.leaseDurationSeconds of type int32',
    ],
    [
      'a number that is too great',
      Event,
      { count: 2 ** 31 },
      'number 2147483648 into Go struct field Event.count of type int32',
    ],
    [
      'a struct in a list',
      Namespace,
      { status: { conditions: [true] } },
      'bool into Go struct field NamespaceStatus.status.conditions of type v1.NamespaceCondition',
    ],
    [
      'a field of a struct in a struct',
      SelfSubjectAccessReview,
      { spec: { resourceAttributes: { verb: 5 } } },
      'number into Go struct field ResourceAttributes.spec.resourceAttributes.verb of type string',
    ],
    [
      'a time',
      Event,
      { firstTimestamp: 5 },
      'number into Go struct field Event.firstTimestamp of type string',
    ],
  ])('is told for %s', (_, kind, fields, expected) => {
    expect(fault(kind, fields)).toBe(`json: cannot unmarshal ${expected}`)
  })

  test('is told where base64 goes wrong', () => {
    expect(fault(Secret, { data: { a: 'YWI*' } })).toBe('illegal base64 data at input byte 3')
  })

  test.each([
    ['soon', 'as "2006-01-02T15:04:05.000000Z07:00": cannot parse "soon" as "2006"'],
    ['2026-01-02T03:04:05Z', 'as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"'],
    ['2026-13-02T03:04:05.000000Z', ': month out of range'],
    ['2026-02-30T03:04:05.000000Z', ': day out of range'],
    ['2026-02-03T03:04:05.000000Zzz', ': extra text: "zz"'],
    [
      '2026-02-03 03:04:05.000000Z',
      'as "2006-01-02T15:04:05.000000Z07:00": cannot parse " 03:04:05.000000Z" as "T"',
    ],
  ])('is told where the time %s goes wrong', (renewTime, expected) => {
    const separator = expected.startsWith(':') ? '' : ' '
    expect(fault(Lease, { spec: { renewTime } })).toBe(
      `parsing time ${JSON.stringify(renewTime)}${separator}${expected}`,
    )
  })
})

test('the first fault in the order of the document is told', () => {
  expect(fault(ConfigMap, { binaryData: { a: '?' }, data: 5 })).toContain('illegal base64')
  expect(fault(ConfigMap, { data: 5, binaryData: { a: '?' } })).toContain('ConfigMap.data')
})

test('nulls, unknown fields and what fits are no fault, and custom resources have no type', () => {
  expect(
    fault(ConfigMap, { data: { a: null }, binaryData: null, surprise: 5, immutable: true }),
  ).toBeUndefined()
  expect(fault(Lease, { spec: { renewTime: '2026-02-28T03:04:05.000000+01:00' } })).toBeUndefined()
  expect(fault(Location, { spec: 5 })).toBeUndefined()
})
