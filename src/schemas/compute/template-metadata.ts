import { list, map, object, optional, plainText, text } from '../field.ts'

/** The metadata of an object that does not exist yet, but is going to be made from a template. */
export function templateMetadata(description: string) {
  return object(description, {
    labels: optional(map('Labels of what is made from the template.', plainText())),
    annotations: optional(map('Annotations of what is made from the template.', plainText())),
    finalizers: optional(
      list('Accepted for compatibility; finalizers of a template are not used.', plainText()),
    ),
    name: optional(text('Accepted for compatibility; names are given by the controller.')),
    namespace: optional(text('Accepted for compatibility; the namespace is that of the owner.')),
  })
}
