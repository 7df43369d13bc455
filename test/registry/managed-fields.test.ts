import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FieldSet } from '../../src/apimachinery/field-set.ts'
import type { JsonObject, KubernetesObject, ManagedFieldsEntry } from '../../src/apimachinery/object.ts'
import { isSameButForTimes, trackUpdate } from '../../src/registry/managed-fields.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { fieldSetOf } from '../../src/registry/structured-merge/field-set-of.ts'
import { deepFreeze } from '../support/deep-freeze.ts'

const text: StructuralSchema = { type: 'string' }
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        a: text,
        labels: { type: 'object', additionalProperties: text },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'protocol'],
          items: {
            type: 'object',
            properties: { name: text, protocol: { type: 'string', default: 'TCP' }, value: text },
          },
        },
      },
    },
    status: { type: 'object', properties: { phase: text } },
  },
}

const apiVersion = 'example.com/v1'
const thing = (spec: JsonObject, metadata: object = {}, status?: JsonObject): KubernetesObject => ({
  metadata: { name: 'x', ...metadata },
  spec,
  ...(status ? { status } : {}),
})

interface Write {
  before?: KubernetesObject
  manager?: string
  time?: string
  subresource?: string
  entries?: readonly ManagedFieldsEntry[]
  servesVersion?: (version: string) => boolean
  schema?: StructuralSchema
}

function track(after: KubernetesObject, write: Write = {}): ManagedFieldsEntry[] {
  return trackUpdate({
    schema: write.schema ?? schema,
    before: deepFreeze(write.before),
    after: deepFreeze(after),
    entries: write.entries,
    manager: write.manager ?? 'alice',
    apiVersion,
    subresource: write.subresource,
    hasStatusSubresource: true,
    time: write.time ?? '2026-01-01T00:00:00Z',
    ...(write.servesVersion ? { servesVersion: write.servesVersion } : {}),
  })
}

/** The object with its books, as it would be stored. */
const stored = (after: KubernetesObject, write: Write = {}): KubernetesObject => ({
  ...after,
  metadata: { ...after.metadata, uid: '1', managedFields: track(after, write) },
})

const fields = (entries: readonly ManagedFieldsEntry[], manager: string) =>
  entries.find((entry) => entry.manager === manager)?.fieldsV1

describe('a create', () => {
  test('owns all that it set, the maps and items between included, but not what the server keeps', () => {
    const metadata = {
      uid: '1',
      generation: 1,
      resourceVersion: '5',
      creationTimestamp: 'x',
      labels: { app: 'web' },
    }
    const items = [{ name: 'p', value: 'v' }]
    expect(track(thing({ a: 'x', items }, metadata))).toEqual([
      {
        manager: 'alice',
        operation: 'Update',
        apiVersion,
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            '.': {},
            'f:a': {},
            'f:items': {
              '.': {},
              'k:{"name":"p","protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:value': {} },
            },
          },
        },
      },
    ])
  })

  test('does not own a status', () => {
    expect(track(thing({ a: 'x' }, {}, { phase: 'y' }))[0]?.fieldsV1).toEqual({
      'f:spec': { '.': {}, 'f:a': {} },
    })
  })

  test('without a name for the manager belongs to "unknown"', () => {
    expect(track(thing({ a: 'x' }), { manager: '' })[0]?.manager).toBe('unknown')
  })
})

