import type { ObjectMeta, OwnerReference } from '../apimachinery/object.ts'

/**
 * Drops references that are there twice, field by field, and returns what to warn of. Of a PATCH a real server says
 * that it looked after mutating admission; of other writes it does not.
 */
export function dropDuplicateOwners(metadata: ObjectMeta, isPatch: boolean): string[] {
  const { ownerReferences = [] } = metadata
  // Most have one.
  if (ownerReferences.length < 2) return []
  const kept = new Map<string, OwnerReference>()
  const duplicates: string[] = []
  for (const reference of ownerReferences) {
    const text = textOf(reference)
    if (kept.has(text)) duplicates.push(reference.uid)
    else kept.set(text, reference)
  }
  if (duplicates.length === 0) return []
  metadata.ownerReferences = [...kept.values()]
  const when = isPatch ? ' after mutating admission happens' : ''
  return [
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(', ')}`,
  ]
}

/** The same for what is equal: an object may name tens of thousands, so that they cannot be compared in pairs. */
function textOf({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): string {
  return JSON.stringify([apiVersion, kind, name, uid, controller, blockOwnerDeletion])
}
