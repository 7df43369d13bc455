import type { StructuralSchema } from '../../registry/structural-schema.ts'
import type { Dialect, OpenApiSchema } from './schema.ts'
import { mapSchemas, withEmbeddedHead } from './schema-walk.ts'

/**
 * OpenAPI 2.0, which knows neither alternatives nor null; a real server leaves out defaults as well. What it cannot say is left out, so that clients which
 * validate by it (old kubectl, Terraform) refuse nothing that the server takes.
 */
export const dialectV2: Dialect = {
  // Clients would take what it names for all there may be.
  namesFieldsOfOpenObjects: false,
  reference: (component, description) => ({
    ...(description === undefined ? {} : { description }),
    $ref: `#/definitions/${component}`,
  }),
  convert: (schema) => convert(schema),
}

function convert(schema: StructuralSchema): OpenApiSchema {
  const open = schema.nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  const { allOf, anyOf, oneOf, not, nullable, default: _default, ...kept } = schema
  const { items, properties, type, required, ...untyped } = kept
  // A schema without type, items and properties admits anything: kubectl checks nothing below it.
  const converted = mapSchemas(open ? untyped : kept, convert)
  const names = requiredNames(schema)
  const result: OpenApiSchema =
    open || names.length === 0 ? withoutRequired(converted) : { ...converted, required: names }
  return schema['x-kubernetes-embedded-resource'] && !open ? withEmbeddedHead(result, dialectV2) : result
}

/** A nullable field may not be required here: null would count as missing. */
function requiredNames({ required, properties }: StructuralSchema): string[] {
  return (required ?? []).filter((name) => properties?.[name]?.nullable !== true)
}

function withoutRequired(schema: OpenApiSchema): OpenApiSchema {
  const { required, ...rest } = schema
  return rest
}
