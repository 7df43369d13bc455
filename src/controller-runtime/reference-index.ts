import { deepEqual } from '../apimachinery/equality.ts'
import { formatObjectKey, type KubernetesObject, type ObjectKey } from '../apimachinery/object.ts'
import type { Kind } from '../registry/kind.ts'
import type { Plane } from '../registry/registry.ts'
import type { ObservedKind } from './reconciler.ts'

/**
 * Which objects of a kind refer to what, for references that are neither owners nor labels: kept by watching, so
 * that a change of what is referred to finds those whom it concerns without a list of everything.
 */
export interface ReferenceIndex<T extends KubernetesObject> {
  /** Goes into `observes` of the reconciler. */
  readonly observed: ObservedKind<T>
  /** The keys of the objects that refer to `reference`. */
  find(plane: Plane, reference: string): readonly ObjectKey[]
  forgetPlane(plane: Plane): void
}

interface PlaneIndex {
  readonly byReference: Map<string, Map<string, ObjectKey>>
  readonly byObject: Map<string, readonly string[]>
}

/** `referencesOf` names what an object refers to, in words that `find` is asked with. */
export function createReferenceIndex<T extends KubernetesObject>(
  kind: Kind<T>,
  referencesOf: (object: T) => readonly string[],
): ReferenceIndex<T> {
  const planes = new Map<Plane, PlaneIndex>()

  function indexOf(plane: Plane): PlaneIndex {
    let index = planes.get(plane)
    if (!index) {
      index = { byReference: new Map(), byObject: new Map() }
      planes.set(plane, index)
    }
    return index
  }

  function remove({ byReference, byObject }: PlaneIndex, name: string): void {
    for (const reference of byObject.get(name) ?? []) {
      const keys = byReference.get(reference)
      keys?.delete(name)
      if (keys?.size === 0) byReference.delete(reference)
    }
    byObject.delete(name)
  }

  return {
    observed: {
      kind,
      observe({ plane, type, key, object }) {
        const index = indexOf(plane)
        const name = formatObjectKey(key)
        const references = type === 'DELETED' ? [] : referencesOf(object)
        // Most changes of an object change nothing about what it refers to.
        if (deepEqual(references, index.byObject.get(name) ?? [])) return []
        remove(index, name)
        if (references.length === 0) return []
        index.byObject.set(name, references)
        for (const reference of references) {
          const keys = index.byReference.get(reference)
          if (keys) keys.set(name, key)
          else index.byReference.set(reference, new Map([[name, key]]))
        }
        return []
      },
    },
    find: (plane, reference) => [...(planes.get(plane)?.byReference.get(reference)?.values() ?? [])],
    forgetPlane: (plane) => planes.delete(plane),
  }
}
