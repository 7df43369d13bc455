import { deepEqual } from '../apimachinery/equality.ts'
import {
  type FieldError,
  forbiddenField,
  formatFieldError,
  invalid,
  notSupported,
  required,
} from '../apimachinery/field-error.ts'
import { regularExpressionFault } from '../apimachinery/regular-expression.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * What a schema must be for a server to default and prune by it: types everywhere, and logical junctors that only
 * restrict what the schema around them has declared. Faults are sorted by their text, as a real server sorts them.
 */
export function checkStructural(schema: StructuralSchema, path: string): FieldError[] {
  const errors: FieldError[] = []
  checkInvariants(schema, 'root', path, errors)
  checkDeclared(schema, schema, path, path, errors)
  return errors
    .map((error) => ({ error, text: formatFieldError(error) }))
    .sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0))
    .map(({ error }) => error)
}

type Level = 'root' | 'item' | 'field'

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

function schemaOf(value: boolean | StructuralSchema | undefined): StructuralSchema | undefined {
  return typeof value === 'object' ? value : undefined
}

function checkInvariants(schema: StructuralSchema, level: Level, path: string, errors: FieldError[]): void {
  const { type = '', properties, additionalProperties, items } = schema
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  if (type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'))
  if (items) checkInvariants(items, 'item', `${path}.items`, errors)
  for (const [name, property] of Object.entries(properties ?? {})) {
    checkInvariants(property, 'field', `${path}.properties[${name}]`, errors)
  }
  if (additionalProperties !== undefined) {
    const place = `${path}.additionalProperties`
    if (level === 'root') errors.push(forbiddenField(place, 'must not be used at the root'))
    const values = schemaOf(additionalProperties)
    if (values) checkInvariants(values, 'field', place, errors)
    if (embedded) {
      errors.push(forbiddenField(place, 'must not be used if x-kubernetes-embedded-resource is set'))
    }
  }
  checkExtensions(schema, path, errors)
  checkJunctors(schema, path, errors)
  checkType(schema, level, path, errors)
  checkHead(schema, level, path, errors)
}

function checkExtensions(schema: StructuralSchema, path: string, errors: FieldError[]): void {
  if (!schema['x-kubernetes-int-or-string']) return
  for (const extension of [
    'x-kubernetes-preserve-unknown-fields',
    'x-kubernetes-embedded-resource',
  ] as const) {
    if (schema[extension]) {
      errors.push(
        invalid(`${path}.${extension}`, true, 'must be false if x-kubernetes-int-or-string is true'),
      )
    }
  }
}

function checkType(schema: StructuralSchema, level: Level, path: string, errors: FieldError[]): void {
  const { type = '' } = schema
  const place = `${path}.type`
  if (type !== '' && !types.includes(type)) errors.push(notSupported(place, type, types))
  if (schema['x-kubernetes-embedded-resource'] && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(place, detail) : invalid(place, type, detail))
  } else if (
    type === '' &&
    !schema['x-kubernetes-int-or-string'] &&
    !schema['x-kubernetes-preserve-unknown-fields']
  ) {
    const where = {
      root: 'at the root',
      item: 'for specified array items',
      field: 'for specified object fields',
    }
    errors.push(required(place, `must not be empty ${where[level]}`))
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(place, type, 'must be object at the root'))
  }
}

/** `apiVersion`, `kind` and `metadata` are the server's; a schema may only restrict names. */
function checkHead(schema: StructuralSchema, level: Level, path: string, errors: FieldError[]): void {
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const { properties = {} } = schema
  const hasHead = level === 'root' || embedded
  for (const name of ['apiVersion', 'kind']) {
    const property = properties[name]
    if (hasHead && property && property.type !== 'string') {
      errors.push(invalid(`${path}.properties[${name}].type`, property.type ?? '', 'must be string'))
    }
  }
  const { metadata } = properties
  if (metadata) {
    const place = `${path}.properties[metadata]`
    if (hasHead && metadata.type !== 'object') {
      errors.push(invalid(`${place}.type`, metadata.type ?? '', 'must be object'))
    }
    if (level === 'root' && !restrictsOnlyNames(metadata)) {
      errors.push(
        forbiddenField(
          place,
          'must not specify anything other than name and generateName, but metadata is implicitly specified',
        ),
      )
    }
  }
  if (embedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) {
    errors.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    )
  }
}

function restrictsOnlyNames(metadata: StructuralSchema): boolean {
  const { type: _type, default: _default, properties = {}, ...rest } = metadata
  return (
    Object.keys(rest).length === 0 &&
    Object.keys(properties).every((name) => name === 'name' || name === 'generateName')
  )
}

