import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { Store } from '../storage/store.ts'
import type { AdmissionClient } from './admission.ts'
import type { Authorize } from './kind.ts'
import type { KindCatalogue } from './kind-catalogue.ts'
import type { Plane } from './registry.ts'

/** What every verb of the registry works with. */
export interface Environment {
  readonly store: Store
  readonly catalogue: KindCatalogue
  readonly clock: Clock
  readonly ids: Ids
  readonly authorize: Authorize
  /** The door through which admission sees other objects of a plane. */
  admissionClient(plane: Plane): AdmissionClient
}
