import type { JsonValue } from '../../apimachinery/object.ts'
import type { StructuralSchema } from '../structural-schema.ts'
import { objectMetaSchema, ownedMetaSchema } from './object-meta-schema.ts'

/**
 * What a schema says about merging: which values a place may hold, and whether lists and maps there are owned as a
 * whole (atomic) or piece by piece. Made of a schema on first use, level by level, and kept with it.
 */
export interface MergeType {
  /** `untyped` accepts every scalar. */
  readonly scalar?: 'numeric' | 'string' | 'boolean' | 'untyped'
  readonly list?: ListType
  readonly map?: MapType
}

export interface ListType {
  readonly atomic: boolean
  /** Fields that tell items apart, in order; none in a set, whose items are told apart by their value. */
  readonly keys: readonly string[]
  element(): MergeType
  /** The value that an item without this key field has by default. */
  keyDefault(key: string): JsonValue | undefined
}

export interface MapType {
  readonly atomic: boolean
  /** Whether the schema names this field (a field of a struct, not a key of a map). */
  declares(field: string): boolean
  /** The type of a field; undefined where the schema does not allow it. */
  fieldType(field: string): MergeType | undefined
  /** True where nothing is known of the contents, so that ownership recorded there is never reinterpreted. */
  readonly deduced: boolean
}

/** Nothing known, owned as a whole: the items of a list of unknown type. */
const untypedAtomic: MergeType = {
  scalar: 'untyped',
  list: { atomic: true, keys: [], element: () => untypedAtomic, keyDefault: () => undefined },
  map: { atomic: true, declares: () => false, fieldType: () => untypedAtomic, deduced: false },
}

/** Nothing known: maps are owned field by field, lists as a whole. */
const deduced: MergeType = {
  scalar: 'untyped',
  list: { atomic: true, keys: [], element: () => untypedAtomic, keyDefault: () => undefined },
  map: { atomic: false, declares: () => false, fieldType: () => deduced, deduced: true },
}

const rootTypes = new WeakMap<StructuralSchema, MergeType>()

/**
 * The type of whole objects of this schema. Head and metadata are typed whatever the schema says of them; the books
 * are no part of it, since they own nothing and are owned by nobody.
 */
export function mergeTypeOf(schema: StructuralSchema): MergeType {
  let type = rootTypes.get(schema)
  if (type === undefined) {
    type = convert(asResource(schema, ownedMetaSchema), false)
    rootTypes.set(schema, type)
  }
  return type
}

function asResource(schema: StructuralSchema, metadata: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    type: 'object',
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata,
    },
  }
}

/** `preserves` says that a schema above keeps unknown fields, which holds for all below. */
function convert(given: StructuralSchema, preservesAbove: boolean): MergeType {
  const preserves = preservesAbove || given['x-kubernetes-preserve-unknown-fields'] === true
  const schema = given['x-kubernetes-embedded-resource'] ? asResource(given, objectMetaSchema) : given
  if (schema['x-kubernetes-int-or-string']) return anyType(schema, preserves)
  switch (schema.type) {
    case 'object':
      return { map: convertMap(schema, preserves) }
    case 'array':
      return { list: convertList(schema, preserves) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: schema.format === undefined || schema.format === 'byte' ? 'string' : 'untyped' }
    default:
      return anyType(schema, preserves)
  }
}

function anyType(schema: StructuralSchema, preserves: boolean): MergeType {
  return { scalar: 'untyped', list: convertList(schema, preserves), map: convertMap(schema, preserves) }
}

function convertMap(schema: StructuralSchema, preserves: boolean): MapType {
  const properties = schema.properties ?? {}
  const types = new Map<string, MergeType>()
  const element = once(() => elementType(schema, preserves))
  const declares = (field: string) => Object.hasOwn(properties, field)
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    declares,
    fieldType(field) {
      const known = types.get(field)
      if (known !== undefined) return known
      // Keys of maps are data: remembering their types would grow without end.
      if (!declares(field)) return element()
      const type = convert(properties[field] as StructuralSchema, preserves)
      types.set(field, type)
      return type
    },
    get deduced() {
      return element() === deduced && Object.keys(properties).length === 0
    },
  }
}

/** The type of fields that the schema does not name. */
function elementType(schema: StructuralSchema, preserves: boolean): MergeType | undefined {
  const { additionalProperties, properties } = schema
  if (typeof additionalProperties === 'object') return convert(additionalProperties, preserves)
  if (additionalProperties === true) return deduced
  if (additionalProperties === false) return undefined
  return preserves || Object.keys(properties ?? {}).length === 0 ? deduced : undefined
}

function convertList(schema: StructuralSchema, preserves: boolean): ListType {
  const { items } = schema
  return {
    ...relationship(schema),
    element: once(() => (items === undefined ? untypedAtomic : convert(items, preserves))),
    keyDefault: (key) => items?.properties?.[key]?.default,
  }
}

/** The list type, or for core kinds what the patch strategy means in its place. Lists are atomic unless told. */
function relationship(schema: StructuralSchema): { atomic: boolean; keys: readonly string[] } {
  const listType = schema['x-kubernetes-list-type']
  if (listType === 'map') {
    return { atomic: false, keys: (schema['x-kubernetes-list-map-keys'] ?? []).toSorted() }
  }
  if (listType !== undefined) return { atomic: listType === 'atomic', keys: [] }
  const strategy = schema['x-kubernetes-patch-strategy']
  if (strategy !== 'merge' && strategy !== 'merge,retainKeys') return { atomic: true, keys: [] }
  const key = schema['x-kubernetes-patch-merge-key']
  return { atomic: false, keys: key === undefined ? [] : [key] }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

export type ValueSort = 'map' | 'scalar' | 'list'

/** Which of its possibilities a place takes for a value; null and misfits take the first that the type has. */
export function sortOf(type: MergeType, value: unknown): ValueSort {
  if (value !== null && value !== undefined) {
    if (Array.isArray(value)) {
      if (type.list) return 'list'
    } else if (typeof value === 'object') {
      if (type.map) return 'map'
    } else if (type.scalar) return 'scalar'
  }
  return type.map ? 'map' : type.scalar ? 'scalar' : 'list'
}
