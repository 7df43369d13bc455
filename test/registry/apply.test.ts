import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import { FieldSet } from '../../src/apimachinery/field-set.ts'
import type { JsonObject, JsonValue, KubernetesObject } from '../../src/apimachinery/object.ts'
import { applyMerge } from '../../src/registry/apply.ts'
import { trackUpdate } from '../../src/registry/managed-fields.ts'
import type { StructuralSchema } from '../../src/registry/structural-schema.ts'
import { compareObjects } from '../../src/registry/structured-merge/compare-objects.ts'
import { fieldSetOf } from '../../src/registry/structured-merge/field-set-of.ts'
import { mergeTypeOf } from '../../src/registry/structured-merge/merge-type.ts'
import { deepFreeze } from '../support/deep-freeze.ts'

const text: StructuralSchema = { type: 'string' }
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        mtu: { type: 'integer' },
        mode: text,
        labels: { type: 'object', additionalProperties: text },
        ranges: { type: 'array', items: text },
        zones: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
        placements: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: text, city: text, class: text } },
        },
      },
    },
  },
}

const apiVersion = 'networking.datumapis.com/v1alpha'
const thing = (spec: JsonObject, metadata: object = {}): KubernetesObject => ({
  apiVersion,
  kind: 'Network',
  metadata: { name: 'web', namespace: 'default', ...metadata },
  spec,
})

function apply(
  live: KubernetesObject | undefined,
  spec: JsonObject,
  manager: string,
  options: { force?: boolean; time?: string; metadata?: object } = {},
): KubernetesObject {
  return applyMerge({
    schema,
    live: deepFreeze(live),
    applied: deepFreeze(thing(spec, options.metadata)),
    entries: live?.metadata.managedFields,
    manager,
    force: options.force ?? false,
    apiVersion,
    hasStatusSubresource: true,
    time: options.time ?? '2026-01-01T00:00:00Z',
  }).object
}

function update(live: KubernetesObject | undefined, spec: JsonObject, manager: string): KubernetesObject {
  const after = thing(spec)
  const managedFields = trackUpdate({
    schema,
    before: live,
    after,
    entries: live?.metadata.managedFields,
    manager,
    apiVersion,
    hasStatusSubresource: true,
    time: '2026-01-01T00:00:00Z',
  })
  return thing(spec, { managedFields })
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

function fieldsOf(object: KubernetesObject, manager: string): FieldSet {
  const entries = (object.metadata.managedFields ?? []).filter((entry) => entry.manager === manager)
  return entries.reduce((all, entry) => all.union(FieldSet.fromFieldsV1(entry.fieldsV1)), FieldSet.empty)
}

describe('ownership', () => {
  test('an applier owns what it says, and no structs above it', () => {
    const object = apply(undefined, { mtu: 1460, placements: [{ name: 'a', city: 'DFW' }] }, 'alice')
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'alice',
        operation: 'Apply',
        apiVersion,
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:spec': {
            'f:mtu': {},
            'f:placements': { 'k:{"name":"a"}': { '.': {}, 'f:city': {}, 'f:name': {} } },
          },
        },
      },
    ])
  })

  test('two may own a field with the same value, and then it stays until both let go', () => {
    const both = apply(apply(undefined, { mtu: 1 }, 'alice'), { mtu: 1 }, 'bob')
    const one = apply(both, {}, 'alice')
    expect(one.spec).toEqual({ mtu: 1 })
    expect(apply(one, {}, 'bob').spec).toEqual(null)
  })

  test('what another changes with force is theirs alone', () => {
    const object = apply(apply(undefined, { mtu: 1, mode: 'x' }, 'alice'), { mtu: 2 }, 'bob', { force: true })
    expect(object.spec).toEqual({ mtu: 2, mode: 'x' })
    expect([...fieldsOf(object, 'alice').paths()]).toEqual([['f:spec', 'f:mode']])
  })

  test('items and values that are given up go, those of others stay', () => {
    const first = apply(
      undefined,
      { zones: ['a', 'b'], placements: [{ name: 'p' }, { name: 'q', city: 'DFW' }] },
      'alice',
    )
    const second = apply(first, { zones: ['b', 'c'], placements: [{ name: 'q', class: 'x' }] }, 'bob')
    expect(apply(second, {}, 'alice').spec).toEqual({
      zones: ['b', 'c'],
      placements: [{ name: 'q', class: 'x' }],
    })
  })

  test('items come in the order of the applier, those of others where they were', () => {
    const first = apply(undefined, { zones: ['a', 'b', 'c', 'd'] }, 'alice')
    expect(apply(first, { zones: ['d', 'b', 'e'] }, 'bob').spec).toEqual({ zones: ['a', 'c', 'd', 'b', 'e'] })
  })

  test('what was set before anybody applied has an owner of its own', () => {
    const live = thing({ mtu: 1 }, { uid: '1' })
    const error = refusal(() => apply(live, { mtu: 2 }, 'alice'))
    expect(error.message).toBe(
      `Apply failed with 1 conflict: conflict with "before-first-apply" using ${apiVersion}: .spec.mtu`,
    )
  })
})

