import { cloneJson } from '../apimachinery/clone.ts'
import {
  childPath,
  type FieldError,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../apimachinery/field-error.ts'
import type { JsonValue } from '../apimachinery/object.ts'
import { validateEmbeddedResources } from './embedded-resource.ts'
import { pruneValue } from './pruning.ts'
import { checkRuleTexts, compileRules } from './rule-check.ts'
import { validateRulesOfValue } from './rules.ts'
import { partsOf, propertiesWithPaths, subschemas } from './schema-parts.ts'
import { checkSchemaSize, createSchemaBudget, type SchemaBudget } from './schema-size.ts'
import { checkStructural } from './structural-check.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { validateValue } from './validation.ts'

/**
 * Everything that keeps a definition's schema from being served: keywords that are not supported, list and map types
 * that do not fit, schemas that are not structural, defaults that are not valid, rules that do not compile. The schemas
 * of one definition share a budget.
 */
export function checkSchema(
  schema: StructuralSchema,
  path: string,
  isUnchanged = false,
  budget: SchemaBudget = createSchemaBudget(),
): FieldError[] {
  const tooLarge = checkSchemaSize(schema, path, budget)
  if (tooLarge) return [tooLarge]
  const keywords: FieldError[] = []
  if (schema.nullable)
    keywords.push(forbiddenField(`${path}.nullable`, 'nullable cannot be true at the root'))
  checkKeywords(schema, path, { isRoot: true, inMetadata: false, noDefaults: undefined }, keywords)
  // what follows walks by the structure, so it waits until that is sound
  if (keywords.some((fault) => fault.type === 'FieldValueForbidden' && notStructural.test(fault.message))) {
    return keywords
  }
  if (keywords.length === 0 && saysDialect(schema)) {
    return [invalid(path, '', "OpenAPIV3Schema 'schema' is not supported")]
  }
  const structure = checkStructural(schema, path)
  if (structure.length > 0) return [...structure, ...keywords]
  const defaults = checkDefaults(schema, path)
  if (defaults.length > 0) return [...defaults, ...keywords]
  const unsound = placesAround(keywords)
  return [...keywords, ...compileRules(schema, path, (place) => unsound.has(place), isUnchanged)]
}

/** The places of faults and all that they are within. */
function placesAround(faults: readonly FieldError[]): ReadonlySet<string> {
  const places = new Set<string>()
  for (const { field } of faults) {
    places.add(field)
    for (const { index } of field.matchAll(/[.[]/g)) places.add(field.slice(0, index))
  }
  return places
}

/** Said of what cannot be read as a structural schema at all. */
const itemsAsList = 'items must be a schema object and not an array'
const notStructural = /is not supported$|^Forbidden: items must be a schema object/

const unsupportedKeywords = [
  'id',
  'additionalItems',
  'patternProperties',
  'definitions',
  'dependencies',
  '$ref',
]

function saysDialect(schema: StructuralSchema): boolean {
  if ((schema as { $schema?: string }).$schema) return true
  return partsOf(schema).some(saysDialect)
}

/** Where a schema is. */
interface Context {
  readonly isRoot: boolean
  /** Inside of the head of an object, embedded or not. */
  readonly inMetadata: boolean
  /** Why there must be no defaults; undefined: there may. */
  readonly noDefaults: string | undefined
}

function checkKeywords(schema: StructuralSchema, path: string, context: Context, errors: FieldError[]): void {
  const raw = schema as Readonly<Record<string, unknown>>
  if (context.noDefaults !== undefined && schema.default !== undefined) {
    errors.push(forbiddenField(`${path}.default`, `must not be set ${context.noDefaults}`))
  }
  for (const keyword of unsupportedKeywords) {
    if (raw[keyword] !== undefined && raw[keyword] !== '')
      errors.push(forbiddenField(`${path}.${keyword}`, `${keyword} is not supported`))
  }
  if (schema.type === 'null') {
    errors.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'))
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbiddenField(`${path}.items`, itemsAsList))
    return
  }
  if (context.inMetadata && schema['x-kubernetes-embedded-resource']) {
    errors.push(
      forbiddenField(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta'),
    )
  }
  if (schema.uniqueItems) {
    errors.push(
      forbiddenField(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    )
  }
  checkAdditionalProperties(schema, path, errors)
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'))
  }
  checkMapType(schema, path, errors)
  checkListType(schema, path, errors)
  checkRuleTexts(schema, path, errors)
  for (const [part, below] of subschemas(schema, path)) {
    checkKeywords(part, below, contextBelow(schema, part, context), errors)
  }
}

const headFields = ['metadata', 'kind', 'apiVersion'] as const

function contextBelow(schema: StructuralSchema, part: StructuralSchema, context: Context): Context {
  const inner = { ...context, isRoot: false }
  if (part === schema.additionalProperties && context.inMetadata) {
    return { ...inner, noDefaults: 'inside additionalProperties applying to object metadata' }
  }
  if (!context.isRoot && !schema['x-kubernetes-embedded-resource']) return inner
  const field = headFields.find((name) => schema.properties?.[name] === part)
  if (field === undefined) return inner
  const noDefaults = context.isRoot ? `in top-level ${field}` : context.noDefaults
  return { isRoot: false, inMetadata: true, noDefaults }
}

function checkAdditionalProperties(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const { additionalProperties, properties } = schema
  if (additionalProperties === undefined || additionalProperties === true) return
  if (properties && Object.keys(properties).length > 0) {
    const detail = 'additionalProperties and properties are mutual exclusive'
    errors.push(forbiddenField(`${path}.additionalProperties`, detail))
  }
}

function checkMapType(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const mapType = schema['x-kubernetes-map-type']
  if (mapType === undefined) return
  if (schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-map-type is specified'
    errors.push(schema.type ? invalid(`${path}.type`, schema.type, detail) : required(`${path}.type`, detail))
  }
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']))
  }
}

function checkListType(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const place = `${path}.x-kubernetes-list-type`
  if (listType !== undefined) {
    if (schema.type !== 'array') {
      const detail = 'must be array if x-kubernetes-list-type is specified'
      errors.push(
        schema.type ? invalid(`${path}.type`, schema.type, detail) : required(`${path}.type`, detail),
      )
    }
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(notSupported(place, listType, ['atomic', 'set', 'map']))
    }
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    errors.push(listType === undefined ? required(place, detail) : invalid(place, listType, detail))
  }
  if (listType === 'map') checkListMap(schema, keys, path, errors)
  const { items } = schema
  if (!items || (listType !== 'map' && listType !== 'set')) return
  if (items.nullable) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`
    errors.push(forbiddenField(`${path}.items.nullable`, detail))
  }
  if (listType === 'set' && schema.type === 'array') checkSetItems(items, `${path}.items`, errors)
}

function checkListMap(
  schema: StructuralSchema,
  keys: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  const keysPath = `${path}.x-kubernetes-list-map-keys`
  if (keys.length === 0) errors.push(required(keysPath, 'must not be empty if x-kubernetes-list-type is map'))
  const { items } = schema
  if (!items) {
    errors.push(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'))
    return
  }
  if (items.type !== 'object') {
    errors.push(
      invalid(
        `${path}.items.type`,
        items.type ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    )
    return
  }
  const seen = new Set<string>()
  for (const key of keys) {
    const property =
      items.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined
    const place = `${path}.items.properties[${key}]`
    if (!property) {
      errors.push(invalid(keysPath, keys, 'entries must all be names of item properties'))
    } else if (property.type === 'array' || property.type === 'object') {
      errors.push(
        invalid(
          `${place}.type`,
          items.type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        ),
      )
    } else if (property.default === undefined && !items.required?.includes(key)) {
      errors.push(
        required(
          `${place}.default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      )
    }
    if (property?.nullable) {
      errors.push(
        forbiddenField(
          `${place}.nullable`,
          'this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
        ),
      )
    }
    if (seen.has(key)) errors.push(invalid(keysPath, keys, 'must not contain duplicate entries'))
    seen.add(key)
  }
}

