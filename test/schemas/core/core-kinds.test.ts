import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Fault } from '../../../src/apimachinery/base64.ts'
import { storageVersion } from '../../../src/registry/kind.ts'
import { ConfigMap } from '../../../src/schemas/core/config-map.ts'
import { Event, type EventObject } from '../../../src/schemas/core/event.ts'
import { Lease } from '../../../src/schemas/core/lease.ts'
import { Namespace } from '../../../src/schemas/core/namespace.ts'
import { Secret, type SecretObject } from '../../../src/schemas/core/secret.ts'
import { admit } from '../support/admission.ts'

const metadata = { name: 'a', namespace: 'default' }

describe('a Secret', () => {
  it('keeps stringData as data, over what was there', async () => {
    const { object } = await admit(Secret, {
      metadata,
      data: { a: 'YQ==', b: 'Yg==' },
      stringData: { b: 'new', c: 'ü' },
    })
    expect(object).toEqual({
      metadata,
      type: 'Opaque',
      data: { a: 'YQ==', b: 'bmV3', c: Buffer.from('ü').toString('base64') },
    })
  })

  it.each<[string, Partial<SecretObject>, string[]]>([
    ['basic-auth', {}, ['data[username]: Required value', 'data[password]: Required value']],
    ['basic-auth', { data: { password: '' } }, []],
    ['ssh-auth', {}, ['data[ssh-privatekey]: Required value']],
    ['tls', { data: { 'tls.crt': '' } }, ['data[tls.key]: Required value']],
    ['dockerconfigjson', {}, ['data[.dockerconfigjson]: Required value']],
    [
      'dockercfg',
      { stringData: { '.dockercfg': '{' } },
      ['data[.dockercfg]: Invalid value: "<secret contents redacted>": unexpected end of JSON input'],
    ],
    [
      'service-account-token',
      {},
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
  ])('of type kubernetes.io/%s with %j', async (type, fields, faults) => {
    expect((await admit(Secret, { metadata, type: `kubernetes.io/${type}`, ...fields })).faults).toEqual(
      faults,
    )
  })

  it.each(['__proto__', 'constructor', 'toString'])('may be of the type %s as of any other', async (type) => {
    expect((await admit(Secret, { metadata, type, data: { a: 'Yg==' } })).faults).toEqual([])
  })

  it('has keys that can be file names', async () => {
    const { faults } = await admit(Secret, { metadata, data: { '..': '', 'a b': '' } })
    expect(faults[0]).toBe(`data[..]: Invalid value: "..": must not be '..'`)
    expect(faults[1]).toContain('a valid config key must consist of alphanumeric characters')
  })

  it('holds at most 1 MiB', async () => {
    const half = 'x'.repeat(512 * 1024)
    expect((await admit(Secret, { metadata, stringData: { a: half, b: half } })).faults).toEqual([])
    expect((await admit(Secret, { metadata, stringData: { a: half, b: `${half}x` } })).faults).toEqual([
      'data: Too long: may not be more than 1048576 bytes',
    ])
  })

  it('keeps its type, and where immutable everything', async () => {
    const old = { metadata, type: 'Opaque', immutable: true, data: { a: 'YQ==' } }
    const { faults } = await admit(Secret, { metadata, type: 'mine', data: { a: 'Yg==' } }, {}, old)
    expect(faults).toEqual([
      'type: Invalid value: "mine": field is immutable',
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ])
    expect(
      (await admit(Secret, { ...old, metadata: { ...metadata, labels: { a: 'b' } } }, {}, old)).faults,
    ).toEqual([])
  })

  it('is shown with its type and the number of its keys', () => {
    const cells = storageVersion(Secret).cells?.({ metadata, type: 'Opaque', data: { a: '', b: '' } }, 0)
    expect(cells).toEqual([undefined, 2, undefined])
  })
})

describe('base64', () => {
  it('has no fault where Node encoded it, broken into lines or not', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
        const text = Buffer.from(bytes).toString('base64')
        const broken = `${text.slice(0, at % (text.length + 1))}\r\n${text.slice(at % (text.length + 1))}`
        expect(base64Fault(text)).toBeUndefined()
        expect(base64Fault(broken)).toBeUndefined()
      }),
    )
  })

  it.each([
    ['YQ', 0],
    ['YWFhYQ', 4],
    ['YQ=', 3],
    ['=', 0],
    ['YQ==YQ==', 4],
    ['Y-Q=', 1],
    ['YWI=x', 4],
  ])('of %s is at fault at byte %i', (text, offset) => {
    expect(base64Fault(text)).toBe(offset)
  })
})

describe('a ConfigMap', () => {
  it('has each key once', async () => {
    const { faults } = await admit(ConfigMap, { metadata, data: { a: 'x' }, binaryData: { a: 'YQ==' } })
    expect(faults).toEqual(['data[a]: Invalid value: "a": duplicate of key present in binaryData'])
  })

  it('holds at most 1 MiB, which is told of the whole', async () => {
    const { faults } = await admit(ConfigMap, { metadata, data: { a: 'x'.repeat(1024 * 1024 + 1) } })
    expect(faults).toEqual(['[]: Too long: may not be more than 1048576 bytes'])
  })

  it('is shown with the number of its keys', () => {
    const cells = storageVersion(ConfigMap).cells?.({ metadata, data: { a: '' }, binaryData: { b: '' } }, 0)
    expect(cells).toEqual([2, undefined])
  })
})

