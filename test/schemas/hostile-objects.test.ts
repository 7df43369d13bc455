import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import type { JsonValue, KubernetesObject } from '../../src/apimachinery/object.ts'
import { storageVersion } from '../../src/registry/kind.ts'
import { Workload } from '../../src/schemas/compute/workload.ts'
import { kinds } from '../../src/schemas/index.ts'
import { Organization } from '../../src/schemas/resourcemanager/organization.ts'
import { admit, type Surroundings } from './support/admission.ts'
import { brokenOnce, documentsOf } from './support/documents.ts'
import { changed, sandbox, twoCities } from './support/workloads.ts'

const organization = { metadata: { name: 'acme', uid: 'uid' }, spec: { type: 'Standard' } }
const surroundings: Surroundings = {
  objects: [[Organization, [organization]]],
  parent: { sort: 'Organization', name: 'acme' },
}

describe('admission', () => {
  it.each(kinds.map((kind) => ({ kind, name: kind.names.kind })))(
    'of $name meets any JSON without a crash before the schema has been looked at',
    async ({ kind }) => {
      const {
        apiVersion: _apiVersion,
        kind: _kind,
        metadata: _metadata,
        ...fields
      } = storageVersion(kind).schema().properties ?? {}
      const valid = documentsOf({ type: 'object', properties: fields })
      const anything = fc.dictionary(
        fc.constantFrom(...Object.keys(fields), 'other'),
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
      )
      const { admission } = kind
      // What is checked after the schema may rely on it.
      const { validate: _validate, ...early } = admission ?? {}
      await fc.assert(
        fc.asyncProperty(fc.oneof(brokenOnce(valid), anything), async (document) => {
          const object = { ...(document as object), metadata: { name: 'a', namespace: 'default' } }
          try {
            await admit({ ...kind, admission: early }, object as KubernetesObject, surroundings)
          } catch (error) {
            expect(error).toBeInstanceOf(StatusError)
          }
        }),
        { numRuns: 40 },
      )
    },
  )

  it('leaves what only a user’s own definition allows to that definition', async () => {
    const strange = changed(sandbox, ['spec/placements/0/cityCodes', undefined])
    const theirs = {
      ...Workload,
      versions: Workload.versions.map((version) => ({ ...version, schema: () => ({ type: 'object' }) })),
    }
    expect((await admit(theirs, strange, twoCities)).faults).toEqual([])
  })

  it('holds under a user’s own definition where an object fits ours', async () => {
    const theirs = {
      ...Workload,
      versions: Workload.versions.map((version) => ({ ...version, schema: () => ({ type: 'object' }) })),
    }
    const many = changed(sandbox, ['spec/placements/0/scaleSettings/minReplicas', 1001])
    expect((await admit(theirs, many, twoCities)).faults).toHaveLength(1)
  })

  it('does not stumble over a stored object of another shape', async () => {
    const old = changed(sandbox, ['spec/placements', undefined])
    const many = changed(sandbox, ['spec/placements/0/scaleSettings/minReplicas', 1001])
    expect((await admit(Workload, many, twoCities, old)).faults).toHaveLength(1)
  })
})
