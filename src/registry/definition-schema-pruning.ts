import type { KubernetesObject } from '../apimachinery/object.ts'

/** Every keyword that a definition's schema can have, refused or not. */
const keywords = new Set([
  ...[
    'id',
    '$schema',
    '$ref',
    'description',
    'type',
    'format',
    'title',
    'default',
    'example',
    'nullable',
    'enum',
  ],
  ...['maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'multipleOf', 'maxLength', 'minLength'],
  ...[
    'pattern',
    'maxItems',
    'minItems',
    'uniqueItems',
    'maxProperties',
    'minProperties',
    'required',
    'items',
  ],
  ...['allOf', 'oneOf', 'anyOf', 'not', 'properties', 'additionalProperties', 'patternProperties'],
  ...['dependencies', 'additionalItems', 'definitions', 'externalDocs'],
  ...['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'],
  ...[
    'x-kubernetes-list-map-keys',
    'x-kubernetes-list-type',
    'x-kubernetes-map-type',
    'x-kubernetes-validations',
  ],
])

const ruleFields = new Set([
  ...['rule', 'message', 'messageExpression', 'reason', 'fieldPath', 'optionalOldSelf'],
])

/**
 * Drops from the schemas of a definition what is no keyword, in place, and returns the paths; what is null is dropped
 * without a word. Schemas nest without end, which the schema of definitions cannot say: hence this.
 */
export function pruneDefinitionSchemas(definition: KubernetesObject): string[] {
  const unknown: string[] = []
  const { versions } = (definition.spec ?? {}) as { versions?: unknown }
  for (const [index, version] of (Array.isArray(versions) ? versions : []).entries()) {
    const schema = isRecord(version) && isRecord(version.schema) ? version.schema.openAPIV3Schema : undefined
    pruneSchema(schema, `spec.versions[${index}].schema.openAPIV3Schema`, unknown)
  }
  return unknown
}

function pruneSchema(schema: unknown, path: string, unknown: string[]): void {
  if (!isRecord(schema)) return
  for (const [keyword, value] of Object.entries(schema)) {
    const place = `${path}.${keyword}`
    if (!keywords.has(keyword)) {
      unknown.push(place)
      delete schema[keyword]
    } else if (value === null) delete schema[keyword]
    else pruneBelow(keyword, value, place, unknown)
  }
}

function pruneBelow(keyword: string, value: unknown, path: string, unknown: string[]): void {
  switch (keyword) {
    case 'properties':
    case 'patternProperties':
    case 'definitions':
      for (const [name, part] of Object.entries(isRecord(value) ? value : {}))
        pruneSchema(part, `${path}.${name}`, unknown)
      break
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      for (const [index, part] of (Array.isArray(value) ? value : []).entries())
        pruneSchema(part, `${path}[${index}]`, unknown)
      break
    case 'items':
    case 'not':
    case 'additionalProperties':
    case 'additionalItems':
      pruneSchema(value, path, unknown)
      break
    case 'x-kubernetes-validations':
      for (const [index, rule] of (Array.isArray(value) ? value : []).entries())
        pruneRule(rule, `${path}[${index}]`, unknown)
      break
  }
}

function pruneRule(rule: unknown, path: string, unknown: string[]): void {
  if (!isRecord(rule)) return
  for (const [field, value] of Object.entries(rule)) {
    if (ruleFields.has(field) && value !== null) continue
    if (value !== null) unknown.push(`${path}.${field}`)
    delete rule[field]
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
