import { describe, expect, it } from 'vitest'
import {
  CustomResourceDefinition,
  type CustomResourceDefinitionObject,
} from '../../../src/schemas/core/custom-resource-definition.ts'
import { admit } from '../support/admission.ts'

const version = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: 'object', default: { a: null }, enum: [null, { a: null }] } },
}
const definition: CustomResourceDefinitionObject = {
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    names: { kind: 'Widget', plural: 'widgets' },
    scope: 'Namespaced',
    versions: [version],
  },
}

describe('a CustomResourceDefinition', () => {
  it('is completed with the names that follow from the kind', async () => {
    const { object } = await admit(CustomResourceDefinition, definition)
    expect(object.spec.names).toEqual({
      kind: 'Widget',
      plural: 'widgets',
      singular: 'widget',
      listKind: 'WidgetList',
    })
    expect(object.spec.conversion).toEqual({ strategy: 'None' })
    expect(object.status?.storedVersions).toEqual(['v1'])
  })

  it('keeps null in its schemas, and nowhere else', async () => {
    const sent = { ...definition, spec: { ...definition.spec, preserveUnknownFields: null } }
    const { object } = await admit(
      CustomResourceDefinition,
      sent as unknown as CustomResourceDefinitionObject,
    )
    expect(object.spec).not.toHaveProperty('preserveUnknownFields')
    expect(object.spec.versions[0]?.schema?.openAPIV3Schema).toEqual(version.schema.openAPIV3Schema)
  })

  it('remembers every version that objects were stored in', async () => {
    const old = { ...definition, status: { storedVersions: ['v1'] } }
    const next = {
      ...old,
      spec: {
        ...definition.spec,
        versions: [
          { ...version, storage: false },
          { ...version, name: 'v2' },
        ],
      },
    }
    const { object } = await admit(CustomResourceDefinition, next, {}, old)
    expect(object.status?.storedVersions).toEqual(['v1', 'v2'])
  })

  it('is refused under a name that is not its own', async () => {
    const { faults } = await admit(CustomResourceDefinition, {
      ...definition,
      metadata: { name: 'other.example.com' },
    })
    expect(faults[0]).toBe(
      'metadata.name: Invalid value: "other.example.com": must be spec.names.plural+"."+spec.group',
    )
  })
})
