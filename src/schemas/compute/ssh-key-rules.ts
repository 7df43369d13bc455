import { type FieldError, invalid, keyPath, required } from '../../apimachinery/field-error.ts'
import type { InstanceTemplate } from './instance-template.ts'
import { isAuthorizedKey } from './ssh-public-key.ts'

/** On the template of a virtual machine: who may log in, one `username:key` a line. */
const sshKeysAnnotation = 'compute.datumapis.com/ssh-keys'

/** `path` is that of the template; the deployed webhook leaves `metadata` out of what it points at. */
export function checkSshKeys(path: string, template: InstanceTemplate): FieldError[] {
  if (template.spec.runtime.virtualMachine === undefined) return []
  const annotationPath = keyPath(`${path}.annotations`, sshKeysAnnotation)
  const keys = template.metadata?.annotations?.[sshKeysAnnotation]
  if (keys === undefined) return [required(annotationPath)]
  return keys
    .trim()
    .split('\n')
    .flatMap((line, index) => checkLine(`${annotationPath}[${index}]`, line))
}

function checkLine(path: string, line: string): FieldError[] {
  const colon = line.indexOf(':')
  if (colon === -1) return [invalid(path, line, "must be in the format 'username:key'")]
  const key = line.slice(colon + 1)
  return [
    ...(colon === 0 ? [required(path, 'must provide a username')] : []),
    ...(isAuthorizedKey(key) ? [] : [invalid(path, key, 'must be a valid SSH public key')]),
  ]
}
