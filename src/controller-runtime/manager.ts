import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import { type Caller, preferredResource } from '../registry/kind.ts'
import { type Plane, planeSort, type Registry } from '../registry/registry.ts'
import { createDispatcher, type Dispatcher } from './dispatcher.ts'
import { type ControllerLimits, defaultControllerLimits } from './limits.ts'
import type { ControllerMetrics } from './metrics.ts'
import { createPlaneControllers, type MachineryKinds, type PlaneControllers } from './plane-controllers.ts'
import type { Reconciler } from './reconciler.ts'

/** Runs the reconcilers, the garbage collector and the expiry of Events on every plane that is started. */
export interface Manager {
  /** Begins to work on a plane; resolves when all that is there has been seen. Starting twice is starting once. */
  startPlane(plane: Plane): Promise<void>
  /** Ends the work on a plane; resolves when no pass runs on it any more. */
  stopPlane(plane: Plane): Promise<void>
  /** The planes that are started. */
  readonly planes: readonly Plane[]
  /**
   * Resolves when nothing is left to do: every committed change has been told, and no key waits or is worked on.
   * What is to be done at a later time (a requeue, a retry) does not count before its time.
   */
  settle(): Promise<void>
  /** Ends the work on every plane. */
  stop(): Promise<void>
}

export interface ManagerOptions {
  readonly registry: Registry
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly reconcilers: readonly Reconciler[]
  /** The kinds that the machinery itself works with. */
  readonly kinds: MachineryKinds
  /** As whom reconcilers act. Default: `system:kube-controller-manager` in `system:masters`. */
  readonly user?: Caller
  /** Bounds that differ from the defaults. */
  readonly limits?: Partial<ControllerLimits>
  readonly metrics?: ControllerMetrics
}

const defaultUser: Caller = { name: 'system:kube-controller-manager', groups: ['system:masters'] }

export function createManager(options: ManagerOptions): Manager {
  const { registry, clock, ids, log, reconcilers, kinds, metrics } = options
  const user = options.user ?? defaultUser
  const dispatcher: Dispatcher = createDispatcher()
  const running = new Map<Plane, { controllers: PlaneControllers; started: Promise<void> }>()

  function start(plane: Plane) {
    const controllers = createPlaneControllers({
      plane,
      registry,
      user,
      clock,
      ids,
      log,
      dispatcher,
      kinds,
      metrics,
      limits: { ...defaultControllerLimits, ...options.limits },
      reconcilers: reconcilers.filter((reconciler) => reconciler.planes.includes(planeSort(plane))),
      // A definition at the root is served on every plane.
      onDefinitionChange() {
        for (const [other, { controllers: others }] of running) {
          if (other === plane || plane === 'root') dispatcher.run(() => others.kindsChanged())
        }
      },
    })
    const entry = { controllers, started: controllers.start() }
    running.set(plane, entry)
    return entry
  }

  /** True when everything that was committed until now has been told to the controllers. */
  async function isDelivered(): Promise<boolean> {
    for (const [plane, { controllers }] of running) {
      const { anyKind } = controllers.watches
      if (!anyKind) continue
      const { revision } = await registry.list({ plane, user }, preferredResource(anyKind), { limit: 1 })
      if (!controllers.watches.hasReached(revision)) return false
    }
    return true
  }

  const isQuiet = () =>
    dispatcher.idle && [...running.values()].every(({ controllers }) => !controllers.overdue)

  return {
    async startPlane(plane) {
      await (running.get(plane) ?? start(plane)).started
    },
    async stopPlane(plane) {
      const entry = running.get(plane)
      running.delete(plane)
      await entry?.controllers.stop()
    },
    get planes() {
      return [...running.keys()]
    },
    async settle() {
      for (;;) {
        await Promise.all([...running.values()].map(({ started }) => started))
        await dispatcher.whenIdle()
        if ((await isDelivered()) && isQuiet()) return
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    async stop() {
      const entries = [...running.values()]
      running.clear()
      await Promise.all(entries.map(({ controllers }) => controllers.stop()))
      dispatcher.stop()
    },
  }
}
