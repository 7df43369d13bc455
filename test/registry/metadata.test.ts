import { describe, expect, test } from 'vitest'
import { formatFieldError } from '../../src/apimachinery/field-error.ts'
import type { ObjectMeta } from '../../src/apimachinery/object.ts'
import {
  finalizerWarnings,
  validateMetadataForCreate,
  validateMetadataForUpdate,
} from '../../src/registry/metadata.ts'

const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '1' }

function create(metadata: Partial<ObjectMeta>, nameFormat: 'subdomain' | 'label' = 'subdomain'): string[] {
  return validateMetadataForCreate(
    { name: 'web', namespace: 'default', ...metadata },
    { nameFormat, namespaced: true },
  ).map(formatFieldError)
}

function update(metadata: Partial<ObjectMeta>, old: Partial<ObjectMeta>): string[] {
  return validateMetadataForUpdate({ name: 'web', ...metadata }, { name: 'web', ...old }).map(
    formatFieldError,
  )
}

describe('metadata of a new object', () => {
  test('is fine when it is plain', () => {
    expect(
      create({
        labels: { 'example.com/a': 'b' },
        annotations: { 'Example.com/Note': '☃' },
        finalizers: ['example.com/x'],
        ownerReferences: [owner],
      }),
    ).toEqual([])
  })

  test.each<[string, Partial<ObjectMeta>, string[]]>([
    ['no name', { name: '' }, ['metadata.name: Required value: name or generateName is required']],
    ['no namespace', { namespace: '' }, ['metadata.namespace: Required value']],
    [
      'a finalizer pair',
      { finalizers: ['orphan', 'foregroundDeletion'] },
      [
        'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
      ],
    ],
    [
      'owner without version',
      { ownerReferences: [{ ...owner, apiVersion: '' }] },
      ['metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty'],
    ],
    [
      'owner without uid',
      { ownerReferences: [{ ...owner, uid: '' }] },
      ['metadata.ownerReferences.uid: Invalid value: "": must not be empty'],
    ],
    [
      'an Event as owner',
      { ownerReferences: [{ ...owner, kind: 'Event' }] },
      [
        'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"a","uid":"1"}: /v1, Kind=Event is disallowed from being an owner',
      ],
    ],
    [
      'negative generation',
      { generation: -1 },
      ['metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
    ],
  ])('is refused for %s', (_, metadata, expected) => {
    expect(create(metadata)).toEqual(expected)
  })

  test('a name is a subdomain, or a label where the kind asks', () => {
    expect(create({ name: 'a.b' })).toEqual([])
    expect(create({ name: 'a.b' }, 'label')[0]).toContain(
      'metadata.name: Invalid value: "a.b": must not contain dots',
    )
    expect(create({ name: 'A' })[0]).toContain(
      'metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of',
    )
  })

  test('a generateName may end in a dash', () => {
    expect(create({ name: 'web-x', generateName: 'web-' })).toEqual([])
    expect(create({ name: 'web-x', generateName: 'Web-' })[0]).toContain(
      'metadata.generateName: Invalid value: "Web-"',
    )
  })

  test('a cluster-scoped object has no namespace', () => {
    expect(
      validateMetadataForCreate(
        { name: 'a', namespace: 'b' },
        { nameFormat: 'subdomain', namespaced: false },
      ).map(formatFieldError),
    ).toEqual(['metadata.namespace: Forbidden: not allowed on this type'])
  })

  test('labels are told by key and by value', () => {
    expect(create({ labels: { '-a': 'ok' } })[0]).toContain(
      'metadata.labels: Invalid value: "-a": name part must consist of',
    )
    expect(create({ labels: { a: 'not ok' } })[0]).toContain(
      'metadata.labels: Invalid value: "not ok": a valid label must be',
    )
  })

  test('annotations hold 256 KiB altogether', () => {
    expect(create({ annotations: { a: 'x'.repeat(262_143) } })).toEqual([])
    expect(create({ annotations: { a: 'x'.repeat(262_144) } })).toEqual([
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ])
  })

  test('one owner is the controller', () => {
    expect(
      create({
        ownerReferences: [
          { ...owner, controller: true },
          { ...owner, name: 'b', controller: true },
        ],
      })[0],
    ).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for ConfigMap/a and ConfigMap/b',
    )
  })
})

describe('metadata that replaces other', () => {
  test.each(['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp'] as const)(
    '%s does not change',
    (field) => {
      expect(update({ [field]: 'new' }, { [field]: 'old' })).toEqual([
        `metadata.${field}: Invalid value: "new": field is immutable`,
      ])
    },
  )

  test('generation does not shrink', () => {
    expect(update({ generation: 1 }, { generation: 2 })).toEqual([
      'metadata.generation: Invalid value: 1: must not be decremented',
    ])
  })

  test('an object that is being deleted gets no new finalizer', () => {
    const deleted = { deletionTimestamp: '2026-11-23T08:00:00Z' }
    expect(update({ ...deleted, finalizers: ['a/b', 'c/d'] }, { ...deleted, finalizers: ['a/b'] })).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    ])
    expect(update({ ...deleted, finalizers: [] }, { ...deleted, finalizers: ['a/b'] })).toEqual([])
  })
})

test('a new finalizer without a domain is worth a warning', () => {
  expect(finalizerWarnings(['old', 'new', 'a/b', 'orphan'], ['old'])).toEqual([
    'metadata.finalizers: "new": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
  ])
})
