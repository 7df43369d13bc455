import type { StructuralSchema } from '../../registry/structural-schema.ts'
import type { Dialect, OpenApiSchema } from './schema.ts'
import { mapSchemas, withEmbeddedHead } from './schema-walk.ts'

/** OpenAPI 3.0: a structural schema is published as it is; what may be a number or a text says so. */
export const dialectV3: Dialect = {
  namesFieldsOfOpenObjects: true,
  // A reference takes no siblings in 3.0; `allOf` carries it beside the description.
  reference: (component, description) =>
    description === undefined
      ? { $ref: `#/components/schemas/${component}` }
      : { allOf: [{ $ref: `#/components/schemas/${component}` }], description },
  convert: (schema) => convert(schema),
}

const intOrString: StructuralSchema[] = [{ type: 'integer' }, { type: 'string' }]

function convert(schema: StructuralSchema): OpenApiSchema {
  const mapped = mapSchemas(schema, convert)
  const converted = schema['x-kubernetes-int-or-string'] ? { ...mapped, anyOf: intOrString } : mapped
  return schema['x-kubernetes-embedded-resource'] ? withEmbeddedHead(converted, dialectV3) : converted
}
