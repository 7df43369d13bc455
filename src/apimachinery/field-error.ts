import { formatGoFloat, isGoInteger } from './go-float.ts'
import { quoteText } from './quoted-text.ts'

/** The kinds of fault that Kubernetes reports for a field, with the cause reason that clients see. */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'

/** One fault at one place of an object; `message` is the text after the path, in Kubernetes' words. */
export interface FieldError {
  readonly type: FieldErrorType
  /** Kubernetes' field path: `spec.placements[0].name`, `metadata.annotations[example.com/key]`. */
  readonly field: string
  readonly message: string
}

/** The path of a named field below `parent`. */
export function childPath(parent: string, field: string): string {
  return parent === '' ? field : `${parent}.${field}`
}

/** The path of a list index or a map key below `parent`. */
export function keyPath(parent: string, key: number | string): string {
  return `${parent}[${key}]`
}

/** How Kubernetes shows a bad value: a text in Go's quotes, anything else as JSON, and nothing at all as `null`. */
export function formatBadValue(value: unknown): string {
  if (typeof value === 'string') return quoteText(value)
  if (typeof value === 'number' && !isGoInteger(value)) return formatGoFloat(value)
  // as Go's encoder has it, safe inside of HTML
  return JSON.stringify(value ?? null).replaceAll(/[<>&\u2028\u2029]/g, (each) => {
    return `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`
}

/**
 * A fault whose text is made when somebody reads it: a body can have ten thousands, each of which shows a list of ten
 * thousands, and not all of them are told.
 */
function lazily(type: FieldErrorType, field: string, write: () => string): FieldError {
  let written: string | undefined
  return {
    type,
    field,
    get message() {
      written ??= write()
      return written
    },
  }
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, message: withDetail('Required value', detail) }
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return lazily('FieldValueInvalid', field, () =>
    withDetail(`Invalid value: ${formatBadValue(value)}`, detail),
  )
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return lazily('FieldValueTypeInvalid', field, () =>
    withDetail(`Invalid value: ${formatBadValue(value)}`, detail),
  )
}

/** Supported values are listed in the order given, each quoted, as `field.NotSupported` does. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  return lazily('FieldValueNotSupported', field, () => {
    const detail =
      supported.length > 0
        ? `supported values: ${supported.map((each) => JSON.stringify(each)).join(', ')}`
        : ''
    return withDetail(`Unsupported value: ${formatBadValue(value)}`, detail)
  })
}

export function duplicate(field: string, value: unknown): FieldError {
  return lazily('FieldValueDuplicate', field, () => `Duplicate value: ${formatBadValue(value)}`)
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) }
}

export function fieldNotFound(field: string, value: unknown): FieldError {
  return lazily('FieldValueNotFound', field, () => `Not found: ${formatBadValue(value)}`)
}

/** `limit` is in bytes; the value itself is not repeated, as it is long. */
export function tooLong(field: string, limit: number): FieldError {
  return {
    type: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${limit} byte${limit === 1 ? '' : 's'}`,
  }
}

export function tooMany(field: string, actual: number, limit: number): FieldError {
  return {
    type: 'FieldValueTooMany',
    field,
    message: `Too many: ${actual}: must have at most ${limit} item${limit === 1 ? '' : 's'}`,
  }
}

export function internalFieldError(field: string, detail: string): FieldError {
  return { type: 'InternalError', field, message: withDetail('Internal error', detail) }
}

/** `path: message`, the form in which one fault appears inside a Status message. */
export function formatFieldError(error: FieldError): string {
  return `${error.field}: ${error.message}`
}