const intOrString: readonly StructuralSchema[] = [{ type: 'integer' }, { type: 'string' }]

/** The junctors of a node; those that spell out int-or-string may name types. */
function checkJunctors(
  schema: StructuralSchema,
  path: string,
  errors: FieldError[],
  skipAnyOf = false,
): void {
  if (!skipAnyOf && !deepEqual(schema.anyOf, intOrString)) {
    for (const [index, part] of (schema.anyOf ?? []).entries())
      checkNested(part, `${path}.anyOf[${index}]`, errors)
  }
  for (const [index, part] of (schema.allOf ?? []).entries()) {
    const spellsOut = index === 0 && deepEqual(part.anyOf, intOrString)
    checkNested(part, `${path}.allOf[${index}]`, errors, spellsOut)
  }
  for (const [index, part] of (schema.oneOf ?? []).entries())
    checkNested(part, `${path}.oneOf[${index}]`, errors)
  if (schema.not) checkNested(schema.not, `${path}.not`, errors)
  if (schema.pattern) {
    const fault = regularExpressionFault(schema.pattern)
    if (fault !== undefined) {
      errors.push(
        invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${fault}`),
      )
    }
  }
}

/** What a part below a junctor must not say, and what it must leave undefined, empty or false to be structural. */
const forbiddenInJunctors: readonly (readonly [keyof StructuralSchema, 'empty' | 'undefined' | 'false'])[] = [
  ['type', 'empty'],
  ['additionalProperties', 'undefined'],
  ['default', 'undefined'],
  ['title', 'empty'],
  ['description', 'empty'],
  ['nullable', 'false'],
  ['x-kubernetes-preserve-unknown-fields', 'false'],
  ['x-kubernetes-embedded-resource', 'false'],
  ['x-kubernetes-int-or-string', 'false'],
  ['x-kubernetes-list-map-keys', 'empty'],
  ['x-kubernetes-list-type', 'undefined'],
  ['x-kubernetes-map-type', 'undefined'],
  ['x-kubernetes-validations', 'empty'],
]

function checkNested(part: StructuralSchema, path: string, errors: FieldError[], skipAnyOf = false): void {
  checkJunctors(part, path, errors, skipAnyOf)
  if (part.items) checkNested(part.items, `${path}.items`, errors)
  for (const [name, property] of Object.entries(part.properties ?? {})) {
    checkNested(property, `${path}.properties[${name}]`, errors)
  }
  for (const [field, expected] of forbiddenInJunctors) {
    const value = part[field]
    const absent =
      value === undefined || value === false || value === '' || (Array.isArray(value) && value.length === 0)
    if (!absent) errors.push(forbiddenField(`${path}.${field}`, `must be ${expected} to be structural`))
  }
  if (part.properties && Object.hasOwn(part.properties, 'metadata')) {
    errors.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'))
  }
}

/** Every field that a junctor at the root restricts is declared outside of junctors as well; of others, nobody asks. */
function checkDeclared(
  part: StructuralSchema,
  schema: StructuralSchema,
  partPath: string,
  path: string,
  errors: FieldError[],
): void {
  const junctors: [StructuralSchema, string][] = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((junctor) =>
    (part[junctor] ?? []).map((each, index): [StructuralSchema, string] => [
      each,
      `${partPath}.${junctor}[${index}]`,
    ]),
  )
  if (part.not) junctors.push([part.not, `${partPath}.not`])
  for (const [nested, nestedPath] of junctors) checkNestedDeclared(nested, schema, nestedPath, path, errors)
}

function checkNestedDeclared(
  part: StructuralSchema,
  schema: StructuralSchema,
  partPath: string,
  path: string,
  errors: FieldError[],
): void {
  checkDeclared(part, schema, partPath, path, errors)
  const undeclared = (place: string, source: string) => {
    errors.push(required(place, `because it is defined in ${source}`))
  }
  for (const [name, property] of Object.entries(part.properties ?? {})) {
    const own =
      schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    const below = `.properties[${name}]`
    if (own) checkNestedDeclared(property, own, partPath + below, path + below, errors)
    else undeclared(path + below, partPath + below)
  }
  if (part.items) {
    if (schema.items)
      checkNestedDeclared(part.items, schema.items, `${partPath}.items`, `${path}.items`, errors)
    else undeclared(`${path}.items`, `${partPath}.items`)
  }
}
