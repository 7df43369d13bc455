import type { Admission } from '../../registry/admission.ts'
import { validateCustomResourceDefinition } from '../../registry/custom-resource-definition-validation.ts'
import { isRecord } from '../record.ts'
import { withoutNulls } from './absent-values.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'

/** Fills in the names that follow from the kind, and keeps the list of versions that objects were ever stored in. */
export const customResourceDefinitionAdmission: Admission<CustomResourceDefinitionObject> = {
  mutate(definition) {
    // Nothing has been checked yet: what has not the shape of a definition is left for the schema to refuse.
    const spec: unknown = definition.spec
    if (!isRecord(spec)) return
    const versions = (Array.isArray(spec.versions) ? spec.versions : []).filter(isRecord)
    withoutNullsOutsideSchemas(definition, versions)
    completeNames(spec.names)
    spec.conversion ??= { strategy: 'None' }
    for (const version of versions) {
      version.served ??= false
      version.storage ??= false
    }
    rememberStorageVersion(definition, versions)
  },

  validate: (definition, old) => validateCustomResourceDefinition(definition, old),
}

/** In a schema `null` can be part of a value (`enum: [null]`), so schemas are left alone. */
function withoutNullsOutsideSchemas(
  definition: CustomResourceDefinitionObject,
  versions: readonly Record<string, unknown>[],
): void {
  const schemas = versions.map(({ schema }) => schema)
  for (const version of versions) delete version.schema
  withoutNulls(definition)
  for (const [index, version] of versions.entries()) {
    const schema = schemas[index]
    if (schema !== undefined && schema !== null) version.schema = schema
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
