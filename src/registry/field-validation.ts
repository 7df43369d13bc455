import { badRequest, type StatusError } from '../apimachinery/errors.ts'
import type { Resource } from './kind.ts'
import type { WriteOptions } from './registry.ts'

/** `strict decoding error: duplicate field "a", unknown field "b"`, in the words of a real server. */
export function strictDecodingMessage(unknown: readonly string[], duplicates: readonly string[]): string {
  return `strict decoding error: ${fieldWarnings(unknown, duplicates).join(', ')}`
}

/** One text per field, as `Warning` headers carry them. */
function fieldWarnings(unknown: readonly string[], duplicates: readonly string[]): string[] {
  return [
    ...duplicates.map((field) => `duplicate field ${JSON.stringify(field)}`),
    ...unknown.map((field) => `unknown field ${JSON.stringify(field)}`),
  ]
}

/** A body that is no object of its kind: the words in which a real server says so. */
export function undecodable(resource: Resource, detail: string): StatusError {
  const kind = resource.kind.names.kind
  return badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${detail}`)
}

/**
 * What becomes of fields that the schema does not know and of fields sent twice: nothing, warnings, or a refusal
 * made by `refuse` from the message.
 */
export function checkFields(
  options: WriteOptions,
  unknown: readonly string[],
  refuse: (message: string) => StatusError,
): string[] {
  const duplicates = options.duplicateFields ?? []
  if (unknown.length === 0 && duplicates.length === 0) return []
  switch (options.fieldValidation ?? 'Warn') {
    case 'Ignore':
      return []
    case 'Warn':
      return fieldWarnings(unknown, duplicates)
    case 'Strict':
      throw refuse(strictDecodingMessage(unknown, duplicates))
  }
}
