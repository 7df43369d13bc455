import { conflict, type StatusError } from '../apimachinery/errors.ts'
import type { ObjectKey } from '../apimachinery/object.ts'
import { groupResource, type Kind } from './kind.ts'

/** Where a real server keeps an object, which it tells when a precondition fails. */
function storagePath({ group, names }: Kind, { namespace, name }: ObjectKey): string {
  const place = group === '' || group === 'coordination.k8s.io' ? names.plural : `${group}/${names.plural}`
  return `/registry/${place}/${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** 409 where the object is not the one that the caller means, in the words of a real server's storage. */
export function preconditionFailed(
  kind: Kind,
  key: ObjectKey,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  found: string,
): StatusError {
  const detail = `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`
  return conflict(
    groupResource(kind),
    key.name,
    `StorageError: invalid object, Code: 4, Key: ${storagePath(kind, key)}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
  )
}
