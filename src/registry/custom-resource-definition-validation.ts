import { deepEqual } from '../apimachinery/equality.ts'
import {
  duplicate,
  type FieldError,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../apimachinery/field-error.ts'
import { compileJsonPath, JsonPathError } from '../apimachinery/json-path.ts'
import { checkDns1035Label, checkDns1123Subdomain } from '../apimachinery/names.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import {
  type DefinitionSpec,
  type DefinitionVersion,
  definitionSpec,
  definitionStatus,
} from './custom-resource-definition.ts'
import type { KindNames } from './kind.ts'
import { checkSchema } from './schema-check.ts'
import type { StructuralSchema } from './structural-schema.ts'

const maxSelectableFields = 8

/**
 * The faults of a definition that is new, or (with `old`) replaces one. Metadata is checked apart. What all versions
 * have in common is reported once, at `spec` itself, as a real server does, which keeps it there.
 */
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
  checkVersionContents(spec, old, errors)
  if (old) {
    checkImmutable(spec, old, errors)
    checkStoredVersions(definition, errors)
  }
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
    errors.push(
      invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    )
  }
}

function checkVersions(spec: DefinitionSpec, errors: FieldError[]): void {
  const versions = spec.versions ?? []
  for (const [index, version] of versions.entries()) {
    const place = `spec.versions[${index}]`
    const messages = checkDns1035Label(version.name ?? '')
    if (messages.length > 0) errors.push(invalid(`${place}.name`, version.name ?? '', messages.join(',')))
    if (version.deprecationWarning !== undefined && !version.deprecated) {
      errors.push(
        invalid(
          `${place}.deprecationWarning`,
          version.deprecationWarning,
          'can only be set for deprecated versions',
        ),
      )
    }
  }
  if (versions.length === 0) {
    errors.push(required('spec.versions', 'must have at least one version'))
    return
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalid('spec.versions', versions, 'must contain unique version names'))
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalid('spec.versions', versions, 'must have exactly one version marked as storage version'))
  }
}

function checkRequiredNames(names: Partial<KindNames>, errors: FieldError[]): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[field]) errors.push(required(`spec.names.${field}`))
  }
}

