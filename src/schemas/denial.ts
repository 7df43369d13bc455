import { StatusError } from '../apimachinery/errors.ts'

/**
 * A plain "no" of an admission webhook: 403 with a message alone. The registry puts the webhook's name in front of it.
 */
export function denied(message: string): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Forbidden',
    code: 403,
  })
}
