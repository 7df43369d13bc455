import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatFieldError } from '../../../src/apimachinery/field-error.ts'
import type { JsonValue } from '../../../src/apimachinery/object.ts'
import { applyDefaults } from '../../../src/registry/defaulting.ts'
import { storageVersion } from '../../../src/registry/kind.ts'
import { prune } from '../../../src/registry/pruning.ts'
import type { StructuralSchema } from '../../../src/registry/structural-schema.ts'
import { validateSchema } from '../../../src/registry/validation.ts'
import { kinds } from '../../../src/schemas/index.ts'
import { brokenOnce, documentsOf } from './documents.ts'
import { withoutFields } from './normal-form.ts'
import { additions, readReference } from './reference.ts'

const reference = new Map(readReference().map((definition) => [definition.metadata.name, definition]))

const pairs = kinds.flatMap((kind) => {
  const deployed = reference.get(`${kind.names.plural}.${kind.group}`)?.spec.versions[0]
  if (!deployed) return []
  const theirs = deployed.schema.openAPIV3Schema
  const ours = storageVersion(kind).schema()
  const shared = withoutFields(ours, additions[kind.names.kind] ?? [])
  return [{ name: kind.names.kind, ours, shared, theirs }]
})

/** What a server would do with a document: complete it, drop what it does not know, and find faults. */
function verdict(schema: StructuralSchema, document: JsonValue) {
  const object = { metadata: { name: 'a' }, ...(JSON.parse(JSON.stringify(document)) as object) }
  const unknown = prune(schema, object)
  applyDefaults(schema, object)
  const faults = validateSchema(schema, object as never, undefined).map(formatFieldError)
  return { object, unknown: unknown.sort(), faults: faults.sort() }
}

function partsOf(schema: StructuralSchema): StructuralSchema {
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...properties } = schema.properties ?? {}
  return { ...schema, properties }
}

/**
 * Registers a test for each kind: of documents made from either schema, as they are and broken in one place, both say
 * the same.
 */
export function compareVerdicts(numRuns: number): void {
  it.each(pairs)('$name takes and refuses what the deployed definition does', ({ ours, shared, theirs }) => {
    const documents = fc.oneof(documentsOf(partsOf(theirs)), documentsOf(partsOf(shared)))
    let refused = 0
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(documents, brokenOnce(documents)), (document) => {
        const expected = verdict(theirs, document)
        expect(verdict(ours, document)).toEqual(expected)
        if (expected.faults.length > 0) refused += 1
        else accepted += 1
      }),
      { numRuns },
    )
    expect(accepted).toBeGreaterThan(0)
    if (theirs.properties?.spec?.properties) expect(refused).toBeGreaterThan(0)
  })
}
