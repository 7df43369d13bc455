import { badRequest } from '../../apimachinery/errors.ts'
import type { FieldError } from '../../apimachinery/field-error.ts'
import type { Admission } from '../../registry/admission.ts'
import {
  checkNames,
  definitionWarnings,
  schemaDecodingFault,
  validateCustomResourceDefinition,
} from '../../registry/custom-resource-definition-validation.ts'
import { isRecord } from '../record.ts'
import { withoutNulls } from './absent-values.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'
import { refuseProvidedDefinitions } from './custom-resource-definition-deletion.ts'
import { withoutNullKeywords } from './null-keywords.ts'

/** Fills in the names that follow from the kind, and keeps the list of versions that objects were ever stored in. */
export const customResourceDefinitionAdmission: Admission<CustomResourceDefinitionObject> = {
  mutate(definition, old) {
    // Nothing has been checked yet: what has not the shape of a definition is left for the schema to refuse.
    const spec: unknown = definition.spec
    if (!isRecord(spec)) return
    const versions = (Array.isArray(spec.versions) ? spec.versions : []).filter(isRecord)
    checkSchemaTypes(versions)
    withoutNullsAround(definition, versions)
    fillWithZeroes(spec, versions)
    completeNames(spec.names)
    spec.conversion ??= { strategy: 'None' }
    if (!old) {
      // a typed server has no list that nobody has begun
      definition.status = { conditions: null, acceptedNames: { plural: '', kind: '' } } as never
    }
    rememberStorageVersion(definition, versions)
  },

  warnings: definitionWarnings,

  validateDelete: refuseProvidedDefinitions,

  validateStatus: ({ status }) => {
    const errors: FieldError[] = []
    checkNames(status?.acceptedNames ?? {}, 'status.acceptedNames', errors)
    return errors
  },

  validate: (definition, old) => validateCustomResourceDefinition(definition, old),
}

/** Schemas nest without end, so that the schema of definitions cannot say what they are made of. */
function checkSchemaTypes(versions: readonly Record<string, unknown>[]): void {
  for (const { schema } of versions) {
    if (!isRecord(schema)) continue
    const fault = schemaDecodingFault(schema.openAPIV3Schema, 'spec.versions.schema.openAPIV3Schema')
    if (fault === undefined) continue
    const kind = 'CustomResourceDefinition'
    throw badRequest(`${kind} in version "v1" cannot be handled as a ${kind}: ${fault}`)
  }
}

/** Fields that a typed server always has, so that they are refused as empty where they are missing. */
function fillWithZeroes(spec: Record<string, unknown>, versions: readonly Record<string, unknown>[]): void {
  const fill = (record: unknown, fields: readonly string[]) => {
    if (isRecord(record)) for (const field of fields) record[field] ??= ''
  }
  spec.names ??= {}
  spec.versions ??= []
  fill(spec, ['group', 'scope'])
  fill(spec.names, ['plural', 'kind'])
  fill(spec.conversion, ['strategy'])
  for (const version of versions) {
    fill(version, ['name'])
    version.served ??= false
    version.storage ??= false
    if (isRecord(version.subresources)) {
      fill(version.subresources.scale, ['specReplicasPath', 'statusReplicasPath'])
    }
    for (const column of listOf(version.additionalPrinterColumns)) fill(column, ['name', 'type', 'jsonPath'])
    for (const field of listOf(version.selectableFields)) fill(field, ['jsonPath'])
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** In a schema `null` can be part of a value (`enum: [null]`). */
function withoutNullsAround(
  definition: CustomResourceDefinitionObject,
  versions: readonly Record<string, unknown>[],
): void {
  const schemas = versions.map(({ schema }) => schema)
  for (const version of versions) delete version.schema
  withoutNulls(definition)
  for (const [index, version] of versions.entries()) {
    const schema = schemas[index]
    if (schema === undefined || schema === null) continue
    version.schema = schema
    if (!isRecord(schema)) continue
    if (schema.openAPIV3Schema === null) delete schema.openAPIV3Schema
    else withoutNullKeywords(schema.openAPIV3Schema)
  }
}

function completeNames(names: unknown): void {
  if (!isRecord(names) || typeof names.kind !== 'string' || names.kind === '') return
  names.singular ||= names.kind.toLowerCase()
  names.listKind ||= `${names.kind}List`
}

function rememberStorageVersion(
  definition: CustomResourceDefinitionObject,
  versions: readonly Record<string, unknown>[],
): void {
  const storage = versions.find((version) => version.storage === true)?.name
  if (typeof storage !== 'string') return
  const storedVersions = definition.status?.storedVersions ?? []
  if (storedVersions.includes(storage)) return
  definition.status = { ...definition.status, storedVersions: [...storedVersions, storage] }
}
