import { describe, expect, it } from 'vitest'
import type { Kind } from '../../src/registry/kind.ts'
import { storageVersion } from '../../src/registry/kind.ts'
import { kinds } from '../../src/schemas/index.ts'
import { normalForm, withoutFields } from './support/normal-form.ts'
import { additions, comparedKinds, readReference, referenceAvailable } from './support/reference.ts'

if (!referenceAvailable) console.log('parity with the deployed definitions: skipped, they are not at hand')

const reference = new Map(readReference().map((definition) => [definition.metadata.name, definition]))

function pairs() {
  return kinds.flatMap((kind: Kind) => {
    const definition = reference.get(`${kind.names.plural}.${kind.group}`)
    const deployed = definition?.spec.versions[0]
    return definition && deployed ? [{ kind, definition, deployed, name: kind.names.kind }] : []
  })
}

function doubleQuoted(jsonPath: string): string {
  return jsonPath.replaceAll("'", '"')
}

describe.skipIf(!referenceAvailable)('parity with the deployed definitions', () => {
  it('compares every kind that has a deployed definition', () => {
    expect(
      pairs()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(comparedKinds)
  })

  it.each(pairs())('$name has the same schema, additions aside', ({ kind, deployed, name }) => {
    const ours = withoutFields(storageVersion(kind).schema(), additions[name] ?? [])
    expect(normalForm(ours)).toEqual(normalForm(deployed.schema.openAPIV3Schema))
  })

  it.each(pairs())('$name has the same names, scope and versions', ({ kind, definition, deployed }) => {
    expect({ ...kind.names, group: kind.group, scope: kind.scope }).toEqual({
      ...definition.spec.names,
      group: definition.spec.group,
      scope: definition.spec.scope,
    })
    expect(kind.versions.map(({ name }) => name)).toEqual([deployed.name])
  })

  it.each(pairs())('$name has the same columns, selectable fields and subresources', ({ kind, deployed }) => {
    const ours = storageVersion(kind)
    const columns = ours.columns.map((column) => ({ ...column, jsonPath: doubleQuoted(column.jsonPath) }))
    expect(columns).toEqual(
      (deployed.additionalPrinterColumns ?? []).map((column) => ({
        ...column,
        jsonPath: doubleQuoted(column.jsonPath),
      })),
    )
    expect((ours.selectableFields ?? []).map((field) => `.${field}`)).toEqual(
      (deployed.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
    )
    expect(Object.keys(ours.subresources ?? {})).toEqual(Object.keys(deployed.subresources ?? {}))
  })
})
