import type { ObjectKey } from '../apimachinery/object.ts'
import type { Kind } from './kind.ts'
import type { Plane } from './registry.ts'

/**
 * Where objects lie in the store: `<plane>/<group>/<plural>/[<namespace>/]<name>`, as in Kubernetes' own key space,
 * so that a collection, a namespace of it, and a whole plane are each one prefix, and keys sort by namespace, then name.
 */

/** The core group has an empty name; a segment needs one that no real group can have. */
const coreGroup = '-'

/** Everything of one plane. */
export function planePrefix(plane: Plane): string {
  return `${plane}/`
}

/** Every object of a kind on a plane, or in one namespace of it. */
export function collectionPrefix(plane: Plane, kind: Kind, namespace?: string): string {
  const collection = `${plane}/${kind.group === '' ? coreGroup : kind.group}/${kind.names.plural}/`
  return namespace === undefined || kind.scope === 'Cluster' ? collection : `${collection}${namespace}/`
}

export function objectKey(plane: Plane, kind: Kind, key: ObjectKey): string {
  return collectionPrefix(plane, kind, key.namespace) + key.name
}

/** The inverse of `objectKey`, for a key that is known to be of this kind. */
export function parseObjectKey(plane: Plane, kind: Kind, key: string): ObjectKey {
  const rest = key.slice(collectionPrefix(plane, kind).length)
  if (kind.scope === 'Cluster') return { name: rest }
  const slash = rest.indexOf('/')
  return { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) }
}
