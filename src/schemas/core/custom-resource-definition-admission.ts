import type { Admission } from '../../registry/admission.ts'
import { withoutNulls } from './absent-values.ts'
import type { CustomResourceDefinitionObject } from './custom-resource-definition.ts'

/** Fills in the names that follow from the kind, and keeps the list of versions that objects were ever stored in. */
export const customResourceDefinitionAdmission: Admission<CustomResourceDefinitionObject> = {
  mutate(definition) {
    withoutNullsOutsideSchemas(definition)
    const { names } = definition.spec ?? {}
    if (names?.kind) {
      names.singular ||= names.kind.toLowerCase()
      names.listKind ||= `${names.kind}List`
    }
    if (definition.spec) definition.spec.conversion ??= { strategy: 'None' }
    rememberStorageVersion(definition)
  },
}

/** In a schema `null` can be a value (`default: null`), so schemas are left alone. */
function withoutNullsOutsideSchemas(definition: CustomResourceDefinitionObject): void {
  const versions = Array.isArray(definition.spec?.versions) ? definition.spec.versions : []
  const schemas = versions.map((version) => version.schema)
  for (const version of versions) delete version.schema
  withoutNulls(definition)
  for (const [index, version] of versions.entries()) {
    const schema = schemas[index]
    if (schema) version.schema = schema
  }
}

function rememberStorageVersion(definition: CustomResourceDefinitionObject): void {
  const storage = definition.spec?.versions?.find((version) => version.storage)?.name
  if (storage === undefined) return
  const storedVersions = definition.status?.storedVersions ?? []
  if (storedVersions.includes(storage)) return
  definition.status = { ...definition.status, storedVersions: [...storedVersions, storage] }
}