describe('an update', () => {
  const before = stored(thing({ a: 'x', labels: { k: 'v' } }))

  test('takes what it changes, and leaves the rest with its owner', () => {
    const after = track(thing({ a: 'y', labels: { k: 'v', l: 'w' } }), {
      before,
      manager: 'bob',
      time: '2026-02-02T00:00:00Z',
    })
    expect(fields(after, 'alice')).toEqual({ 'f:spec': { '.': {}, 'f:labels': { '.': {}, 'f:k': {} } } })
    expect(fields(after, 'bob')).toEqual({ 'f:spec': { 'f:a': {}, 'f:labels': { 'f:l': {} } } })
    expect(after.map((entry) => entry.time)).toEqual(['2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z'])
  })

  test('that removes something takes it from everybody and owns nothing itself', () => {
    const after = track(thing({ labels: { k: 'v' } }), { before, manager: 'bob' })
    expect(after).toHaveLength(1)
    expect(fields(after, 'alice')).toEqual({ 'f:spec': { '.': {}, 'f:labels': { '.': {}, 'f:k': {} } } })
    expect(track({ metadata: { name: 'x' } }, { before, manager: 'bob' })).toEqual([])
  })

  test('that changes nothing changes no time', () => {
    const after = track(thing({ a: 'x', labels: { k: 'v' } }), { before, time: '2026-02-02T00:00:00Z' })
    expect(after).toEqual(before.metadata.managedFields)
  })

  test('by the same manager adds to its entry and moves its time', () => {
    const after = track(thing({ a: 'x', labels: { k: 'w' } }), { before, time: '2026-02-02T00:00:00Z' })
    expect(after).toEqual([{ ...before.metadata.managedFields?.[0], time: '2026-02-02T00:00:00Z' }])
  })

  test('of the status has an entry of its own, and cannot own the spec', () => {
    const after = track(thing({ a: 'z', labels: { k: 'v' } }, {}, { phase: 'y' }), {
      before,
      subresource: 'status',
    })
    expect(after.map((entry) => entry.subresource)).toEqual([undefined, 'status'])
    expect(after[1]?.fieldsV1).toEqual({ 'f:status': { '.': {}, 'f:phase': {} } })
    expect(fields(after, 'alice')).toEqual(before.metadata.managedFields?.[0]?.fieldsV1)
  })
})

describe('books that a client sends', () => {
  const before = stored(thing({ a: 'x' }))
  const entry = (fieldsV1: JsonObject): ManagedFieldsEntry => ({
    manager: 'sent',
    operation: 'Update',
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1,
  })

  test.each([[[]], [[{}]]])('%j wipes them, and they stay wiped', (entries) => {
    expect(track(thing({ a: 'y' }), { before, entries })).toEqual([])
    const wiped = thing({ a: 'y' }, { uid: '1' })
    expect(track(thing({ a: 'z' }), { before: wiped })).toEqual([])
  })

  test('replace those that are there', () => {
    const entries = [entry({ 'f:spec': { 'f:labels': {} } })]
    expect(track(thing({ a: 'x' }), { before, entries })).toEqual(entries)
  })

  test.each([
    [{ ...entry({}), operation: 'Steal' as 'Update' }],
    [{ manager: 'sent', operation: 'Update' as const, fieldsType: 'FieldsV1' as const }],
    [entry({ nonsense: {} })],
    [{ ...entry({}), fieldsType: 'FieldsV2' as 'FieldsV1' }],
  ])('%j cannot be read and is ignored', (sent) => {
    expect(track(thing({ a: 'x' }), { before, entries: [sent] })).toEqual(before.metadata.managedFields)
  })

  test('through a subresource are ignored', () => {
    expect(track(thing({ a: 'x' }), { before, entries: [], subresource: 'status' })).toEqual(
      before.metadata.managedFields,
    )
  })
})

test('more than ten updaters are joined, the oldest first', () => {
  let live: KubernetesObject | undefined
  for (let count = 1; count <= 13; count++) {
    const labels = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
    const time = `2026-01-01T00:00:${String(count).padStart(2, '0')}Z`
    live = stored(thing({ labels }), { ...(live ? { before: live } : {}), manager: `m${count}`, time })
  }
  const entries = live?.metadata.managedFields ?? []
  expect(entries.map((entry) => entry.manager)).toEqual([
    'ancient-changes',
    'm5',
    'm6',
    'm7',
    'm8',
    'm9',
    'm10',
    'm11',
    'm12',
    'm13',
  ])
  expect(entries[0]?.time).toBe('2026-01-01T00:00:04Z')
  expect(entries[0]?.fieldsV1).toEqual({
    'f:spec': { '.': {}, 'f:labels': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} } },
  })
})

test('entries come appliers first, then by time and name', () => {
  const entry = (
    manager: string,
    operation: 'Apply' | 'Update',
    time: string,
    field: string,
  ): ManagedFieldsEntry => ({
    manager,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { [`f:${field}`]: {} } },
  })
  const sent = [
    entry('c', 'Update', '2026-01-01T00:00:00Z', 'a'),
    entry('b', 'Update', '2026-01-01T00:00:00Z', 'a'),
    entry('a', 'Update', '2026-03-01T00:00:00Z', 'a'),
    entry('d', 'Apply', '2026-05-01T00:00:00Z', 'a'),
  ]
  const before = stored(thing({ a: 'x' }))
  expect(track(thing({ a: 'x' }), { before, entries: sent }).map((each) => each.manager)).toEqual([
    'd',
    'b',
    'c',
    'a',
  ])
})

