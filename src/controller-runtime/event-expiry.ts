import { formatObjectKey, type KubernetesObject, type ObjectKey } from '../apimachinery/object.ts'
import type { Kind } from '../registry/kind.ts'
import { type Controller, createController } from './controller.ts'
import { createClient } from './create-client.ts'
import type { PlaneEnvironment } from './reconciler-controller.ts'
import { createTimerQueue } from './timer-queue.ts'

/** Deletes Events, whoever wrote them, a time after their last change. */
export interface EventExpiry {
  readonly controller: Controller
  close(): void
}

/** `kind` is Event of the core group. */
export function createEventExpiry(environment: PlaneEnvironment, kind: Kind): EventExpiry {
  const { plane, registry, user, clock, watches } = environment
  const { eventLifetime, reconcileTimeout } = environment.limits
  const name = 'event-expiry'
  const log = environment.log.child({ controller: name })
  const due = createTimerQueue(clock, (key) => controller.add(key))

  const controller = createController({
    name,
    clock,
    ids: environment.ids,
    log,
    dispatcher: environment.dispatcher,
    concurrency: 20,
    timeout: reconcileTimeout,
    metrics: environment.metrics,
    async process(item, pass) {
      const client = createClient({ registry, plane, manager: name, user, guard: pass.guard })
      const key = parseKey(item)
      const event = await client.get(kind, key)
      if (event === undefined) return undefined
      const { uid = '', resourceVersion = '' } = event.metadata
      const expiry = lastChange(event) + eventLifetime
      if (expiry > clock.now()) due.set(item, expiry)
      else await client.delete(kind, key, { preconditions: { uid, resourceVersion } })
      return undefined
    },
  })

  watches.listen(kind, ({ type, object }) => {
    const key = formatObjectKey(object.key)
    if (type === 'DELETED') due.delete(key)
    // A change puts off the end of an event that is in the queue already; that is found out when its time comes.
    else if (type === 'ADDED') due.set(key, lastChange(object.object) + eventLifetime)
  })

  return { controller, close: () => due.close() }
}

/** The newest time that the event tells about itself (milliseconds since the epoch). */
function lastChange(event: KubernetesObject): number {
  const { eventTime, lastTimestamp, series } = event as {
    eventTime?: string | null
    lastTimestamp?: string | null
    series?: { lastObservedTime?: string | null } | null
  }
  const times = [event.metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime]
  return Math.max(0, ...times.map((time) => (time ? Date.parse(time) || 0 : 0)))
}

function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
