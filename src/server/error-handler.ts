import type { FastifyError } from 'fastify'
import type { Logger } from 'pino'
import {
  badRequest,
  internalError,
  requestEntityTooLarge,
  type Status,
  StatusError,
  unsupportedMediaType,
} from '../apimachinery/errors.ts'
import type { Limits } from './limits.ts'

/** Turns whatever was thrown into the Status that a client may see. */
export type StatusOf = (error: unknown, requestId: string) => Status

/** A StatusError is sent as it is, faults of HTTP get their code; the rest is a bug of ours: logged, and told without detail. */
export function createStatusOf({ log, limits }: { log: Logger; limits: Limits }): StatusOf {
  return (error, requestId) => {
    if (error instanceof StatusError) return error.status
    const fault = transportFault(error, limits)
    if (fault) return fault.status
    log.error({ err: error, requestId }, 'a request failed unexpectedly')
    return internalError(`the request could not be completed; the log has the cause under ${requestId}`)
      .status
  }
}

/** Faults that Fastify finds in a request before we see it. */
function transportFault(error: unknown, limits: Limits): StatusError | undefined {
  const { code, statusCode, message } = error as FastifyError
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return requestEntityTooLarge(`limit is ${limits.bodyBytes}`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType(['application/json', 'application/yaml'])
    case 'FST_ERR_BAD_URL':
      return badRequest('the request URL holds a malformed escape')
  }
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
    ? badRequest(message)
    : undefined
}