/** Of an item only its whole counts, so it must be atomic; lists are, unless they say otherwise. */
function checkSetItems(items: StructuralSchema, path: string, errors: FieldError[]): void {
  const listType = items['x-kubernetes-list-type']
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-list-type`, listType, detail))
  } else if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-map-type`, listType, detail))
  }
}

/** A default is pruned already, and valid as it is. */
function checkDefaults(schema: StructuralSchema, path: string, isRoot = true): FieldError[] {
  const errors: FieldError[] = []
  if (schema.default !== undefined && schema.default !== null) {
    const place = childPath(path, 'default')
    const value = cloneJson(schema.default)
    const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true
    if (pruneValue(schema, value).length > 0) {
      errors.push(invalid(place, schema.default, 'must not have unknown fields'))
    }
    errors.push(...validateDefault(schema, schema.default, place, isResource))
  }
  for (const [part, below] of structuralParts(schema, path)) errors.push(...checkDefaults(part, below, false))
  return errors
}

/** Where defaults are looked at: not below junctors, which only restrict, nor in the values of maps. */
function structuralParts(schema: StructuralSchema, path: string): [StructuralSchema, string][] {
  const parts = propertiesWithPaths(schema, path)
  if (schema.items) parts.push([schema.items, `${path}.items`])
  return parts
}

function validateDefault(
  schema: StructuralSchema,
  value: JsonValue,
  place: string,
  isResource: boolean,
): FieldError[] {
  const { 'x-kubernetes-embedded-resource': _embedded, ...own } = schema
  const whole = isResource ? { ...own, required: [...(own.required ?? []), 'apiVersion', 'kind'] } : own
  const errors = [...validateValue(whole, value, place), ...validateEmbeddedResources(own, value, place)]
  if (errors.length > 0) return errors
  const ofUpdate = validateRulesOfValue(schema, value, value, place, isResource)
  return ofUpdate.length > 0 ? ofUpdate : validateRulesOfValue(schema, value, undefined, place, isResource)
}
