import {
  type FieldError,
  forbiddenField,
  internalFieldError,
  invalid,
  required,
} from '../../apimachinery/field-error.ts'
import { checkDns1123Label } from '../../apimachinery/names.ts'
import type { NetworkAccess } from './network-access.ts'
import type { NetworkInterface } from './network-interface.ts'

export function checkNetworkInterfaces(
  path: string,
  interfaces: readonly NetworkInterface[],
  access: NetworkAccess,
): FieldError[] {
  if (interfaces.length === 0) return [required(path, 'must define at least one network interface')]
  return interfaces.flatMap(({ network }, index) => {
    const networkPath = `${path}[${index}].network`
    return [
      ...checkDns1123Label(network.name).map((message) => invalid(`${networkPath}.name`, network, message)),
      ...checkAccess(networkPath, access.mayUse(network.name)),
    ]
  })
}

function checkAccess(path: string, answer: boolean | Error): FieldError[] {
  if (answer === true) return []
  if (answer === false) return [forbiddenField(path, 'permission to use the network was denied')]
  return [
    internalFieldError(path, `failed creating SubjectAccessReview for Network access: ${answer.message}`),
  ]
}
