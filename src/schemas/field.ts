import { type Static, type TArray, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import type { JsonValue } from '../apimachinery/object.ts'
import type { StructuralSchema, ValidationRule } from '../registry/structural-schema.ts'

/**
 * The words in which our schemas are written. Each makes a TypeBox schema whose JSON is a Kubernetes structural
 * schema, and whose static type is the TypeScript type of the value; the description comes first, because no field
 * goes without one. This is the only file that knows TypeBox.
 */
export type { Static, TSchema } from 'typebox'

interface CommonOptions {
  readonly default?: JsonValue
  readonly nullable?: boolean
  /** CEL rules, checked after everything else. */
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[]
  /** Core kinds only: how strategic merge patches treat the list or map. */
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
}

interface TextOptions extends CommonOptions {
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
}

interface IntegerOptions extends CommonOptions {
  readonly format?: 'int32' | 'int64'
  readonly minimum?: number
  readonly maximum?: number
}

interface ListOptions extends CommonOptions {
  readonly minItems?: number
  readonly maxItems?: number
}

interface MapOptions extends CommonOptions {
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
}

interface ObjectOptions extends MapOptions {
  /** Keeps fields that the schema does not name. */
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
}

export function text(description: string, options: TextOptions = {}) {
  return Type.String({ description, ...options })
}

/** A string out of a closed set. */
export function choice<const Values extends readonly string[]>(
  description: string,
  values: Values,
  options: CommonOptions = {},
) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], description, ...options })
}

/** RFC 3339, to the second (`2006-01-02T15:04:05Z`). */
export function dateTime(description: string, options: CommonOptions = {}) {
  return Type.String({ description, format: 'date-time', ...options })
}

export function integer(description: string, options: IntegerOptions = {}) {
  return Type.Integer({ description, ...options })
}

export function int32(description: string, options: Omit<IntegerOptions, 'format'> = {}) {
  return Type.Integer({ description, format: 'int32', ...options })
}

export function int64(description: string, options: Omit<IntegerOptions, 'format'> = {}) {
  return Type.Integer({ description, format: 'int64', ...options })
}

export function boolean(description: string, options: CommonOptions = {}) {
  return Type.Boolean({ description, ...options })
}

/** Either an integer or a string, such as a port number or a port's name. */
export function intOrString(description: string, options: Pick<TextOptions, 'pattern'> = {}) {
  return Type.Unsafe<number | string>({
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
    description,
    ...options,
  })
}

const quantityPattern =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$'

/** An amount in Kubernetes' notation: `500m`, `2`, `10Gi`. */
export function quantity(description: string) {
  return intOrString(description, { pattern: quantityPattern })
}

export function list<Item extends TSchema>(
  description: string,
  item: Item,
  options: ListOptions = {},
): TArray<Item> {
  return Type.Array(item, { description, ...options })
}

/** A list whose items are told apart by `keys`, so that several appliers can each own some of them. */
export function keyedList<Item extends TSchema>(
  description: string,
  keys: readonly string[],
  item: Item,
  options: ListOptions = {},
): TArray<Item> {
  return Type.Array(item, {
    description,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    ...options,
  })
}

/** A list that is replaced as a whole. */
export function atomicList<Item extends TSchema>(
  description: string,
  item: Item,
  options: ListOptions = {},
): TArray<Item> {
  return Type.Array(item, { description, 'x-kubernetes-list-type': 'atomic', ...options })
}

/** A list without repetitions, whose order means nothing. */
export function set<Item extends TSchema>(
  description: string,
  item: Item,
  options: ListOptions = {},
): TArray<Item> {
  return Type.Array(item, { description, 'x-kubernetes-list-type': 'set', ...options })
}

/** Free keys with values of one schema. */
export function map<Value extends TSchema>(description: string, value: Value, options: MapOptions = {}) {
  return Type.Unsafe<Record<string, Static<Value>>>({
    type: 'object',
    additionalProperties: value,
    description,
    ...options,
  })
}

/** A value of a map or a list, which needs no description beside that of the map or list. */
export function plainText(options: TextOptions = {}) {
  return Type.String({ ...options })
}

export function object<Fields extends TProperties>(
  description: string,
  fields: Fields,
  options: ObjectOptions = {},
): TObject<Fields> {
  return withoutEmptyKeywords(Type.Object(fields, { description, ...options }))
}

/** An object with any fields at all, kept as they are. */
export function anyObject(description: string, options: CommonOptions = {}) {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    description,
    ...options,
  })
}

/** Any JSON at all, kept as it is. */
export function anyValue(description: string) {
  return Type.Unsafe<unknown>({ 'x-kubernetes-preserve-unknown-fields': true, description })
}

/** Marks a field that may be left out. */
export function optional<Schema extends TSchema>(schema: Schema) {
  return Type.Optional(schema)
}

/** A schema written out by hand, with the TypeScript type that it stands for. */
export function written<Value>(schema: StructuralSchema) {
  return Type.Unsafe<Value>(schema)
}

/** Empty keywords say nothing, and JSON schema draft 4, OpenAPI's ancestor, forbids an empty `required`. */
function withoutEmptyKeywords<Fields extends TProperties>(schema: TObject<Fields>): TObject<Fields> {
  const keywords = schema as { required?: readonly string[]; properties?: TProperties }
  if (keywords.required?.length === 0) delete keywords.required
  if (Object.keys(keywords.properties ?? {}).length === 0) delete keywords.properties
  return schema
}
