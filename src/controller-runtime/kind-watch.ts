import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { type Kind, preferredResource } from '../registry/kind.ts'
import type { Registry, RequestContext, StoredObject, Watch, WatchEvent } from '../registry/registry.ts'
import { backOffDelay, defaultBackOff } from './work-queue.ts'

/** What happened to an object of a kind. A list before the watch tells every object as `ADDED`. */
export interface ObservedChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: Kind
  /** After `DELETED`: as it was last. */
  readonly object: StoredObject
  /** What a `MODIFIED` object was before; not for keeping. */
  previous?(): KubernetesObject
}

export interface KindWatch {
  /** Resolves when the first list has been told and the watch runs. */
  readonly synced: Promise<void>
  /** The revision up to which everything has been told; 0 before the first list. */
  readonly revision: number
  /** True from the first list until an error, and again after the next list. */
  readonly running: boolean
  close(): void
}

export interface KindWatchOptions {
  readonly registry: Registry
  readonly context: RequestContext
  readonly kind: Kind
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Called in order, and synchronously with the commit for what the watch tells; must not throw. */
  readonly deliver: (changes: readonly ObservedChange[]) => void
  /** Called when the watch ended and was taken up again: deletions in between were not told. */
  readonly onGap: () => void
}

/** Objects per page of the first list: what one turn of the event loop may take on. */
const pageSize = 500

/**
 * Follows one kind on one plane for good: lists, then watches from there; when the watch ends (a compacted revision,
 * for one) it lists again, with back-off when that fails.
 */
export function createKindWatch(options: KindWatchOptions): KindWatch {
  const { registry, context, kind, clock, ids, log, deliver, onGap } = options
  const resource = preferredResource(kind)
  let watch: Watch | undefined
  let closed = false
  let failures = 0
  /** Counts the watches that were begun, so that one that ends before it is in hand is not kept. */
  let attempt = 0
  let cancelRetry: (() => void) | undefined
  let resolveSynced: (() => void) | undefined
  const synced = new Promise<void>((resolve) => {
    resolveSynced = resolve
  })

  async function listAll(): Promise<number> {
    let page = await registry.list(context, resource, { limit: pageSize })
    for (;;) {
      if (closed) return page.revision
      deliver(page.items.map((object) => ({ type: 'ADDED', kind, object })))
      if (page.continue === undefined) return page.revision
      await new Promise((resolve) => setImmediate(resolve))
      page = await registry.list(context, resource, { limit: pageSize, continue: page.continue })
    }
  }

  function receive(events: readonly WatchEvent[]): void {
    if (closed) return
    const changes: ObservedChange[] = []
    for (const event of events) {
      if (event.type === 'ERROR') {
        if (changes.length > 0) deliver(changes)
        log.info({ kind: kind.names.kind, status: event.status }, 'a watch ended; listing again')
        restart()
        return
      }
      if (event.type !== 'BOOKMARK') changes.push({ ...event, kind })
    }
    if (changes.length > 0) deliver(changes)
  }

  function restart(): void {
    attempt += 1
    watch?.close()
    watch = undefined
    const delay = backOffDelay(defaultBackOff, failures++, ids.random())
    cancelRetry = clock.after(delay, () => void follow(true))
  }

  async function follow(resumed: boolean): Promise<void> {
    cancelRetry = undefined
    const mine = attempt
    try {
      const revision = await listAll()
      if (closed) return
      const started = await registry.watch(
        context,
        resource,
        { resourceVersion: String(revision), allowWatchBookmarks: true, previous: true },
        receive,
      )
      if (closed || mine !== attempt) return started.close()
      watch = started
      failures = 0
      resolveSynced?.()
      if (resumed) onGap()
    } catch (error) {
      if (closed || mine !== attempt) return
      log.warn({ err: error, kind: kind.names.kind }, 'a kind cannot be watched; trying again')
      restart()
    }
  }

  void follow(false)

  return {
    synced,
    get revision() {
      return watch?.revision ?? 0
    },
    get running() {
      return watch !== undefined
    },
    close() {
      closed = true
      cancelRetry?.()
      watch?.close()
      watch = undefined
      resolveSynced?.()
    },
  }
}