test('entries of versions that are no longer served are dropped', () => {
  const before = stored(thing({ a: 'x' }))
  const after = thing({ a: 'x', labels: {} })
  expect(
    track(after, { before, manager: 'bob', servesVersion: () => false }).map((entry) => entry.manager),
  ).toEqual(['bob'])
  expect(track(after, { before, manager: 'bob', servesVersion: () => true })).toHaveLength(2)
})

test('where a list or map has become atomic, owners of its parts own the whole', () => {
  const spec = schema.properties?.spec as StructuralSchema
  const atomic: StructuralSchema = {
    type: 'object',
    properties: {
      spec: {
        ...spec,
        properties: {
          ...spec.properties,
          labels: { ...spec.properties?.labels, 'x-kubernetes-map-type': 'atomic' },
          items: { ...spec.properties?.items, 'x-kubernetes-list-type': 'atomic' },
        },
      },
    },
  }
  const object = thing({ labels: { k: 'v' }, items: [{ name: 'p' }] })
  const after = track(object, { before: stored(object), schema: atomic })
  expect(after[0]?.fieldsV1).toEqual({ 'f:spec': { '.': {}, 'f:items': {}, 'f:labels': {} } })
})

describe('laws', () => {
  const word = () => fc.constantFrom('x', 'y', 'z')
  const spec = (): fc.Arbitrary<JsonObject> =>
    fc.record(
      {
        a: word(),
        labels: fc.dictionary(word(), word()),
        items: fc.uniqueArray(fc.record({ name: word(), value: word() }, { requiredKeys: ['name'] }), {
          selector: (item) => item.name,
        }),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<JsonObject>
  const owned = (entries: readonly ManagedFieldsEntry[]) =>
    entries.reduce((all, entry) => all.union(FieldSet.fromFieldsV1(entry.fieldsV1)), FieldSet.empty)

  test('every leaf of an object has exactly one owner, and nothing else has one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word(), spec()), { minLength: 1, maxLength: 5 }), (writes) => {
        let live: KubernetesObject | undefined
        for (const [manager, each] of writes)
          live = stored(thing(each), { ...(live ? { before: live } : {}), manager })
        const { managedFields = [], ...metadata } = live?.metadata ?? { name: '' }
        const present = fieldSetOf(schema, { ...live, metadata } as unknown as JsonObject)
        const leaves = present
          .leaves()
          .difference(FieldSet.of(['f:metadata', 'f:name'], ['f:metadata', 'f:uid']))
        expect([...leaves.difference(owned(managedFields)).paths()]).toEqual([])
        const count = managedFields.reduce(
          (sum, entry) => sum + FieldSet.fromFieldsV1(entry.fieldsV1).intersection(leaves).size,
          0,
        )
        expect(count).toBe(leaves.size)
      }),
    )
  })

  test('what was written out is read back the same', () => {
    fc.assert(
      fc.property(spec(), spec(), (first, second) => {
        const before = stored(thing(first))
        const entries = track(thing(second), { before, manager: 'bob' })
        const sent = JSON.parse(JSON.stringify(entries)) as ManagedFieldsEntry[]
        const live = thing(second, { uid: '1', managedFields: entries })
        expect(track(thing(second), { before: live, entries: sent })).toEqual(entries)
      }),
    )
  })
})

test('two states that differ in the times of their books alone are the same', () => {
  const object = stored(thing({ a: 'x' }))
  const later = {
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: track(thing({ a: 'x' }), { time: '2030-01-01T00:00:00Z' }),
    },
  }
  expect(isSameButForTimes(object, later)).toBe(true)
  expect(isSameButForTimes(object, { ...later, spec: { a: 'y' } })).toBe(false)
  expect(isSameButForTimes(object, { ...object, metadata: { ...object.metadata, managedFields: [] } })).toBe(
    false,
  )
})
