import type { Logger } from 'pino'
import type { Clock } from './apimachinery/clock.ts'
import type { Ids } from './apimachinery/ids.ts'
import type { KubernetesObject } from './apimachinery/object.ts'
import type { ControlPlaneLimits } from './limits.ts'
import type { Seeds } from './seeds.ts'
import type { Credentials } from './server/credentials.ts'

/** Everything that a set of control planes is made from: no environment variable, no clock and no file is read elsewhere. */
export interface ControlPlaneOptions {
  /** The SQLite file of the state, in an existing folder; `:memory:` keeps none. */
  readonly path: string
  /** With `:memory:`: what another set's `snapshot` gave. This one begins as that one was, without seeds of its own. */
  readonly image?: Uint8Array
  /** `full`: a write is answered when the disk has it. Default `normal`. */
  readonly durability?: 'normal' | 'full'
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Certificates, the key that signs tokens, and the personal access tokens: part of the state. */
  readonly credentials: Credentials
  /** Addresses to listen on; those that this machine does not have are left out, unless none remains. */
  readonly listen: readonly string[]
  /** 0 takes a free one. */
  readonly port: number
  /** Host names, beside the loopback's and the addresses listened on, under which requests are answered. */
  readonly hostNames?: readonly string[]
  /** `open`: a caller without a token is the seeded user. Default `token`. */
  readonly authentication?: 'token' | 'open'
  /** The answer to a missing or bad token: 403 as Datum documents it, 401 as Kubernetes does. Default 403. */
  readonly badToken?: 401 | 403
  /** What an empty state is filled with; absent: nothing. */
  readonly seeds?: Seeds | undefined
  /** Whether every new project gets the Locations and the Network of the first. Default false. */
  readonly seedProjects?: boolean
  /** Names of reconcilers that are left to somebody else; `all`: every one of Datum's kinds and the provider. */
  readonly withoutReconcilers?: readonly string[]
  /** How fast the simulated provider works. Default `instant`. */
  readonly pace?: 'instant' | 'realistic' | 'manual'
  /** Images (regular expressions) that the simulated provider cannot start. */
  readonly failImages?: readonly string[]
  /** Locations at which the simulated provider fails. */
  readonly failLocations?: readonly string[]
  /** IPv4 range of external addresses. Default 198.18.0.0/15. */
  readonly externalPool?: string
  /**
   * How long (milliseconds) the place of an Instance that somebody has deleted stays empty, so that a client that waits
   * for its end sees it. Default 0: it is filled at once.
   */
  readonly replacementPause?: number
  /** Whether the sinks of export policies really receive metrics. Default false: nothing leaves this process. */
  readonly exportTelemetry?: boolean
  /** CustomResourceDefinitions that are served on every plane from the start. */
  readonly definitions?: readonly KubernetesObject[]
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<ControlPlaneLimits>
  /** Hears an audit.k8s.io/v1 Event for each stage of a request. */
  readonly audit?: (event: object) => void
}
