import { deepEqual } from '../apimachinery/equality.ts'
import type { ObjectMeta, OwnerReference } from '../apimachinery/object.ts'

/**
 * Drops references that are there twice, field by field, and returns what to warn of. Of a PATCH a real server says
 * that it looked after mutating admission; of other writes it does not.
 */
export function dropDuplicateOwners(metadata: ObjectMeta, isPatch: boolean): string[] {
  const kept: OwnerReference[] = []
  const duplicates: string[] = []
  for (const reference of metadata.ownerReferences ?? []) {
    if (kept.some((other) => other.uid === reference.uid && deepEqual(other, reference))) {
      duplicates.push(reference.uid)
    } else kept.push(reference)
  }
  if (duplicates.length === 0) return []
  metadata.ownerReferences = kept
  const when = isPatch ? ' after mutating admission happens' : ''
  return [
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(', ')}`,
  ]
}
