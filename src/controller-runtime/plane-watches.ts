import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { Kind, KindSet } from '../registry/kind.ts'
import type { Registry, RequestContext } from '../registry/registry.ts'
import { createKindWatch, type KindWatch, type ObservedChange } from './kind-watch.ts'

/**
 * The watches of one plane, one per kind however many controllers look at it. A kind is watched from the first
 * listener on; those who listen to every kind follow the kinds that the plane serves as these come and go.
 */
export interface PlaneWatches {
  listen(kind: Kind, listener: ChangeListener): void
  /** Changes of every stored kind of the plane, but for those that `except` names. */
  listenToEveryKind(listener: ChangeListener, except?: (kind: Kind) => boolean): void
  /** Begins to watch; resolves when every kind has been listed once. */
  start(): Promise<void>
  /** Takes up kinds that the plane serves by now, and lets go of those that it no longer serves. */
  refresh(): Promise<void>
  /** True when every running watch has told what happened up to `revision`. */
  hasReached(revision: number): boolean
  /** What the plane served at the last refresh; absent before `start`. */
  readonly kinds: KindSet | undefined
  /** A kind that is watched, for whoever needs any of them. */
  readonly anyKind: Kind | undefined
  close(): void
}

/** Called synchronously, in order. */
export type ChangeListener = (change: ObservedChange) => void

export interface PlaneWatchesOptions {
  readonly registry: Registry
  readonly context: RequestContext
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
}

interface Entry {
  readonly kind: Kind
  readonly listeners: ChangeListener[]
  watch: KindWatch | undefined
}

/** Names a kind for good: the object that describes it is another one after its definition changed. */
export function kindIdentity(kind: Kind): string {
  return `${kind.group}/${kind.names.plural}`
}

export function createPlaneWatches(options: PlaneWatchesOptions): PlaneWatches {
  const { registry, context, clock, ids, log } = options
  const entries = new Map<string, Entry>()
  const everyKind: { listener: ChangeListener; except: (kind: Kind) => boolean }[] = []
  let kinds: KindSet | undefined
  let started = false
  let closed = false

  function entryOf(kind: Kind): Entry {
    const identity = kindIdentity(kind)
    let entry = entries.get(identity)
    if (!entry) {
      entry = { kind, listeners: [], watch: undefined }
      entries.set(identity, entry)
    }
    return entry
  }

  function deliver(entry: Entry, changes: readonly ObservedChange[]): void {
    const universal = everyKind.filter((each) => !each.except(entry.kind))
    for (const change of changes) {
      for (const listener of entry.listeners) tell(listener, change)
      for (const each of universal) tell(each.listener, change)
    }
  }

  function tell(listener: ChangeListener, change: ObservedChange): void {
    try {
      listener(change)
    } catch (error) {
      // This runs inside somebody's commit: a fault of one listener must reach neither the writer nor the others.
      log.error(
        { err: error, kind: change.kind.names.kind, key: change.object.key },
        'a change was not handled',
      )
    }
  }

  function open(entry: Entry): KindWatch {
    entry.watch ??= createKindWatch({
      registry,
      context,
      kind: entry.kind,
      clock,
      ids,
      log,
      deliver: (changes) => deliver(entry, changes),
      onGap: relistOthers(entry),
    })
    return entry.watch
  }

  /**
   * What was deleted during a gap is told by nobody. Listing every kind afresh asks for a pass over all that is left,
   * which finds out. Gaps are rare: the log of changes has to be compacted past a watch that lags.
   */
  function relistOthers(entry: Entry): () => void {
    return () => {
      for (const other of entries.values()) {
        if (other === entry || !other.watch?.running) continue
        other.watch.close()
        other.watch = undefined
        open(other)
      }
    }
  }

  return {
    listen(kind, listener) {
      entryOf(kind).listeners.push(listener)
    },
    listenToEveryKind(listener, except = () => false) {
      everyKind.push({ listener, except })
    },
    async start() {
      started = true
      await this.refresh()
      await Promise.all([...entries.values()].map((entry) => open(entry).synced))
    },
    async refresh() {
      if (!started || closed) return
      const newest = await registry.kinds(context.plane)
      if (closed) return
      kinds = newest
      const served = new Set<string>()
      for (const kind of newest.kinds) {
        if (kind.answer) continue
        served.add(kindIdentity(kind))
        if (everyKind.some((each) => !each.except(kind))) open(entryOf(kind))
      }
      for (const [identity, entry] of entries) {
        if (served.has(identity) || entry.listeners.length > 0) continue
        entry.watch?.close()
        entries.delete(identity)
      }
    },
    hasReached(revision) {
      for (const { watch } of entries.values()) {
        if (watch && (!watch.running || watch.revision < revision)) return false
      }
      return true
    },
    get kinds() {
      return kinds
    },
    get anyKind() {
      for (const { kind, watch } of entries.values()) if (watch?.running) return kind
      return undefined
    },
    close() {
      closed = true
      for (const { watch } of entries.values()) watch?.close()
      entries.clear()
    },
  }
}
