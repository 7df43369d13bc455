import { StatusError } from './errors.ts'

/**
 * 422 for a patch that can be read but not done. A real server says no more than that there was an error in the
 * request; what it was is the `cause`, for the log.
 */
export function unprocessable(cause: Error): StatusError {
  const error = new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the server rejected our request due to an error in our request',
    reason: 'Invalid',
    details: {},
    code: 422,
  })
  error.cause = cause
  return error
}
