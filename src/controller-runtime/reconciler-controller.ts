import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import { deepEqual } from '../apimachinery/equality.ts'
import type { Ids } from '../apimachinery/ids.ts'
import { formatObjectKey, type ObjectKey } from '../apimachinery/object.ts'
import type { Caller } from '../registry/kind.ts'
import type { Plane, Registry } from '../registry/registry.ts'
import { type Controller, createController } from './controller.ts'
import { createClient } from './create-client.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { ObservedChange } from './kind-watch.ts'
import type { ControllerLimits } from './limits.ts'
import type { ControllerMetrics } from './metrics.ts'
import { controllerKey } from './owner-references.ts'
import type { PlaneWatches } from './plane-watches.ts'
import { createReconcileErrors } from './reconcile-errors.ts'
import type { EventRecorder, ReconcileContext, Reconciler, WatchedKind } from './reconciler.ts'

/** What every controller of a plane works with. */
export interface PlaneEnvironment {
  readonly plane: Plane
  readonly registry: Registry
  readonly user: Caller
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly dispatcher: Dispatcher
  readonly watches: PlaneWatches
  readonly limits: ControllerLimits
  readonly metrics?: ControllerMetrics | undefined
  /** Events of what calls itself `component`. */
  recorder(component: string, manager?: string): EventRecorder
}

/** Turns changes into keys and keys into passes of a reconciler. */
export function createReconcilerController(
  reconciler: Reconciler,
  environment: PlaneEnvironment,
): Controller {
  const { plane, registry, user, clock, ids, dispatcher, watches } = environment
  const log = environment.log.child({ controller: reconciler.name })
  const clientOptions = { registry, plane, manager: reconciler.fieldManager ?? reconciler.name, user }
  const context: ReconcileContext = {
    plane,
    client: createClient(clientOptions),
    clock,
    ids,
    log,
    events: environment.recorder(reconciler.name),
    clientFor: (other) => createClient({ ...clientOptions, plane: other }),
    enqueue: (key) => controller.add(formatObjectKey(key)),
  }

  const controller = createController({
    name: reconciler.name,
    clock,
    ids,
    log,
    dispatcher,
    concurrency: reconciler.concurrency,
    timeout: environment.limits.reconcileTimeout,
    metrics: environment.metrics,
    process(key, pass) {
      const passOptions = { ...clientOptions, guard: pass.guard, onWrite: pass.noteWrite }
      return reconciler.reconcile(parseKey(key), {
        ...context,
        client: createClient(passOptions),
        clientFor: (other) => createClient({ ...passOptions, plane: other }),
      })
    },
    onOutcome: createReconcileErrors({ kind: reconciler.for, parseKey, context, dispatcher }).passed,
  })

  const add = (key: ObjectKey | undefined) => {
    if (key !== undefined) controller.add(formatObjectKey(key))
  }
  watches.listen(reconciler.for, (change) => {
    const { type, object } = change
    if (type !== 'MODIFIED') add(object.key)
    else if (concerns(reconciler, change)) controller.changed(formatObjectKey(object.key), object.revision)
  })
  for (const kind of reconciler.owns ?? []) {
    watches.listen(kind, ({ object }) => add(controllerKey(object.object, reconciler.for)))
  }
  for (const watched of reconciler.watches ?? []) {
    watches.listen(watched.kind, createEnqueuer(watched, context, dispatcher, add))
  }
  for (const { kind, observe } of reconciler.observes ?? []) {
    watches.listen(kind, ({ type, object }) => {
      for (const key of observe({ plane, type, key: object.key, object: object.object })) add(key)
    })
  }
  if (reconciler.observeEveryKind) {
    watches.listenToEveryKind(({ type, kind, object }) =>
      add(reconciler.observeEveryKind?.({ plane, type, kind, key: object.key })),
    )
  }
  return controller
}

/** False for a change that leaves what the reconciler reads as it was. */
function concerns(reconciler: Reconciler, { object, previous }: ObservedChange): boolean {
  if (!reconciler.reads || !previous) return true
  return !deepEqual(reconciler.reads(object.object), reconciler.reads(previous()))
}

/**
 * Asks `watched` which keys a change concerns: not where the change is told (that is somebody's commit), but on a turn of
 * its own, for all changes that have come until then.
 */
function createEnqueuer(
  watched: WatchedKind,
  context: ReconcileContext,
  dispatcher: Dispatcher,
  add: (key: ObjectKey) => void,
): (change: ObservedChange) => void {
  let changes: ObservedChange[] = []

  async function mapChanges(): Promise<void> {
    const batch = changes
    changes = []
    for (const { object } of batch) {
      try {
        for (const key of await watched.enqueue(object.object, context)) add(key)
      } catch (error) {
        context.log.error({ err: error, key: object.key }, 'a change could not be mapped to keys')
      }
    }
  }

  return (change) => {
    changes.push(change)
    if (changes.length === 1) dispatcher.run(mapChanges)
  }
}

function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/')
  return slash === -1 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