describe('a Namespace', () => {
  it('begins active, with its finalizer and its name as a label', async () => {
    const { object } = await admit(Namespace, { metadata: { name: 'a' } })
    expect(object).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'a' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  })

  it('keeps its finalizers through updates', async () => {
    const old = { metadata: { name: 'a' }, spec: { finalizers: ['kubernetes'] } }
    const { object } = await admit(Namespace, { metadata: { name: 'a' }, spec: { finalizers: [] } }, {}, old)
    expect(object.spec).toEqual({ finalizers: ['kubernetes'] })
  })
})

describe('a Lease', () => {
  it('lasts, and never loses a transition', async () => {
    const { faults } = await admit(Lease, {
      metadata,
      spec: { leaseDurationSeconds: 0, leaseTransitions: -1 },
    })
    expect(faults).toEqual([
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ])
  })
})

describe('an Event', () => {
  const older: EventObject = {
    metadata,
    involvedObject: { kind: 'Workload', name: 'web', namespace: 'default' },
    reason: 'Scheduled',
    message: ' done \n',
    source: { component: 'workload' },
    firstTimestamp: '2025-01-01T00:00:00Z',
    lastTimestamp: '2025-01-01T00:09:30Z',
    count: 3,
    type: 'Normal',
  }
  const newer: EventObject = {
    metadata,
    involvedObject: { kind: 'Workload', name: 'web', namespace: 'default' },
    reason: 'Scheduled',
    action: 'Scheduling',
    type: 'Normal',
    eventTime: '2025-01-01T00:00:00.000000Z',
    reportingComponent: 'datumapis.com/workload',
    reportingInstance: 'one',
  }
  const strict = { apiVersion: 'events.k8s.io/v1' }
  const definition = storageVersion(Event)
  const [alias] = Event.aliases ?? []

  it.each([
    ['of the older sort', older, {}],
    ['of the newer sort', newer, {}],
    ['of the newer sort, under the newer spelling', newer, strict],
    ['with absent times written out', { ...older, eventTime: null } as unknown as EventObject, {}],
  ])('%s is accepted', async (_, event, surroundings) => {
    expect((await admit(Event, event, surroundings)).faults).toEqual([])
  })

  it('lies where its object lies', async () => {
    const { faults } = await admit(Event, { ...older, involvedObject: { name: 'web', namespace: 'other' } })
    expect(faults).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ])
  })

  it('of the newer sort says who reports what', async () => {
    const { eventTime } = newer
    const { faults } = await admit(Event, {
      metadata,
      involvedObject: newer.involvedObject,
      reason: 'x'.repeat(129),
      ...(eventTime === undefined ? {} : { eventTime }),
    })
    expect(faults[0]).toBe('reportingController: Required value')
    expect(faults.slice(-3)).toEqual([
      'reportingInstance: Required value',
      'action: Required value',
      'reason: Invalid value: "": can have at most 128 characters',
    ])
  })

  it('under the newer spelling has none of the older fields', async () => {
    const { faults } = await admit(Event, older, strict)
    expect(faults).toEqual([
      'eventTime: Required value',
      'firstTimestamp: Invalid value: "": needs to be unset',
      'lastTimestamp: Invalid value: "": needs to be unset',
      'count: Invalid value: "": needs to be unset',
      'source: Invalid value: "": needs to be unset',
    ])
  })

  it('under the newer spelling changes only in its series', async () => {
    const series = { count: 1, lastObservedTime: '2025-01-01T00:10:00.000000Z' }
    const { faults } = await admit(Event, { ...newer, reason: 'Other', series }, strict, newer)
    expect(faults).toEqual([
      'series.count: Invalid value: "": should be at least 2',
      'reason: Invalid value: "Other": field is immutable',
    ])
  })

  it('is one object with two spellings', () => {
    const stored = { ...older, related: { name: 'b' } }
    const shown = alias?.conversion?.fromStored(stored)
    expect(shown).toMatchObject({
      regarding: older.involvedObject,
      note: older.message,
      deprecatedCount: 3,
      deprecatedSource: older.source,
      related: { name: 'b' },
    })
    expect(shown).not.toHaveProperty('involvedObject')
    expect(alias?.conversion?.toStored(shown as never)).toEqual(stored)
  })

  it('is told by when, what and about which object', () => {
    const now = Date.parse('2025-01-01T00:10:00Z')
    const columns = definition.columns.map(({ name }) => name)
    const cells = definition.cells?.(older, now) ?? []
    expect(Object.fromEntries(columns.map((name, index) => [name, cells[index]]))).toEqual({
      'Last Seen': '30s',
      Type: 'Normal',
      Reason: 'Scheduled',
      Object: 'workload/web',
      Subobject: '',
      Source: 'workload',
      Message: 'done',
      'First Seen': '10m',
      Count: 3,
      Name: 'a',
    })
    expect(definition.cells?.(newer, now).slice(0, 1)).toEqual(['10m'])
    expect(definition.cells?.({ metadata, involvedObject: {} }, now)[0]).toBe('<unknown>')
  })

  it('is found by who reported it, under either spelling', () => {
    expect(definition.selectableValues?.source?.(newer)).toBe('datumapis.com/workload')
    expect(alias?.definition?.selectableValues?.['regarding.name']?.(newer)).toBe('web')
    const fields = alias?.definition?.selectableFields ?? []
    const shown = alias?.conversion?.fromStored(newer) as Record<string, unknown>
    const plain = fields.filter((field) => !alias?.definition?.selectableValues?.[field])
    expect(plain.every((field) => shown[field] === newer[field])).toBe(true)
  })
})
