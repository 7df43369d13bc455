import type { TObject, TProperties } from 'typebox'
import type { StructuralSchema } from '../registry/structural-schema.ts'
import { object, optional, text } from './field.ts'

/**
 * The thunk that a KindVersion wants: `make` runs on first use, and once. Schemas are values that never change,
 * so remembering one is not state.
 */
export function onFirstUse(make: () => unknown): () => StructuralSchema {
  let made: StructuralSchema | undefined
  return () => {
    made ??= make() as StructuralSchema
    return made
  }
}

/** The schema of a whole object: the head and metadata that every kind has, and the kind's own top-level fields. */
export function objectSchema<Fields extends TProperties>(description: string, fields: Fields): TObject {
  return object(description, {
    apiVersion: optional(
      text(
        'The group and version in which this object is written, such as `networking.datumapis.com/v1alpha`.',
      ),
    ),
    kind: optional(text('The kind of this object, in CamelCase; the URL of a request says the same.')),
    metadata: optional(
      object('The name, labels, annotations, owners and history that every object has.', {}),
    ),
    ...fields,
  }) as unknown as TObject
}
