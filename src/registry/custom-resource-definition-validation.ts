import { type FieldError, invalid, notSupported, required } from '../apimachinery/field-error.ts'
import { checkDns1035Label, checkDns1123Subdomain } from '../apimachinery/names.ts'
import type { JsonValue, KubernetesObject } from '../apimachinery/object.ts'
import {
  type DefinitionSpec,
  type DefinitionVersion,
  definitionSpec,
  definitionStatus,
} from './custom-resource-definition.ts'
import { checkApproval } from './definition-approval.ts'
import { checkConversion } from './definition-conversion.ts'
import { checkVersionContents } from './definition-version-validation.ts'
import type { KindNames } from './kind.ts'
import type { StructuralSchema } from './structural-schema.ts'

export { builtInAnnotation, isUnchanged, rootIdentity } from './built-in-annotation.ts'
export { schemaDecodingFault } from './definition-schema-decoding.ts'
export { pruneDefinitionSchemas } from './definition-schema-pruning.ts'
export { definitionWarnings } from './definition-warnings.ts'

/** The faults of a definition that is new, or (with `old`) replaces one. Metadata is checked apart. */
export function validateCustomResourceDefinition(
  definition: KubernetesObject,
  old?: KubernetesObject,
): FieldError[] {
  const spec = definitionSpec(definition)
  const errors: FieldError[] = []
  const expected = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`
  if (!old && definition.metadata.name !== expected) {
    errors.push(
      invalid('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group'),
    )
  }
  checkGroup(spec, errors)
  checkVersions(spec, errors)
  checkRequiredNames(spec.names ?? {}, errors)
  checkNames(spec.names ?? {}, 'spec.names', errors)
  checkConversion(spec, errors)
  checkVersionContents(spec.versions ?? [], (old && definitionSpec(old).versions) ?? [], errors)
  if (old) checkImmutable(spec, old, errors)
  checkStoredVersions(definition, errors)
  checkApproval(definition, old, errors)
  return errors
}

function checkGroup(spec: DefinitionSpec, errors: FieldError[]): void {
  const { group = '', scope = '' } = spec
  if (group === '') errors.push(required('spec.group'))
  else {
    const messages = checkDns1123Subdomain(group)
    if (messages.length > 0) errors.push(invalid('spec.group', group, messages.join(',')))
    else if (!group.includes('.')) {
      errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'))
    }
  }
  if (scope === '') errors.push(required('spec.scope'))
  else if (scope !== 'Cluster' && scope !== 'Namespaced') {
    errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']))
  }
  if (spec.preserveUnknownFields) {
    if (
      (spec.versions ?? []).some(
        ({ schema }) => schema?.openAPIV3Schema && hasDefaults(schema.openAPIV3Schema),
      )
    ) {
      const detail = 'must be false in order to use defaults in the schema'
      errors.push(invalid('spec.preserveUnknownFields', true, detail))
    }
    errors.push(
      invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    )
  }
}

function hasDefaults(schema: StructuralSchema): boolean {
  return (
    schema.default !== undefined ||
    Object.values(schema.properties ?? {}).some(hasDefaults) ||
    (schema.items !== undefined && hasDefaults(schema.items)) ||
    (typeof schema.additionalProperties === 'object' && hasDefaults(schema.additionalProperties))
  )
}

function checkVersions(spec: DefinitionSpec, errors: FieldError[]): void {
  const versions = spec.versions ?? []
  for (const [index, { name = '' }] of versions.entries()) {
    const messages = checkDns1035Label(name)
    if (messages.length === 0) continue
    errors.push(invalid(`spec.versions[${index}].name`, name, messages.join(',')))
    // a real server still has the name of the first version at another place too
    if (index === 0 && name !== '') errors.push(invalid('spec.version', name, messages.join(',')))
  }
  const shown = spec.versions ? versions.map(shownVersion) : null
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalid('spec.versions', shown, 'must contain unique version names'))
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid('spec.versions', shown, 'must have exactly one version marked as storage version'))
  }
}

/** A version as a real server's messages have it: what all versions have in common is elsewhere there. */
function shownVersion(version: DefinitionVersion): JsonValue {
  return {
    Name: version.name ?? '',
    Served: version.served ?? false,
    Storage: version.storage ?? false,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }
}

function checkRequiredNames(names: Partial<KindNames>, errors: FieldError[]): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[field]) errors.push(required(`spec.names.${field}`))
  }
}

export function checkNames(names: Partial<KindNames>, path: string, errors: FieldError[]): void {
  for (const field of ['plural', 'singular'] as const) {
    const name = names[field]
    const messages = name ? checkDns1035Label(name) : []
    if (messages.length > 0) errors.push(invalid(`${path}.${field}`, name, messages.join(',')))
  }
  for (const field of ['kind', 'listKind'] as const) {
    const name = names[field]
    const messages = name ? checkDns1035Label(name.toLowerCase()) : []
    if (messages.length > 0) {
      errors.push(
        invalid(
          `${path}.${field}`,
          name,
          `may have mixed case, but should otherwise match: ${messages.join(',')}`,
        ),
      )
    }
  }
  checkNameList(names.shortNames, `${path}.shortNames`, errors)
  if (names.kind && names.kind === names.listKind) {
    errors.push(invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same'))
  }
  checkNameList(names.categories, `${path}.categories`, errors)
}

function checkNameList(names: readonly string[] | undefined, path: string, errors: FieldError[]): void {
  for (const [index, name] of (names ?? []).entries()) {
    const messages = checkDns1035Label(name)
    if (messages.length > 0) errors.push(invalid(`${path}[${index}]`, name, messages.join(',')))
  }
}

/** Names become keys of the store, so some never change, and others not once objects may exist. */
function checkImmutable(spec: DefinitionSpec, old: KubernetesObject, errors: FieldError[]): void {
  const oldSpec = definitionSpec(old)
  const established = definitionStatus(old).conditions?.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  )
  const same = (path: string, value: unknown, oldValue: unknown) => {
    if (value !== oldValue) errors.push(invalid(path, value ?? '', 'field is immutable'))
  }
  if (established) {
    same('spec.scope', spec.scope, oldSpec.scope)
    same('spec.names.kind', spec.names?.kind, oldSpec.names?.kind)
  }
  same('spec.group', spec.group, oldSpec.group)
  same('spec.names.plural', spec.names?.plural, oldSpec.names?.plural)
}

/** A version in which objects may be stored cannot be taken away. */
function checkStoredVersions(definition: KubernetesObject, errors: FieldError[]): void {
  const path = 'status.storedVersions'
  const stored = definitionStatus(definition).storedVersions ?? []
  if (stored.length === 0) {
    errors.push(invalid(path, null, 'must have at least one stored version'))
    return
  }
  const versions = definitionSpec(definition).versions ?? []
  for (const { name = '', storage } of versions) {
    if (storage && !stored.includes(name))
      errors.push(invalid(path, stored, `must have the storage version ${name}`))
  }
  for (const [index, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue
    const detail = `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`
    errors.push(invalid(`${path}[${index}]`, name, detail))
  }
}
