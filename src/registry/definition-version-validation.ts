import { deepEqual } from '../apimachinery/equality.ts'
import { duplicate, type FieldError, invalid, required, tooMany } from '../apimachinery/field-error.ts'
import type { DefinitionVersion } from './custom-resource-definition.ts'
import { resolveRuleFieldPath } from './rule-field-path.ts'
import { checkSchema } from './schema-check.ts'
import { createSchemaBudget } from './schema-size.ts'
import type { StructuralSchema } from './structural-schema.ts'

type Part = 'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields'

const maxSelectableFields = 8
const maxWarningLength = 256

/**
 * The faults of what a definition says of each of its versions. What all versions have in common is reported once, at
 * `spec` itself, as a real server does, which keeps it there.
 */
export function checkVersionContents(
  versions: readonly DefinitionVersion[],
  oldVersions: readonly DefinitionVersion[],
  errors: FieldError[],
): void {
  for (const [index, version] of versions.entries()) {
    if (!version.schema?.openAPIV3Schema)
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`))
    checkDeprecation(version, `spec.versions[${index}].deprecationWarning`, errors)
  }
  const budget = createSchemaBudget()
  const withStatus = versions.some(({ subresources }) => subresources?.status)
  each(versions, 'schema', 'validation', (version, path, isCommon) => {
    const schema = version.schema?.openAPIV3Schema
    if (!schema) return
    const place = `${path}.openAPIV3Schema`
    // a schema that is served already is not questioned again
    if (oldVersions.some((old) => deepEqual(old.schema?.openAPIV3Schema, schema))) return
    if (isCommon ? withStatus : version.subresources?.status) checkRoot(schema, place, errors)
    for (const fault of checkSchema(schema, place, false, budget)) errors.push(fault)
  })
  each(versions, 'subresources', 'subresources', (version, path) => checkScale(version, path, errors))
  each(versions, 'additionalPrinterColumns', 'additionalPrinterColumns', (version, path) =>
    checkColumns(version, path, errors),
  )
  const [first, ...others] = versions
  const hasCommonSchema = others.every((each) => deepEqual(each.schema, first?.schema))
  each(versions, 'selectableFields', 'selectableFields', (version, path, isCommon) => {
    // a real server looks for the schema where it has put the fields
    const schema = isCommon && !hasCommonSchema ? undefined : version.schema?.openAPIV3Schema
    checkSelectableFields(version, path, isCommon, schema, errors)
  })
}

/** Visits a part of every version; where all versions have the same one, once and at `spec`. */
function each(
  versions: readonly DefinitionVersion[],
  part: Part,
  common: string,
  visit: (version: DefinitionVersion, path: string, isCommon: boolean) => void,
): void {
  const [first, ...rest] = versions
  if (!first) return
  if (rest.every((version) => deepEqual(version[part], first[part]))) visit(first, `spec.${common}`, true)
  else
    for (const [index, version] of versions.entries())
      visit(version, `spec.versions[${index}].${part}`, false)
}

function checkDeprecation(
  { deprecated, deprecationWarning }: DefinitionVersion,
  path: string,
  errors: FieldError[],
): void {
  if (deprecationWarning === undefined) return
  const refuse = (detail: string) => errors.push(invalid(path, deprecationWarning, detail))
  if (!deprecated) {
    refuse('can only be set for deprecated versions')
    return
  }
  if (Buffer.byteLength(deprecationWarning) > maxWarningLength)
    refuse(`must be <= ${maxWarningLength} characters long`)
  if (deprecationWarning === '') refuse('must not be an empty string')
  const found = /[^\P{C}]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.exec(deprecationWarning)
  if (found) {
    const index = Buffer.byteLength(deprecationWarning.slice(0, found.index))
    refuse(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`)
  }
}

/** Where there is `/status`, its schema is looked at by itself: nothing above it may say more of it. */
const allowedAtRoot = new Set([
  ...['description', 'type', 'format', 'title', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'uniqueItems', 'multipleOf', 'required'],
  ...['items', 'properties', 'externalDocs', 'example', 'x-kubernetes-preserve-unknown-fields'],
  'x-kubernetes-validations',
])

function checkRoot(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  if (schema.type !== undefined && schema.type !== 'object') {
    errors.push(
      invalid(
        `${path}.type`,
        schema.type,
        'only "object" is allowed as the type at the root of the schema if the status subresource is enabled',
      ),
    )
  } else if (Object.keys(schema).some((keyword) => !allowedAtRoot.has(keyword))) {
    const fields =
      'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations'
    errors.push(
      invalid(
        path,
        schema,
        `only [${fields}] fields are allowed at the root of the schema if the status subresource is enabled`,
      ),
    )
  }
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
    const fits = value.startsWith(`${root}.`) || (field === 'labelSelectorPath' && value.startsWith('.spec.'))
    if (!value.startsWith('.')) errors.push(invalid(place, value, noSimplePath))
    else if (!fits) {
      const where = field === 'labelSelectorPath' ? 'either .spec or .status' : root
      errors.push(invalid(place, value, `should be a json path under ${where}`))
    }
  }
}

const noSimplePath = 'must be a simple json path starting with .'

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

/** Paths are looked at only as far as their first dot: tables end before a column whose path cannot be read. */
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
    if (!column.jsonPath) errors.push(required(`${place}.JSONPath`))
    else if (!column.jsonPath.startsWith('.')) {
      errors.push(invalid(`${place}.JSONPath`, column.jsonPath, noSimplePath))
    }
  }
}

function checkSelectableFields(
  version: DefinitionVersion,
  path: string,
  isCommon: boolean,
  schema: StructuralSchema | undefined,
  errors: FieldError[],
): void {
  const fields = version.selectableFields ?? []
  if (fields.length === 0) return
  if (!schema) {
    const detail = isCommon
      ? 'may only be set when validations.schema is included'
      : 'may only be set when `version.schema.openAPIV3Schema` is not included'
    errors.push(invalid(path, '', detail))
    return
  }
  const seen = new Set<string>()
  for (const [index, { jsonPath = '' }] of fields.entries()) {
    const place = `${path}[${index}].jsonPath`
    if (jsonPath === '') {
      errors.push(required(place))
      continue
    }
    const found = resolveRuleFieldPath(schema, jsonPath, { isBracketAllowed: false })
    if ('fault' in found) {
      errors.push(invalid(place, jsonPath, `is an invalid path: ${found.fault}`))
      continue
    }
    if (/^metadata(\.|$)/.test(found.path)) {
      errors.push(invalid(place, jsonPath, 'must not point to fields in metadata'))
    }
    if (!['string', 'boolean', 'integer'].includes(found.schema.type ?? '')) {
      errors.push(
        invalid(
          place,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      )
    }
    if (seen.has(found.path)) errors.push(duplicate(place, jsonPath))
    seen.add(found.path)
  }
  if (seen.size > maxSelectableFields) errors.push(tooMany(path, seen.size, maxSelectableFields))
}
