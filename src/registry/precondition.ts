import { conflict, type StatusError } from '../apimachinery/errors.ts'
import type { ObjectKey } from '../apimachinery/object.ts'
import { groupResource, type Kind } from './kind.ts'

/** Where a real server keeps an object, which it tells when a precondition fails; of a dry run below no root. */
function storagePath({ group, names }: Kind, { namespace, name }: ObjectKey, dryRun: boolean): string {
  const place = group === '' || group === 'coordination.k8s.io' ? names.plural : `${group}/${names.plural}`
  return `${dryRun ? '' : '/registry'}/${place}/${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** 409 where what is to be replaced is not the object that the caller means, in the words of a real server's storage. */
export function otherIdentity(
  kind: Kind,
  key: ObjectKey,
  wanted: string,
  found: string,
  dryRun = false,
): StatusError {
  const detail = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${found}`
  return conflict(
    groupResource(kind),
    key.name,
    `StorageError: invalid object, Code: 4, Key: ${storagePath(kind, key, dryRun)}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
  )
}

/** 409 where what is to be deleted is not what the caller means. It names the kind where others name the resource. */
export function deletionRefused(
  { group, names }: Kind,
  key: ObjectKey,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  found: string,
): StatusError {
  const guess = field === 'UID' ? 'deleted and then recreated' : 'modified'
  return conflict(
    { group, resource: names.kind },
    key.name,
    `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${found}). The object might have been ${guess}`,
  )
}

/** The same where the store of the kind sees to its deletion itself. */
export function ownDeletionRefused(
  kind: Kind,
  key: ObjectKey,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  found: string,
): StatusError {
  return conflict(
    groupResource(kind),
    key.name,
    `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`,
  )
}
