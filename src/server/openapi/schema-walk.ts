import type { StructuralSchema } from '../../registry/structural-schema.ts'
import { metaName } from './component-name.ts'
import type { Dialect, OpenApiSchema } from './schema.ts'

/** The keywords that are published; a schema builder's own marks are not. */
const keywords = [
  'type',
  'description',
  'title',
  'default',
  'example',
  'nullable',
  'enum',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-validations',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-patch-merge-key',
] as const satisfies readonly (keyof StructuralSchema)[]

/** A copy of `schema` with its published keywords, and what `convert` makes of each schema directly below it. */
export function mapSchemas(
  schema: StructuralSchema,
  convert: (schema: StructuralSchema) => OpenApiSchema,
): OpenApiSchema {
  const { properties, items, additionalProperties, allOf, anyOf, oneOf, not } = schema
  const known = keywords.filter((keyword) => schema[keyword] !== undefined)
  return {
    ...(Object.fromEntries(known.map((keyword) => [keyword, schema[keyword]])) as OpenApiSchema),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, convert(property)]),
      ),
    }),
    ...(items && { items: convert(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'boolean' ? additionalProperties : convert(additionalProperties),
    }),
    ...(allOf && { allOf: allOf.map(convert) }),
    ...(anyOf && { anyOf: anyOf.map(convert) as StructuralSchema[] }),
    ...(oneOf && { oneOf: oneOf.map(convert) as StructuralSchema[] }),
    ...(not && { not: convert(not) as StructuralSchema }),
  }
}

/** An object inside an object is a whole one: it says what it is. */
export function withEmbeddedHead(schema: OpenApiSchema, dialect: Dialect): OpenApiSchema {
  const required = [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])]
  return { ...schema, properties: { ...schema.properties, ...headProperties(dialect) }, required }
}

/** `apiVersion`, `kind` and `metadata`, as every object has them. */
export function headProperties(dialect: Dialect) {
  return {
    ...typeProperties,
    metadata: dialect.reference(
      metaName('ObjectMeta'),
      'The name, labels, annotations, owners and history that every object has.',
    ),
  }
}

/** `apiVersion` and `kind`, as objects, lists and options have them. */
export const typeProperties = {
  apiVersion: {
    type: 'string',
    description:
      'The group and version in which this object is written, such as `v1` or `compute.datumapis.com/v1alpha`.',
  },
  kind: {
    type: 'string',
    description: 'The kind of this object, in CamelCase; the URL of a request says the same.',
  },
} as const satisfies Readonly<Record<string, OpenApiSchema>>
