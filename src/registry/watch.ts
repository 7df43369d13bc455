import { expired, StatusError } from '../apimachinery/errors.ts'
import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import { type Change, Compacted, type Subscription } from '../storage/store.ts'
import type { Environment } from './environment.ts'
import { collectionPrefix, objectKey } from './keys.ts'
import type { Resource } from './kind.ts'
import { list } from './list.ts'
import type {
  Plane,
  RequestContext,
  StoredObject,
  Watch,
  WatchEvent,
  WatchOptions,
  WatchSink,
} from './registry.ts'
import { checkNotTooLarge, checkWatchOptions, parseResourceVersion } from './resource-version.ts'
import { type Selected, select } from './selection.ts'
import { convertStored, decodeRecord, encodeObject, peekRecord, unconvertedObject } from './stored-object.ts'

/** How many objects of the initial state are delivered at a time. */
const initialPage = 500

/**
 * The objects of a change, made once for all watchers of it: whoever encodes them for the wire can keep the bytes
 * by the object.
 */
export class ChangedObjects {
  readonly #now = new WeakMap<Change, StoredObject>()
  readonly #left = new WeakMap<Change, StoredObject>()

  /** The object as the change left it. */
  now(context: RequestContext, resource: Resource, change: Change): StoredObject {
    return this.#object(this.#now, resource, change, () =>
      unconvertedObject(context.plane, resource.kind, change),
    )
  }

  /** The object as it was before, at the revision of the change: what a watcher whose selector it left is shown. */
  left(context: RequestContext, resource: Resource, change: Change): StoredObject {
    return this.#object(this.#left, resource, change, () => {
      const { previous } = change
      if (!previous) throw new Error(`change ${change.revision} of ${change.key} has no previous record`)
      const object = peekRecord(previous)
      const text = encodeObject({
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(change.revision) },
      })
      const record = { key: change.key, revision: change.revision, text }
      return unconvertedObject(context.plane, resource.kind, record)
    })
  }

  #object(
    known: WeakMap<Change, StoredObject>,
    resource: Resource,
    change: Change,
    make: () => StoredObject,
  ): StoredObject {
    const object = getOrInsert(known, change, make)
    return resource.conversion ? convertStored(object, resource.conversion) : object
  }
}

/** The watches that are open, by plane: those of a plane that is gone have to be ended. */
export class OpenWatches {
  readonly #open = new Map<Plane, Set<() => void>>()

  /** `end` is called when the plane goes; the returned function takes it off the list. */
  add(plane: Plane, end: () => void): () => void {
    const watches = getOrInsert(this.#open, plane, () => new Set<() => void>())
    watches.add(end)
    return () => {
      watches.delete(end)
      if (watches.size === 0) this.#open.delete(plane)
    }
  }

  endAll(plane: Plane): void {
    for (const end of [...(this.#open.get(plane) ?? [])]) end()
  }
}

export async function watch(
  environment: Environment,
  changed: ChangedObjects,
  openWatches: OpenWatches,
  context: RequestContext,
  resource: Resource,
  options: WatchOptions,
  sink: WatchSink,
): Promise<Watch> {
  checkWatchOptions(options)
  const requested = parseResourceVersion(options.resourceVersion)
  checkNotTooLarge(requested, environment.store.revision)
  const selected = await select(context, resource, options)
  const { store } = environment

  let open = true
  let subscription: Subscription | undefined
  const forget = openWatches.add(context.plane, () =>
    fail(expired('The control plane of this watch has been deleted.')),
  )
  const handle: Watch = {
    close() {
      open = false
      forget()
      subscription?.close()
    },
    get revision() {
      return subscription?.revision ?? (selected.nothing ? store.revision : from)
    },
  }
  const deliver = (events: readonly WatchEvent[]) => {
    if (open && events.length > 0) sink(events)
  }
  const fail = (error: unknown) => {
    if (!(error instanceof StatusError)) {
      handle.close()
      throw error
    }
    deliver([{ type: 'ERROR', status: error.status }])
    handle.close()
  }

  const fromNewest = requested === undefined || requested === 0
  const initial = options.sendInitialEvents ?? fromNewest
  let from = fromNewest ? store.revision : requested
  try {
    if (initial) {
      from = await deliverInitial(environment, context, resource, options, deliver, () => open)
      if (options.allowWatchBookmarks) deliver([{ type: 'BOOKMARK', revision: from, initialEventsEnd: true }])
    }
    if (!open || selected.nothing) return handle
    subscription = await store.watch(
      collectionPrefix(context.plane, resource.kind, selected.namespace),
      from,
      (changes) => deliver(eventsOf(changed, context, resource, selected, changes, options.previous)),
      (reason) => fail(tooOld(reason)),
    )
    if (!open) subscription.close()
  } catch (error) {
    fail(tooOld(error))
  }
  return handle
}

/** 410 for a revision that is no longer kept, whether at the beginning or while catching up; the rest as it is. */
function tooOld(error: unknown): unknown {
  return error instanceof Compacted
    ? expired(`too old resource version: ${error.requested} (${error.oldest})`)
    : error
}

/** The objects that are there, page by page at one revision, which is returned. */
async function deliverInitial(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  options: WatchOptions,
  deliver: WatchSink,
  isOpen: () => boolean,
): Promise<number> {
  const { namespace, labelSelector, fieldSelector, ownerUid } = options
  let next: string | undefined
  for (;;) {
    const page = await list(environment, context, resource, {
      namespace,
      labelSelector,
      fieldSelector,
      ownerUid,
      limit: initialPage,
      continue: next,
    })
    deliver(page.items.map((object) => ({ type: 'ADDED', object })))
    next = page.continue
    if (next === undefined || !isOpen()) return page.revision
  }
}

function eventsOf(
  changed: ChangedObjects,
  context: RequestContext,
  resource: Resource,
  selected: Selected,
  changes: readonly Change[],
  wantsPrevious = false,
): WatchEvent[] {
  const events: WatchEvent[] = []
  const only =
    selected.name !== undefined && (resource.kind.scope === 'Cluster' || selected.namespace !== undefined)
      ? objectKey(context.plane, resource.kind, { namespace: selected.namespace, name: selected.name })
      : undefined
  for (const change of changes) {
    if (only !== undefined && change.key !== only) continue
    const type = eventType(selected, change)
    if (type === undefined) continue
    const object =
      type === 'DELETED' && change.type !== 'deleted'
        ? changed.left(context, resource, change)
        : changed.now(context, resource, change)
    const { previous } = change
    const tellsPrevious = wantsPrevious && type === 'MODIFIED' && previous !== undefined
    events.push(tellsPrevious ? { type, object, previous: () => peekRecord(previous) } : { type, object })
  }
  return events
}

/** The change as the watcher's selectors see it; undefined when it does not concern the watcher. */
function eventType(selected: Selected, change: Change): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
  const test = selected.matches
  if (test === undefined) {
    return change.type === 'created' ? 'ADDED' : change.type === 'updated' ? 'MODIFIED' : 'DELETED'
  }
  const before = change.previous !== undefined && test(peekRecord(change.previous))
  if (change.type === 'deleted') return before ? 'DELETED' : undefined
  const after = test(decodeRecord(change))
  if (after) return before ? 'MODIFIED' : 'ADDED'
  return before ? 'DELETED' : undefined
}
