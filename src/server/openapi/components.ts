import type { Resource } from '../../registry/kind.ts'
import type { StructuralSchema } from '../../registry/structural-schema.ts'
import { componentName, metaName } from './component-name.ts'
import type { Dialect, OpenApiSchema } from './schema.ts'
import { headProperties, typeProperties } from './schema-walk.ts'

/** The components of a kind under one spelling: the object, and its list where the kind is stored. */
export function kindComponents(resource: Resource, dialect: Dialect): Record<string, OpenApiSchema> {
  const { kind } = resource
  const itself = componentName(resource, kind.names.kind)
  return {
    [itself]: objectComponent(resource, dialect),
    ...(kind.answer
      ? {}
      : { [componentName(resource, kind.names.listKind)]: listComponent(resource, itself, dialect) }),
  }
}

function objectComponent(resource: Resource, dialect: Dialect): OpenApiSchema {
  const schema = resource.definition.schema()
  const own = marks(resource, resource.kind.names.kind)
  if (schema['x-kubernetes-preserve-unknown-fields'] && !dialect.namesFieldsOfOpenObjects) {
    return { type: 'object', ...own }
  }
  const converted = convertedObject(resource.kind.origin === 'core' ? withoutNull(schema) : schema, dialect)
  const head = headProperties(dialect)
  const properties = { ...head, ...converted.properties, metadata: head.metadata }
  return { ...converted, properties, ...own }
}

/** What is compiled in writes null for lists that nobody has begun, and says nothing of it. */
function withoutNull({ nullable: _nullable, ...schema }: StructuralSchema): StructuralSchema {
  if (!schema.properties) return schema
  const properties = Object.entries(schema.properties).map(([name, part]) => [name, withoutNull(part)])
  return { ...schema, properties: Object.fromEntries(properties) }
}

/** Without the metadata, whose schema is the same for every kind. */
function convertedObject(schema: StructuralSchema, dialect: Dialect): OpenApiSchema {
  if (!schema.properties) return dialect.convert(schema)
  const { metadata, ...properties } = schema.properties
  return dialect.convert({ ...schema, properties })
}

function listComponent(resource: Resource, item: string, dialect: Dialect): OpenApiSchema {
  const names = resource.kind.names
  return {
    type: 'object',
    description: `A list of objects of kind ${names.kind}.`,
    required: ['items'],
    properties: {
      ...typeProperties,
      items: { type: 'array', items: dialect.reference(item), description: 'The objects.' },
      metadata: dialect.reference(metaName('ListMeta'), 'The revision of the list, and where to read on.'),
    },
    ...marks(resource, names.listKind),
  }
}

function marks({ group, version, definition }: Resource, kind: string): OpenApiSchema {
  const fields = definition.selectableFields ?? []
  return {
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
    ...(fields.length > 0 && {
      'x-kubernetes-selectable-fields': fields.map((field) => ({ fieldPath: field.replace(/^\./, '') })),
    }),
  }
}

/** Of `available`, in the order of the alphabet, what `roots` reach by references: nothing is published unused. */
export function reachable(
  available: Readonly<Record<string, OpenApiSchema>>,
  roots: Iterable<string>,
): Record<string, OpenApiSchema> {
  const found = new Set<string>()
  const open = [...roots]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    found.add(name)
    collectReferences(available[name], open)
  }
  return Object.fromEntries(
    [...found].sort().flatMap((name) => {
      const schema = available[name]
      return schema ? [[name, schema]] : []
    }),
  )
}

function collectReferences(value: unknown, into: string[]): void {
  if (typeof value !== 'object' || value === null) return
  for (const [field, inner] of Object.entries(value)) {
    if (field === '$ref' && typeof inner === 'string') into.push(inner.slice(inner.lastIndexOf('/') + 1))
    else collectReferences(inner, into)
  }
}
