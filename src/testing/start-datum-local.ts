import { type Logger, pino } from 'pino'
import { type Clock, systemClock } from '../apimachinery/clock.ts'
import { type Ids, randomIds } from '../apimachinery/ids.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { createControlPlane } from '../control-plane.ts'
import type { ControlPlaneOptions } from '../control-plane-options.ts'
import type { ControlPlaneLimits } from '../limits.ts'
import { defaultSeeds, type Seeds } from '../seeds.ts'
import { type Credentials, completeCredentials } from '../server/credentials.ts'
import { type ControlPlaneName, formatKubeconfig } from '../server/kubeconfig.ts'
import type { TokenUser } from '../server/tokens.ts'

/** What a test may want otherwise than `datum-local start --memory --port 0` has it. */
export interface DatumLocalOptions {
  /** What there is at the beginning; default: the organization, user and project of a first start; `none`: nothing. */
  readonly seeds?: Seeds | 'none'
  /** Give every new project the Locations and the Network of the first. */
  readonly seedProjects?: boolean
  /** Default: the machine's; see `createManualClock`. */
  readonly clock?: Clock
  /** Default: chance; `seededIds(1)` names everything the same in every run. */
  readonly ids?: Ids
  readonly pace?: ControlPlaneOptions['pace']
  readonly withoutReconcilers?: readonly string[]
  readonly failImages?: readonly string[]
  readonly failLocations?: readonly string[]
  readonly externalPool?: string
  /**
   * How long (milliseconds) the place of an Instance that somebody has deleted stays empty; nothing settles it but the
   * clock. Default 0; the command takes 250, because `kubectl delete` would overlook what is replaced at once.
   */
  readonly replacementPause?: number
  /** Send metrics to the sinks of export policies. Default false. */
  readonly exportTelemetry?: boolean
  readonly authentication?: 'token' | 'open'
  readonly badToken?: 401 | 403
  /** CustomResourceDefinitions that are served on every plane. */
  readonly definitions?: readonly KubernetesObject[]
  /** A SQLite file that outlives the fixture; default: nothing does. */
  readonly path?: string
  /** Default: a free one. */
  readonly port?: number
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<ControlPlaneLimits>
  /** Default: errors only, on standard error. */
  readonly log?: Logger
}

/** A running set of control planes of one's own: nothing of it is shared with another in the same process. */
export interface DatumLocal extends AsyncDisposable {
  /** `https://127.0.0.1:<port>` */
  readonly url: string
  /** The same without TLS. */
  readonly httpUrl: string
  /** The certificate (PEM) of the authority that signed the server's. */
  readonly ca: string
  /** A bearer token of the seeded user that does not expire. */
  readonly token: string
  /** A personal access token of the seeded user, for the exchange. */
  readonly pat: string
  readonly organization: string | undefined
  readonly project: string | undefined
  /** The text of a kubeconfig for the seeded project; for the root where there is none. */
  readonly kubeconfig: string
  /** The text of a kubeconfig for any control plane, over HTTPS or plain HTTP. */
  kubeconfigFor(plane: ControlPlaneName, options?: { http?: boolean; user?: TokenUser }): Promise<string>
  /** A token for somebody else; `lifetime` is in milliseconds. */
  tokenFor(user: TokenUser): Promise<string>
  /** Resolves when every reconciler has done what there is to do now. */
  settle(): Promise<void>
  /** With `pace: 'manual'`: lets the simulated provider go one step further; resolves with how much waited for that. */
  advance(): Promise<number>
  /**
   * Another set that begins as this one is when everything is settled: the same objects, tokens and options, in memory,
   * on a port of its own. From then on neither sees what happens in the other. Takes milliseconds: prepare one set, and
   * give each test a fork of it.
   */
  fork(): Promise<DatumLocal>
  /** Ends it; twice is once. `await using` does the same. */
  stop(): Promise<void>
}

/**
 * Starts a set of control planes in this process, in memory, on a free port of the loopback. Resolves when it is ready.
 *
 *     await using datum = await startDatumLocal()
 *     const client = createClient(datum.kubeconfig)
 */
export async function startDatumLocal(options: DatumLocalOptions = {}): Promise<DatumLocal> {
  const { user } = options.seeds === 'none' ? defaultSeeds : (options.seeds ?? defaultSeeds)
  const credentials = completeCredentials({}, { names: [], user, clock: systemClock })
  return open(options, { credentials, path: options.path ?? ':memory:', port: options.port ?? 0 })
}

/** What a set has of its own, and a fork has from another. */
interface Beginning {
  readonly credentials: Credentials
  readonly path: string
  readonly port: number
  readonly image?: Uint8Array
  readonly token?: string
}

async function open(options: DatumLocalOptions, beginning: Beginning): Promise<DatumLocal> {
  const { credentials } = beginning
  const seeds = options.seeds === 'none' ? undefined : (options.seeds ?? defaultSeeds)
  const { user } = seeds ?? defaultSeeds
  const controlPlane = await createControlPlane({
    path: beginning.path,
    ...(beginning.image ? { image: beginning.image } : {}),
    clock: options.clock ?? systemClock,
    ids: options.ids ?? randomIds,
    log: options.log ?? pino({ level: 'error' }, pino.destination({ fd: 2, sync: true })),
    credentials,
    listen: ['127.0.0.1'],
    port: beginning.port,
    seeds,
    ...given(options, [
      'seedProjects',
      'pace',
      'withoutReconcilers',
      'failImages',
      'failLocations',
      'externalPool',
      'replacementPause',
      'exportTelemetry',
      'authentication',
      'badToken',
      'definitions',
      'limits',
    ]),
  })
  const { url, httpUrl, organization, project } = controlPlane
  const ca = credentials.authority.certificate
  const token = beginning.token ?? (await controlPlane.token())
  const home: ControlPlaneName = project === undefined ? { sort: 'root' } : { sort: 'project', name: project }
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= controlPlane.close()
    return stopping
  }
  return {
    url,
    httpUrl,
    ca,
    token,
    pat: credentials.personalAccessTokens[0]?.token ?? '',
    organization,
    project,
    kubeconfig: formatKubeconfig({ url, ca, token, user: user.name, plane: home }),
    async kubeconfigFor(plane, { http = false, user: other = user } = {}) {
      return formatKubeconfig({
        url: http ? httpUrl : url,
        ca,
        token: other === user ? token : await controlPlane.token(other),
        user: other.name,
        plane,
      })
    },
    tokenFor: (other) => controlPlane.token(other),
    settle: () => controlPlane.settle(),
    advance: () => controlPlane.advance(),
    async fork() {
      await controlPlane.settle()
      return open(options, {
        credentials,
        token,
        image: controlPlane.snapshot(),
        path: ':memory:',
        port: 0,
      })
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Those of `names` that were given: an absent option is not the same as one that is undefined. */
function given<T extends object, Name extends keyof T>(options: T, names: readonly Name[]): Given<T, Name> {
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  ) as Given<T, Name>
}

/** The same fields, each absent or with a value. */
type Given<T, Name extends keyof T> = { [Each in Name]?: Exclude<T[Each], undefined> }