describe('conflicts', () => {
  test('of one field name the owner, how it came to own it, and the field', () => {
    const live = update(undefined, { mtu: 1460 }, 'kubectl-client-side-apply')
    expect(refusal(() => apply(live, { mtu: 1300 }, 'alice')).status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using ${apiVersion}: .spec.mtu`,
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: `conflict with "kubectl-client-side-apply" using ${apiVersion}`,
            field: '.spec.mtu',
          },
        ],
      },
      code: 409,
    })
  })

  test('of several are listed by owner', () => {
    const live = apply(
      apply(undefined, { mtu: 1, mode: 'x' }, 'alice'),
      { placements: [{ name: 'p', city: 'DFW' }] },
      'bob',
    )
    const error = refusal(() =>
      apply(live, { mtu: 2, mode: 'y', placements: [{ name: 'p', city: 'LHR' }] }, 'carol'),
    )
    expect(error.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "alice":\n- .spec.mode\n- .spec.mtu\nconflicts with "bob":\n- .spec.placements[name="p"].city',
    )
    expect(error.status.details?.causes).toHaveLength(3)
  })
})

describe('refusals', () => {
  test.each<[string, object, string]>([
    ['books', thing({}, { managedFields: [] }), 'metadata.managedFields must be nil'],
    [
      'another version',
      { ...thing({}), apiVersion: 'networking.datumapis.com/v2' },
      `Incorrect version specified in apply patch. Specified patch version: networking.datumapis.com/v2, expected: ${apiVersion}`,
    ],
    [
      'unknown fields',
      thing({ bogus: 1 }),
      'failed to create typed patch object (default/web; networking.datumapis.com/v1alpha, Kind=Network): .spec.bogus: field not declared in schema',
    ],
    [
      'items twice',
      thing({ placements: [{ name: 'a' }, { name: 'a' }] }),
      'failed to create typed patch object (default/web; networking.datumapis.com/v1alpha, Kind=Network): .spec.placements: duplicate entries for key [name="a"]',
    ],
  ])('%s', (_what, applied, message) => {
    const error = refusal(() =>
      applyMerge({
        schema,
        live: undefined,
        applied: applied as KubernetesObject,
        entries: undefined,
        manager: 'alice',
        force: false,
        apiVersion,
        hasStatusSubresource: true,
        time: '2026-01-01T00:00:00Z',
      }),
    )
    expect(error.code).toBe(400)
    expect(error.message).toBe(message)
  })
})

describe('from client-side apply', () => {
  const annotated = (spec: JsonObject) => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(thing(spec))}\n`,
    }
    const object = thing(spec, { annotations })
    const managedFields = trackUpdate({
      schema,
      before: undefined,
      after: object,
      manager: 'kubectl-client-side-apply',
      apiVersion,
      hasStatusSubresource: true,
      time: '2026-01-01T00:00:00Z',
    })
    return thing(spec, { annotations, managedFields })
  }

  test('kubectl may take over what it applied before, and keeps the annotation up', () => {
    const object = apply(annotated({ mtu: 1 }), { mtu: 2 }, 'kubectl')
    expect(object.spec).toEqual({ mtu: 2 })
    expect(object.metadata.annotations).toEqual({
      'kubectl.kubernetes.io/last-applied-configuration': `{"apiVersion":"${apiVersion}","kind":"Network","metadata":{"name":"web","namespace":"default"},"spec":{"mtu":2}}\n`,
    })
  })

  test('nobody else may', () => {
    expect(refusal(() => apply(annotated({ mtu: 1 }), { mtu: 2 }, 'helm')).code).toBe(409)
  })

  test('an annotation that has become too long is dropped', () => {
    const mode = 'x'.repeat(300_000)
    expect(apply(annotated({ mtu: 1 }), { mode }, 'kubectl').metadata.annotations).toEqual({})
  })
})

test('status is not owned through the main resource', () => {
  const applied = { ...thing({ mtu: 1 }), status: { phase: 'x' } }
  const withStatus: StructuralSchema = {
    ...schema,
    properties: { ...schema.properties, status: { type: 'object' } },
  }
  const common = {
    live: undefined,
    applied,
    entries: undefined,
    manager: 'alice',
    force: false,
    apiVersion,
    time: '',
  }
  const owned = (subresource?: string) =>
    applyMerge({ ...common, schema: withStatus, subresource, hasStatusSubresource: true }).managedFields[0]
      ?.fieldsV1
  expect(owned()).toEqual({ 'f:spec': { 'f:mtu': {} } })
  expect(owned('status')).toEqual({ 'f:status': { 'f:phase': {} } })
})

describe('laws', () => {
  const word = () => fc.constantFrom('a', 'b', 'c')
  // Maps and lists are not empty: as on a real server, one that loses its last item to an apply is gone, even where
  // the same apply says that it be empty; the next apply then brings it back.
  const spec = (): fc.Arbitrary<JsonObject> =>
    fc.record(
      {
        mtu: fc.nat(2),
        mode: word(),
        labels: fc.dictionary(word(), word(), { minKeys: 1 }),
        ranges: fc.array(word(), { minLength: 1, maxLength: 2 }),
        zones: fc.uniqueArray(word(), { minLength: 1 }),
        placements: fc.uniqueArray(
          fc.record({ name: word(), city: word(), class: word() }, { requiredKeys: ['name'] }),
          { selector: (placement) => placement.name, minLength: 1 },
        ),
      },
      { requiredKeys: ['mtu'] },
    ) as fc.Arbitrary<JsonObject>
  const write = () =>
    fc.record({ manager: fc.constantFrom('alice', 'bob', 'carol'), spec: spec(), applied: fc.boolean() })
  /** An object after a number of writes, refused ones left out. */
  const history = () =>
    fc.array(write(), { minLength: 1, maxLength: 4 }).map((writes) => {
      let live: KubernetesObject | undefined
      for (const { manager, spec, applied } of writes) {
        live = applied ? apply(live, spec, manager, { force: true }) : update(live, spec, manager)
      }
      return live as KubernetesObject
    })

  test('to apply twice is to apply once: nothing changes, not even a time', () => {
    fc.assert(
      fc.property(history(), spec(), (live, given) => {
        const once = apply(live, given, 'alice', { force: true })
        expect(apply(once, given, 'alice', { time: '2030-01-01T00:00:00Z' })).toEqual(once)
      }),
    )
  })

  test('what was applied is there', () => {
    fc.assert(
      fc.property(history(), spec(), (live, given) => {
        const object = apply(live, given, 'alice', { force: true })
        const said = fieldSetOf(schema, thing(given) as unknown as JsonObject)
        expect(said.difference(fieldSetOf(schema, object as unknown as JsonObject)).isEmpty).toBe(true)
        const applied = (object.metadata.managedFields ?? []).filter((entry) => entry.operation === 'Apply')
        for (const field of Object.keys(given)) {
          if (field === 'mtu' || field === 'mode' || field === 'ranges') {
            expect((object.spec as JsonObject)[field]).toEqual(given[field])
          }
        }
        expect(applied.filter((entry) => entry.manager === 'alice').length).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('what only I own and do not say again goes', () => {
    fc.assert(
      fc.property(history(), spec(), spec(), (live, before, now) => {
        const first = apply(live, before, 'dave', { force: true })
        const mine = fieldsOf(first, 'dave')
        const theirs = ['alice', 'bob', 'carol'].reduce(
          (all, name) => all.union(fieldsOf(first, name)),
          FieldSet.empty,
        )
        const second = apply(first, now, 'dave', { force: true })
        const said = fieldSetOf(schema, thing(now) as unknown as JsonObject)
        const gone = mine.difference(theirs).difference(said).leaves()
        const present = fieldSetOf(schema, second as unknown as JsonObject)
        // Items and maps stay as long as somebody owns something in them.
        const left = gone.intersection(present.leaves())
        expect([...left.paths()].filter((path) => !path.at(-1)?.startsWith('k:'))).toEqual([])
      }),
    )
  })

  test('without force nothing that another owns changes', () => {
    fc.assert(
      fc.property(history(), spec(), (live, given) => {
        let after: KubernetesObject
        try {
          after = apply(live, given, 'dave')
        } catch (error) {
          expect((error as StatusError).reason).toBe('Conflict')
          return
        }
        const type = mergeTypeOf(schema)
        const plain = (object: KubernetesObject) => thing(object.spec as JsonObject) as unknown as JsonValue
        const { removed, modified, added } = compareObjects(type, plain(live), plain(after))
        for (const manager of ['alice', 'bob', 'carol']) {
          const owned = fieldsOf(live, manager)
          expect(owned.intersection(removed.union(modified).union(added)).isEmpty).toBe(true)
          expect(fieldsOf(after, manager).equals(owned)).toBe(true)
        }
      }),
    )
  })

  test('with force the applier has its way, and what it took is nobody else’s', () => {
    fc.assert(
      fc.property(history(), spec(), (live, given) => {
        const after = apply(live, given, 'dave', { force: true })
        const type = mergeTypeOf(schema)
        const plain = (object: KubernetesObject) => thing(object.spec as JsonObject) as unknown as JsonValue
        const { modified } = compareObjects(type, plain(live), plain(after))
        for (const manager of ['alice', 'bob', 'carol']) {
          expect(fieldsOf(after, manager).intersection(modified).isEmpty).toBe(true)
        }
      }),
    )
  })
})
