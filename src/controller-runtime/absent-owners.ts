import { type ObjectKey, type OwnerReference, parseGroupVersion } from '../apimachinery/object.ts'
import { rememberInOrder } from '../apimachinery/remember-in-order.ts'
import type { Kind } from '../registry/kind.ts'

/** As many as the cache of Kubernetes' collector holds. */
const most = 500

/** What an owner was that was seen to go. */
export interface GoneOwner {
  readonly kind: Kind
  readonly key: ObjectKey
}

/** The owners that were last seen to be nowhere, by uid. */
export interface AbsentOwners {
  has(uid: string): boolean
  /** Whether what is in `namespace` (undefined: in none) names an owner that was seen to go, as what it was. */
  knows(reference: OwnerReference, namespace: string | undefined): boolean
  /** `owner` is what it was; absent where nobody saw it. */
  add(uid: string, owner?: GoneOwner): void
}

export function createAbsentOwners(): AbsentOwners {
  const owners = new Map<string, GoneOwner | undefined>()
  return {
    has: (uid) => owners.has(uid),
    knows({ apiVersion, kind, name, uid }, namespace) {
      const owner = owners.get(uid)
      if (owner === undefined || owner.key.name !== name) return false
      if (owner.key.namespace !== undefined && owner.key.namespace !== namespace) return false
      return owner.kind.names.kind === kind && owner.kind.group === parseGroupVersion(apiVersion).group
    },
    add(uid, owner) {
      rememberInOrder(owners, uid, owner, most)
    },
  }
}
