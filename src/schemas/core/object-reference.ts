import { object, optional, text } from '../field.ts'

/** Names any object, or a part of one. */
export function objectReference(description: string) {
  return object(
    description,
    {
      apiVersion: optional(text('The group and version of the object.')),
      kind: optional(text('The kind of the object.')),
      namespace: optional(text('The namespace of the object.')),
      name: optional(text('The name of the object.')),
      uid: optional(text('The uid of the object.')),
      resourceVersion: optional(text('The version of the object that is meant, where a certain one is.')),
      fieldPath: optional(text('The part of the object that is meant, where it is not the whole.')),
    },
    { 'x-kubernetes-map-type': 'atomic' },
  )
}
