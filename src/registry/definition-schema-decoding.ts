import { cannotUnmarshal } from '../apimachinery/typed-json.ts'

/** What Go calls the types of a JSON schema's fields: `type: string`, a list of them, a map of schemas and so on. */
const goTypes: Readonly<Record<string, string>> = {
  id: 'string',
  $schema: 'v1.JSONSchemaURL',
  $ref: 'string',
  description: 'string',
  type: 'string',
  format: 'string',
  title: 'string',
  pattern: 'string',
  'x-kubernetes-list-type': 'string',
  'x-kubernetes-map-type': 'string',
  maximum: 'float64',
  minimum: 'float64',
  multipleOf: 'float64',
  exclusiveMaximum: 'bool',
  exclusiveMinimum: 'bool',
  uniqueItems: 'bool',
  nullable: 'bool',
  'x-kubernetes-preserve-unknown-fields': 'bool',
  'x-kubernetes-embedded-resource': 'bool',
  'x-kubernetes-int-or-string': 'bool',
  maxLength: 'int64',
  minLength: 'int64',
  maxItems: 'int64',
  minItems: 'int64',
  maxProperties: 'int64',
  minProperties: 'int64',
  enum: '[]v1.JSON',
  required: '[]string',
  'x-kubernetes-list-map-keys': '[]string',
  allOf: '[]v1.JSONSchemaProps',
  oneOf: '[]v1.JSONSchemaProps',
  anyOf: '[]v1.JSONSchemaProps',
  not: 'v1.JSONSchemaProps',
  properties: 'map[string]v1.JSONSchemaProps',
  patternProperties: 'map[string]v1.JSONSchemaProps',
  dependencies: 'v1.JSONSchemaDependencies',
  definitions: 'v1.JSONSchemaDefinitions',
  externalDocs: 'v1.ExternalDocumentation',
  'x-kubernetes-validations': 'v1.ValidationRules',
}

const ruleTypes: Readonly<Record<string, string>> = {
  rule: 'string',
  message: 'string',
  messageExpression: 'string',
  reason: 'v1.FieldValueErrorReason',
  fieldPath: 'string',
  optionalOldSelf: 'bool',
}

/** Deeper than any schema that would be taken. */
const maxDepth = 250

/**
 * Why a schema cannot be read: the first value that is not of the type of its field, in the words of Go's decoder;
 * `place` is the path of the schema, as Go writes it. What comes after may rely on the types.
 */
export function schemaDecodingFault(schema: unknown, place: string, depth = 0): string | undefined {
  if (schema === null || schema === undefined) return undefined
  if (!isRecord(schema)) return undecodable(schema, place, 'v1.JSONSchemaProps')
  if (depth > maxDepth) return 'exceeded max depth'
  for (const [field, value] of Object.entries(schema)) {
    const fault = memberFault(field, value, place === '' ? field : `${place}.${field}`, depth)
    if (fault !== undefined) return fault
  }
  return undefined
}

function memberFault(field: string, value: unknown, path: string, depth: number): string | undefined {
  if (value === null) return undefined
  // these two decode themselves, so that paths begin anew below them
  if (field === 'items') {
    return Array.isArray(value)
      ? first(value, (each) => schemaDecodingFault(each, '', depth + 1))
      : schemaDecodingFault(value, '', depth + 1)
  }
  if (field === 'additionalProperties' || field === 'additionalItems') {
    if (isRecord(value)) return schemaDecodingFault(value, '', depth + 1)
    return typeof value === 'boolean' ? undefined : 'boolean or JSON schema expected'
  }
  const goType = Object.hasOwn(goTypes, field) ? goTypes[field] : undefined
  if (goType === undefined) return undefined
  if (!fits(value, goType)) return undecodable(value, path, goType)
  switch (goType) {
    case '[]string':
      return first(value as unknown[], (each) =>
        isText(each) ? undefined : undecodable(each, path, 'string'),
      )
    case '[]v1.JSONSchemaProps':
      return first(value as unknown[], (each) => schemaDecodingFault(each, path, depth + 1))
    case 'v1.JSONSchemaProps':
      return schemaDecodingFault(value, path, depth + 1)
    case 'map[string]v1.JSONSchemaProps':
    case 'v1.JSONSchemaDefinitions':
      return first(Object.values(value as object), (each) => schemaDecodingFault(each, path, depth + 1))
    case 'v1.ValidationRules':
      return first(value as unknown[], (each) => ruleFault(each, path))
    default:
      return undefined
  }
}

function ruleFault(rule: unknown, path: string): string | undefined {
  if (rule === null) return undefined
  if (!isRecord(rule)) return undecodable(rule, path, 'v1.ValidationRule')
  return first(Object.entries(rule), ([field, value]) => {
    const goType = Object.hasOwn(ruleTypes, field) ? ruleTypes[field] : undefined
    if (goType === undefined || value === null || fits(value, goType)) return undefined
    return cannotUnmarshal(value, `struct field ValidationRule.${path}.${field}`, goType)
  })
}

function fits(value: unknown, goType: string): boolean {
  switch (goType) {
    case 'string':
    case 'v1.JSONSchemaURL':
    case 'v1.FieldValueErrorReason':
      return isText(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'float64':
      return typeof value === 'number'
    case 'int64':
      return typeof value === 'number' && Number.isInteger(value)
    default:
      return goType.startsWith('[]') || goType === 'v1.ValidationRules'
        ? Array.isArray(value)
        : isRecord(value)
  }
}

function undecodable(value: unknown, path: string, goType: string): string {
  const place = path === '' ? 'value' : `struct field JSONSchemaProps.${path}`
  return cannotUnmarshal(value, place, goType)
}

function first<T>(values: readonly T[], faultOf: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const fault = faultOf(value)
    if (fault !== undefined) return fault
  }
  return undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
