import { forbidden, type StatusError } from '../apimachinery/errors.ts'
import type { AccessAttributes, Authorize, Caller } from '../registry/kind.ts'

/** Refuses with 403, in Kubernetes' words, what `authorize` does not allow. */
export async function requireAccess(
  authorize: Authorize,
  user: Caller,
  attributes: AccessAttributes,
): Promise<void> {
  const decision = await authorize(user, attributes)
  if (!decision.allowed) throw accessDenied(user, attributes, decision.reason)
}

/** `reason` is added to the message when there is one. */
export function accessDenied(user: Caller, attributes: AccessAttributes, reason = ''): StatusError {
  const { resource, group = '', name = '' } = attributes
  const message = denial(user, attributes)
  return forbidden(
    { group: resource === undefined ? '' : group, resource: resource ?? '' },
    name,
    reason === '' ? message : `${message}: ${reason}`,
  )
}

function denial(user: Caller, attributes: AccessAttributes): string {
  const { verb, resource, subresource, group = '', namespace, path = '' } = attributes
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`
  if (resource === undefined) return `${who} path ${JSON.stringify(path)}`
  const what = subresource === undefined ? resource : `${resource}/${subresource}`
  const where =
    namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  return `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`
}
