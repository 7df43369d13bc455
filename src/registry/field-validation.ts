import { badRequest, type StatusError } from '../apimachinery/errors.ts'
import { toldTexts } from '../apimachinery/faults-length.ts'
import type { Resource } from './kind.ts'
import type { WriteOptions } from './registry.ts'

/**
 * Of how many unknown fields a real server's decoder tells: of what it has a type for, and of the metadata of a custom
 * resource. What a schema does not know is told to the last.
 */
export const mostUnknownFields = 100

/** One text per field, as `Warning` headers carry them. */
export function describeFields(unknown: readonly string[], duplicates: readonly string[]): string[] {
  return [
    ...duplicates.map((field) => `duplicate field ${JSON.stringify(field)}`),
    ...unknown.map((field) => `unknown field ${JSON.stringify(field)}`),
  ]
}

/** What a YAML decoder says of keys that came twice, all in one. */
export function yamlErrors(duplicateKeys: readonly string[]): string[] {
  if (duplicateKeys.length === 0) return []
  return [`yaml: unmarshal errors:\n${duplicateKeys.map((text) => `  ${text}`).join('\n')}`]
}

/** A body that is no object of its kind: the words in which a real server says so. */
export function undecodable(resource: Resource, detail: string): StatusError {
  const kind = resource.kind.names.kind
  return badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${detail}`)
}

/**
 * What becomes of fields that the schema does not know, of fields sent twice, and of other faults of the document sent
 * (in words already): nothing, warnings, or a refusal made by `refuse` from the message.
 */
export function checkFields(
  options: WriteOptions,
  unknown: readonly string[],
  refuse: (message: string) => StatusError,
  faults: readonly string[] = [],
): string[] {
  const { duplicateKeys = [], duplicateFields = [] } = options
  const others = [...faults, ...describeFields(unknown, duplicateKeys.length > 0 ? [] : duplicateFields)]
  const found = [...duplicateKeys, ...others]
  if (found.length === 0) return []
  switch (options.fieldValidation ?? 'Warn') {
    case 'Ignore':
      return []
    case 'Warn':
      return found
    case 'Strict':
      throw refuse(
        `strict decoding error: ${toldTexts([...yamlErrors(duplicateKeys), ...others]).join(', ')}`,
      )
  }
}
