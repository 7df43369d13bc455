import { forbidden, type GroupResource, StatusError } from './errors.ts'

/** A refusal by what is a ValidatingAdmissionPolicy on a deployed server. It is told as that, not as a webhook's. */
export class PolicyRefusal extends StatusError {}

/** In the words of a real server, which says `forbidden` whatever the reason is; that is `Invalid` where no other is set. */
export function refusedByPolicy(
  policy: { readonly name: string; readonly binding: string },
  resource: GroupResource,
  name: string,
  why: string,
): PolicyRefusal {
  const message = `ValidatingAdmissionPolicy '${policy.name}' with binding '${policy.binding}' denied request: ${why}`
  const { status } = forbidden(resource, name, message, [{ message }])
  return new PolicyRefusal({ ...status, reason: 'Invalid', code: 422 })
}
