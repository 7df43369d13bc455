import { toldFaults } from './faults-length.ts'
import { type FieldError, formatFieldError } from './field-error.ts'

/** The reasons of Kubernetes' `metav1.Status` that this server answers with. */
export type StatusReason =
  | ''
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable'

export interface StatusCause {
  reason?: string
  message?: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

/** Kubernetes' answer to everything that is not an object. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: { remainingItemCount?: number; continue?: string; resourceVersion?: string }
  status: 'Success' | 'Failure'
  message?: string
  reason?: StatusReason
  details?: StatusDetails
  code: number
}

/** A group and plural (`workloads` in `compute.datumapis.com`): how errors name a resource. */
export interface GroupResource {
  readonly group: string
  readonly resource: string
}

/**
 * The one error that callers of the registry meet. The HTTP face sends its `status` as it is;
 * anything else that is thrown is a bug and becomes an InternalError.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly status: Status
  /** Texts for `Warning` headers: what was found before the request was refused. */
  warnings: readonly string[] = []

  constructor(status: Status) {
    super(status.message ?? status.reason ?? '')
    this.status = status
  }

  get reason(): StatusReason {
    return this.status.reason ?? ''
  }

  get code(): number {
    return this.status.code
  }
}

/** True when `error` is a StatusError with this reason: how reconcilers tell outcomes apart. */
export function isReason(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof StatusError && error.reason === reason
}

function failure(code: number, reason: StatusReason, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code,
  })
}

function qualified(resource: GroupResource): string {
  return resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`
}

function detailsOf(resource: GroupResource, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    ...(resource.resource === '' ? {} : { kind: resource.resource }),
  }
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return failure(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name))
}

/** `isEnding`: what exists is being deleted. */
export function alreadyExists(resource: GroupResource, name: string, isEnding = false): StatusError {
  return failure(
    409,
    'AlreadyExists',
    `${isEnding ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  )
}

export function conflict(
  resource: GroupResource,
  name: string,
  reason: string,
  causes?: StatusCause[],
): StatusError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${reason}`,
    {
      ...detailsOf(resource, name),
      ...(causes ? { causes } : {}),
    },
  )
}

/** A stale `resourceVersion`: the words that every client-go retry loop looks for. */
export function staleObject(resource: GroupResource, name: string): StatusError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )
}

/** Server-side apply met fields of other managers; one cause per field, managers named in the message. */
export function applyConflict(message: string, causes: StatusCause[]): StatusError {
  return failure(409, 'Conflict', message, { causes })
}

/**
 * 422 with every fault at once, as far as somebody may want to read them. `kind` is the CamelCase kind, as Kubernetes has
 * it here and only here; the message sorts nothing: faults appear in the order found, each once.
 */
export function invalidObject(
  group: string,
  kind: string,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const told = withinLength(errors)
  const texts = [...new Set(told.map(formatFieldError))]
  if (told.length < errors.length) texts.push(`and ${errors.length - told.length} more`)
  const joined = texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`
  return failure(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${joined}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    ...(kind === '' ? {} : { kind }),
    causes: told.map((error) => ({ reason: error.type, message: error.message, field: error.field })),
  })
}

function withinLength(errors: readonly FieldError[]): readonly FieldError[] {
  const lengthOf = (index: number) => {
    const { field = '', message = '' } = errors[index] ?? {}
    return field.length + message.length
  }
  const told = toldFaults(errors.length, lengthOf)
  return told === errors.length ? errors : errors.slice(0, told)
}

export function forbidden(
  resource: GroupResource,
  name: string,
  detail: string,
  causes?: StatusCause[],
): StatusError {
  const message =
    resource.resource === ''
      ? `forbidden: ${detail}`
      : name === ''
        ? `${qualified(resource)} is forbidden: ${detail}`
        : `${qualified(resource)} "${name}" is forbidden: ${detail}`
  return failure(403, 'Forbidden', message, { ...detailsOf(resource, name), ...(causes ? { causes } : {}) })
}

export function unauthorized(message = 'Unauthorized'): StatusError {
  return failure(401, 'Unauthorized', message)
}

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message)
}

export function methodNotAllowed(resource: GroupResource, action: string): StatusError {
  return failure(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind "${qualified(resource)}"`,
    detailsOf(resource, ''),
  )
}

/** 404 of a path that a served group version has not. */
export function noSuchPath(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** 405 of a path that is there, for other methods. */
export function noSuchMethod(): StatusError {
  return failure(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  )
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)
}

/** 406 of a compiled-in path that is not there for any of the types asked for. */
export function noRepresentation(available: readonly string[]): StatusError {
  return failure(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`,
    {},
  )
}

/** 415 of a compiled-in kind whose paths are not there for the type of the body. */
export function unsupportedBody(): StatusError {
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return failure(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )
}

export function requestEntityTooLarge(detail: string): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity too large: ${detail}`)
}

/** 410: the revision asked for has been compacted; clients answer with a fresh list. */
export function expired(message: string): StatusError {
  return failure(410, 'Expired', message)
}

/** 504 with the cause that client-go's reflectors handle by waiting and trying again. */
export function resourceVersionTooLarge(requested: number, current: number): StatusError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return failure(429, 'TooManyRequests', message, { retryAfterSeconds })
}

export function serviceUnavailable(message: string): StatusError {
  return failure(503, 'ServiceUnavailable', message)
}

/** A bug of ours, told without its stack. */
export function internalError(message: string): StatusError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  })
}
