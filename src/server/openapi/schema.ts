import type { StructuralSchema } from '../../registry/structural-schema.ts'

/** A schema as it is published: a structural schema that may also refer to components and name its kinds. */
export interface OpenApiSchema
  extends Omit<StructuralSchema, 'properties' | 'items' | 'additionalProperties' | 'allOf'> {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, OpenApiSchema>>
  readonly items?: OpenApiSchema
  readonly additionalProperties?: boolean | OpenApiSchema
  readonly allOf?: readonly OpenApiSchema[]
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[]
  readonly 'x-kubernetes-selectable-fields'?: readonly { readonly fieldPath: string }[]
}

export interface GroupVersionKind {
  readonly group: string
  readonly kind: string
  readonly version: string
}

/** The two languages in which documents are written; they differ in references and in what a schema may say. */
export interface Dialect {
  /** Whether an object that admits any field still tells of those that it knows. */
  readonly namesFieldsOfOpenObjects: boolean
  /** A property that is of a component's type, described in its place. */
  reference(component: string, description?: string): OpenApiSchema
  /** A structural schema (below the head of an object) in the dialect's words. */
  convert(schema: StructuralSchema): OpenApiSchema
}