function checkNames(names: Partial<KindNames>, path: string, errors: FieldError[]): void {
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

/** Objects differ between versions by `apiVersion` only: there is nobody here who could call a webhook. */
function checkConversion(spec: DefinitionSpec, errors: FieldError[]): void {
  const strategy = spec.conversion?.strategy
  if (strategy !== undefined && strategy !== 'None') {
    errors.push(notSupported('spec.conversion.strategy', strategy, ['None']))
  }
}

function checkVersionContents(
  spec: DefinitionSpec,
  old: KubernetesObject | undefined,
  errors: FieldError[],
): void {
  const versions = spec.versions ?? []
  const oldVersions = (old && definitionSpec(old).versions) ?? []
  each(versions, 'schema', 'validation', (version, path) => {
    const schema = version.schema?.openAPIV3Schema
    const place = `${path}.openAPIV3Schema`
    if (!schema) errors.push(required(place, 'schemas are required'))
    // a schema that is served already is not questioned again
    else if (!oldVersions.some((oldVersion) => deepEqual(oldVersion.schema?.openAPIV3Schema, schema))) {
      errors.push(...checkSchema(schema, place))
    }
  })
  each(versions, 'subresources', 'subresources', (version, path) => checkScale(version, path, errors))
  each(versions, 'additionalPrinterColumns', 'additionalPrinterColumns', (version, path) =>
    checkColumns(version, path, errors),
  )
  each(versions, 'selectableFields', 'selectableFields', (version, path) =>
    checkSelectableFields(version, path, errors),
  )
}

/** Visits a part of every version; where all versions have the same one, once and at `spec`. */
function each(
  versions: readonly DefinitionVersion[],
  part: 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields',
  common: string,
  visit: (version: DefinitionVersion, path: string) => void,
): void {
  const [first, ...rest] = versions
  if (!first) return
  if (rest.every((version) => deepEqual(version[part], first[part]))) visit(first, `spec.${common}`)
  else for (const [index, version] of versions.entries()) visit(version, `spec.versions[${index}].${part}`)
}

function checkScale(version: DefinitionVersion, path: string, errors: FieldError[]): void {
  const scale = version.subresources?.scale
  if (!scale) return
  for (const [field, root, isRequired] of [
    ['specReplicasPath', '.spec', true],
    ['statusReplicasPath', '.status', true],
    ['labelSelectorPath', '.status', false],
  ] as const) {
    const value = scale[field] ?? ''
    const place = `${path}.scale.${field}`
    if (value === '') {
      if (isRequired) errors.push(required(place))
      continue
    }
    const fault = simplePathFault(value)
    const fits = value.startsWith(`${root}.`) || (field === 'labelSelectorPath' && value.startsWith('.spec.'))
    if (fault !== undefined) errors.push(invalid(place, value, fault))
    else if (!fits) {
      const where = field === 'labelSelectorPath' ? 'either .spec or .status' : root
      errors.push(invalid(place, value, `should be a json path under ${where}`))
    }
  }
}

function simplePathFault(path: string): string | undefined {
  if (path === '') return 'must not be empty'
  return path.startsWith('.') ? undefined : 'must be a simple json path starting with .'
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function checkColumns(version: DefinitionVersion, path: string, errors: FieldError[]): void {
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    const place = `${path}[${index}]`
    if (!column.name) errors.push(required(`${place}.name`))
    if (!column.type) errors.push(required(`${place}.type`, `must be one of ${columnTypes.join(',')}`))
    else if (!columnTypes.includes(column.type)) {
      errors.push(invalid(`${place}.type`, column.type, `must be one of ${columnTypes.join(',')}`))
    }
    if (column.format && !columnFormats.includes(column.format)) {
      errors.push(invalid(`${place}.format`, column.format, `must be one of ${columnFormats.join(',')}`))
    }
    if (!column.jsonPath) errors.push(required(`${place}.jsonPath`))
    else {
      const fault = simplePathFault(column.jsonPath) ?? jsonPathFault(column.jsonPath)
      if (fault !== undefined) errors.push(invalid(`${place}.jsonPath`, column.jsonPath, fault))
    }
  }
}

function jsonPathFault(path: string): string | undefined {
  try {
    compileJsonPath(path)
    return undefined
  } catch (error) {
    if (error instanceof JsonPathError) return error.message
    throw error
  }
}

function checkSelectableFields(version: DefinitionVersion, path: string, errors: FieldError[]): void {
  const fields = version.selectableFields ?? []
  if (fields.length > maxSelectableFields) errors.push(tooMany(path, fields.length, maxSelectableFields))
  const seen = new Set<string>()
  for (const [index, { jsonPath = '' }] of fields.entries()) {
    const place = `${path}[${index}].jsonPath`
    if (jsonPath === '') {
      errors.push(required(place))
      continue
    }
    if (seen.has(jsonPath)) errors.push(duplicate(place, jsonPath))
    seen.add(jsonPath)
    if (jsonPath === '.metadata' || jsonPath.startsWith('.metadata.')) {
      errors.push(invalid(place, jsonPath, 'must not point to fields in metadata'))
      continue
    }
    const target = fieldAt(version.schema?.openAPIV3Schema, jsonPath)
    if (!target) errors.push(invalid(place, jsonPath, 'is an invalid path: does not refer to a valid field'))
    else if (!['string', 'boolean', 'integer'].includes(target.type ?? '')) {
      errors.push(
        invalid(
          place,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      )
    }
  }
}

/** The schema of a field that `.a.b` names. */
function fieldAt(schema: StructuralSchema | undefined, path: string): StructuralSchema | undefined {
  if (!path.startsWith('.')) return undefined
  let current = schema
  for (const name of path.slice(1).split('.')) {
    const properties = current?.properties
    current = properties && Object.hasOwn(properties, name) ? properties[name] : undefined
  }
  return current
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
  const versions = new Set((definitionSpec(definition).versions ?? []).map(({ name }) => name))
  for (const [index, version] of (definitionStatus(definition).storedVersions ?? []).entries()) {
    if (!versions.has(version)) {
      errors.push(invalid(`status.storedVersions[${index}]`, version, 'must appear in spec.versions'))
    }
  }
}
