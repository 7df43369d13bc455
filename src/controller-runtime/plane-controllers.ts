import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { Caller, Kind } from '../registry/kind.ts'
import type { Plane, Registry } from '../registry/registry.ts'
import type { Controller } from './controller.ts'
import type { Dispatcher } from './dispatcher.ts'
import { createEventExpiry } from './event-expiry.ts'
import { createEventSink } from './event-recorder.ts'
import { createGarbageCollector } from './garbage-collector.ts'
import type { ControllerLimits } from './limits.ts'
import type { ControllerMetrics } from './metrics.ts'
import { createPlaneWatches, kindIdentity, type PlaneWatches } from './plane-watches.ts'
import type { Reconciler } from './reconciler.ts'
import { createReconcilerController, type PlaneEnvironment } from './reconciler-controller.ts'

/** The kinds that the machinery itself works with. */
export interface MachineryKinds {
  /** Event of the core group. */
  readonly event: Kind
  readonly customResourceDefinition: Kind
}

export interface PlaneControllersOptions {
  readonly plane: Plane
  readonly registry: Registry
  readonly user: Caller
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly dispatcher: Dispatcher
  readonly reconcilers: readonly Reconciler[]
  readonly kinds: MachineryKinds
  readonly limits: ControllerLimits
  readonly metrics: ControllerMetrics | undefined
  /** Called when a CustomResourceDefinition of this plane was told to have changed. */
  onDefinitionChange(): void
}

/** Everything that works on one plane, from its start to its end. */
export interface PlaneControllers {
  readonly watches: PlaneWatches
  /** True when a delayed key's time has come but its timer has not fired yet. */
  readonly overdue: boolean
  start(): Promise<void>
  /** Takes up kinds that the plane has come to serve. */
  kindsChanged(): Promise<void>
  stop(): Promise<void>
}

export function createPlaneControllers(options: PlaneControllersOptions): PlaneControllers {
  const { plane, registry, user, clock, ids, dispatcher, kinds } = options
  const log = options.log.child({ plane })
  const watches = createPlaneWatches({ registry, context: { plane, user }, clock, ids, log })
  const sink = createEventSink({ registry, plane, kind: kinds.event, user, clock, log, dispatcher })
  const environment: PlaneEnvironment = {
    plane,
    registry,
    user,
    clock,
    ids,
    log,
    dispatcher,
    watches,
    limits: options.limits,
    metrics: options.metrics,
    recorder: sink.recorder,
  }
  const eventIdentity = kindIdentity(kinds.event)
  const garbageCollector = createGarbageCollector(environment, (kind) => kindIdentity(kind) === eventIdentity)
  const eventExpiry = createEventExpiry(environment, kinds.event)
  const controllers: readonly Controller[] = [
    ...options.reconcilers.map((reconciler) => createReconcilerController(reconciler, environment)),
    garbageCollector.controller,
    eventExpiry.controller,
  ]
  watches.listen(kinds.customResourceDefinition, () => options.onDefinitionChange())

  return {
    watches,
    get overdue() {
      return controllers.some((controller) => controller.overdue)
    },
    async start() {
      await watches.start()
      for (const controller of controllers) controller.start()
    },
    async kindsChanged() {
      try {
        await watches.refresh()
        garbageCollector.kindsChanged()
      } catch (error) {
        log.error({ err: error }, 'the kinds of the plane could not be read again')
      }
    },
    async stop() {
      watches.close()
      eventExpiry.close()
      await Promise.all(controllers.map((controller) => controller.stop()))
      for (const reconciler of options.reconcilers) reconciler.forgetPlane?.(plane)
    },
  }
}
