import { formatObjectKey } from '../../apimachinery/object.ts'
import type { ObservedKind } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'
import { cityCodeTopologyKey, Location, type LocationObject } from '../../schemas/networking/location.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'

/** A Location in short. */
export interface CataloguedLocation extends LocationReference {
  /** Absent when its topology names none. */
  readonly cityCode: string | undefined
}

/** The Locations of every plane, kept by watching: they are few, and asked for in every pass. */
export interface LocationCatalogue {
  readonly observed: ObservedKind<LocationObject>
  /** By namespace, then name. */
  all(plane: Plane): readonly CataloguedLocation[]
  find(plane: Plane, reference: LocationReference): CataloguedLocation | undefined
  /** The first one in the city. */
  inCity(plane: Plane, cityCode: string): CataloguedLocation | undefined
  forgetPlane(plane: Plane): void
}

export function createLocationCatalogue(): LocationCatalogue {
  const planes = new Map<Plane, Map<string, CataloguedLocation>>()
  const sorted = new Map<Plane, readonly CataloguedLocation[]>()

  const catalogue: LocationCatalogue = {
    observed: {
      kind: Location,
      observe({ plane, type, key, object }) {
        const { namespace = '', name } = key
        let locations = planes.get(plane)
        if (!locations) {
          locations = new Map()
          planes.set(plane, locations)
        }
        sorted.delete(plane)
        if (type === 'DELETED') locations.delete(formatObjectKey(key))
        else {
          const cityCode = object.spec?.topology[cityCodeTopologyKey]
          locations.set(formatObjectKey(key), { namespace, name, cityCode })
        }
        return []
      },
    },
    all(plane) {
      let list = sorted.get(plane)
      if (!list) {
        list = [...(planes.get(plane)?.values() ?? [])].sort(byNamespaceAndName)
        sorted.set(plane, list)
      }
      return list
    },
    find: (plane, reference) => planes.get(plane)?.get(formatObjectKey(reference)),
    inCity: (plane, cityCode) => catalogue.all(plane).find((location) => location.cityCode === cityCode),
    forgetPlane(plane) {
      planes.delete(plane)
      sorted.delete(plane)
    },
  }
  return catalogue
}

function byNamespaceAndName(left: LocationReference, right: LocationReference): number {
  if (left.namespace !== right.namespace) return left.namespace < right.namespace ? -1 : 1
  return left.name < right.name ? -1 : 1
}
