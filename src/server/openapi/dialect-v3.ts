import type { StructuralSchema } from '../../registry/structural-schema.ts'
import type { Dialect, OpenApiSchema } from './schema.ts'
import { mapSchemas, withEmbeddedHead } from './schema-walk.ts'

/** OpenAPI 3.0: a structural schema is published as it is. */
export const dialectV3: Dialect = {
  namesFieldsOfOpenObjects: true,
  // A reference takes no siblings in 3.0; `allOf` carries it beside the description.
  reference: (component, description) =>
    description === undefined
      ? { $ref: `#/components/schemas/${component}` }
      : { allOf: [{ $ref: `#/components/schemas/${component}` }], description },
  convert: (schema) => convert(schema),
}

function convert(schema: StructuralSchema): OpenApiSchema {
  const converted = mapSchemas(schema, convert)
  return schema['x-kubernetes-embedded-resource'] ? withEmbeddedHead(converted, dialectV3) : converted
}
