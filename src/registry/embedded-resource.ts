import { cloneJson } from '../apimachinery/clone.ts'
import { type FieldError, formatBadValue, invalid, required } from '../apimachinery/field-error.ts'
import { checkDns1035Label } from '../apimachinery/names.ts'
import type { ObjectMeta } from '../apimachinery/object.ts'
import { validateMetadataForCreate } from './metadata.ts'
import { decodeObjectMeta, MetadataTypeError } from './object-meta.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * Why the metadata of an embedded object could not be decoded: the first value that is not of the type of its field,
 * with its path. Nobody may look into metadata before.
 */
export function embeddedMetadataFault(
  schema: StructuralSchema,
  value: unknown,
  path = '',
): string | undefined {
  if (typeof value !== 'object' || value === null || !mayEmbed(schema)) return undefined
  if (Array.isArray(value)) {
    const { items } = schema
    return (
      items &&
      first(value.entries(), ([index, each]) => embeddedMetadataFault(items, each, `${path}[${index}]`))
    )
  }
  const fields = value as Record<string, unknown>
  if (schema['x-kubernetes-embedded-resource'] && fields.metadata != null) {
    const fault = metadataFault(fields.metadata)
    if (fault !== undefined)
      return `${path}.metadata: Invalid value: ${formatBadValue(fields.metadata)}: ${fault}`
  }
  return first(Object.entries(fields), ([name, member]) => {
    const part = schema.properties?.[name] ?? schema.additionalProperties
    return typeof part === 'object'
      ? embeddedMetadataFault(part, member, path === '' ? name : `${path}.${name}`)
      : undefined
  })
}

function metadataFault(metadata: unknown): string | undefined {
  try {
    decodeObjectMeta({ metadata: cloneJson(metadata as ObjectMeta) }, true)
    return undefined
  } catch (error) {
    if (error instanceof MetadataTypeError) return error.message
    throw error
  }
}

const embedding = new WeakMap<StructuralSchema, boolean>()

/** Whether there can be embedded objects anywhere below: most schemas have none, and cost nothing. */
function mayEmbed(schema: StructuralSchema): boolean {
  let may = embedding.get(schema)
  if (may === undefined) {
    const { items, properties = {}, additionalProperties } = schema
    may =
      schema['x-kubernetes-embedded-resource'] === true ||
      (items !== undefined && mayEmbed(items)) ||
      (typeof additionalProperties === 'object' && mayEmbed(additionalProperties)) ||
      Object.values(properties).some(mayEmbed)
    embedding.set(schema, may)
  }
  return may
}

function first<T>(values: Iterable<T>, faultOf: (value: T) => string | undefined): string | undefined {
  for (const value of values) {
    const fault = faultOf(value)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** `x-kubernetes-embedded-resource`: a whole object inside of another, with a head and metadata of its own. */
export function validateEmbeddedResources(
  schema: StructuralSchema,
  value: unknown,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  embeddedCheckOf(schema)?.(value, path, errors)
  return errors
}

type EmbeddedCheck = (value: unknown, path: string, errors: FieldError[]) => void

const checks = new WeakMap<StructuralSchema, EmbeddedCheck | null>()

function embeddedCheckOf(schema: StructuralSchema): EmbeddedCheck | null {
  let check = checks.get(schema)
  if (check === undefined) {
    check = compileEmbeddedCheck(schema)
    checks.set(schema, check)
  }
  return check
}

function compileEmbeddedCheck(schema: StructuralSchema): EmbeddedCheck | null {
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const item = schema.items ? embeddedCheckOf(schema.items) : null
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const check = embeddedCheckOf(property)
    return check ? [{ name, check }] : []
  })
  const { additionalProperties } = schema
  const rest = typeof additionalProperties === 'object' ? embeddedCheckOf(additionalProperties) : null
  if (!embedded && !item && !rest && properties.length === 0) return null
  return (value, path, errors) => {
    if (Array.isArray(value)) {
      if (item)
        for (let index = 0; index < value.length; index++) item(value[index], `${path}[${index}]`, errors)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const fields = value as Record<string, unknown>
    if (embedded) checkHead(fields, path, errors)
    for (const { name, check } of properties) {
      if (Object.hasOwn(fields, name)) check(fields[name], path === '' ? name : `${path}.${name}`, errors)
    }
    if (rest) for (const [key, member] of Object.entries(fields)) rest(member, `${path}[${key}]`, errors)
  }
}

function checkHead(object: Readonly<Record<string, unknown>>, path: string, errors: FieldError[]): void {
  for (const field of ['apiVersion', 'kind'] as const) {
    const value = object[field]
    const place = `${path}.${field}`
    if (value === undefined) errors.push(required(place))
    else if (typeof value !== 'string') errors.push(invalid(place, value, 'must be a string'))
    else if (value === '') errors.push(invalid(place, value, 'must not be empty'))
    else if (field === 'apiVersion' && value.split('/').length > 2) {
      errors.push(invalid(place, value, `unexpected GroupVersion string: ${value}`))
    } else if (field === 'kind') {
      const messages = checkDns1035Label(value.toLowerCase())
      if (messages.length > 0) {
        errors.push(
          invalid(place, value, `may have mixed case, but should otherwise match: ${messages.join(',')}`),
        )
      }
    }
  }
  const { metadata } = object
  if (metadata === undefined) return
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    errors.push(invalid(`${path}.metadata`, metadata, 'must be an object'))
    return
  }
  const { namespace, ...given } = metadata as ObjectMeta
  // An embedded object need not have a name yet, and may be namespaced or not.
  errors.push(
    ...validateMetadataForCreate(
      { ...given, name: given.name || 'fakename', ...(namespace ? { namespace } : {}) },
      { nameFormat: 'pathSegment', namespaced: Boolean(namespace) },
      `${path}.metadata`,
    ),
  )
}
