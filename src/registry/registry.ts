import type { Status } from '../apimachinery/errors.ts'
import type { JsonValue, KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { Caller, Kind, KindSet, PlaneSort, Resource } from './kind.ts'

/**
 * The one way in. The HTTP server and the reconcilers are both callers: what kubectl must obey, a reconciler
 * obeys as well. Every method rejects with a `StatusError` (apimachinery/errors) and with nothing else that a
 * caller could have caused.
 */
export interface Registry {
  /** The resources that a plane serves now (built in, and defined at run time). */
  kinds(plane: Plane): Promise<KindSet>

  get(
    context: RequestContext,
    resource: Resource,
    key: ObjectKey,
    options?: GetOptions,
  ): Promise<StoredObject>

  /** One page. Without `limit` everything is one page; see `ListOptions.continue` for reading on at the same revision. */
  list(context: RequestContext, resource: Resource, options?: ListOptions): Promise<ObjectList>

  /** Delivers events to `sink` until the watch is closed or an `error` event ends it. */
  watch(context: RequestContext, resource: Resource, options: WatchOptions, sink: WatchSink): Promise<Watch>

  create(
    context: RequestContext,
    resource: Resource,
    key: CreateKey,
    object: KubernetesObject,
    options?: WriteOptions,
  ): Promise<WriteOutcome>

  /** Replaces the object, or the part of it that `options.subresource` names. */
  update(
    context: RequestContext,
    resource: Resource,
    key: ObjectKey,
    object: KubernetesObject,
    options?: UpdateOptions,
  ): Promise<WriteOutcome>

  /** Changes the object; a server-side apply of an object that does not exist creates it. */
  patch(
    context: RequestContext,
    resource: Resource,
    key: ObjectKey,
    patch: Patch | EditPatch,
    options?: UpdateOptions,
  ): Promise<WriteOutcome>

  delete(
    context: RequestContext,
    resource: Resource,
    key: ObjectKey,
    options?: DeleteOptions,
  ): Promise<DeleteOutcome>

  /** Deletes what a list with the same options would show; the answer is that list as it was. */
  deleteCollection(
    context: RequestContext,
    resource: Resource,
    list: ListOptions,
    options?: DeleteOptions,
  ): Promise<ObjectList>
}

/** A store of its own: `root`, or `project/<uid>`. It is the first part of every key. */
export type Plane = 'root' | `project/${string}`

export function planeSort(plane: Plane): PlaneSort {
  return plane === 'root' ? 'root' : 'project'
}

/** Where a request arrives, and who sent it. */
export interface RequestContext {
  readonly plane: Plane
  /** What of the plane this door shows; absent: all of it. */
  readonly view?: View
  /** The object whose control plane was addressed; absent at the root. */
  readonly parent?: Parent
  readonly user: Caller
}

/** The organization, project or user in whose control plane a request arrives. */
export interface Parent {
  readonly sort: 'Organization' | 'Project' | 'User'
  readonly name: string
}

/** A door that shows a part of a plane: of each kind, all, nothing, or what a selection admits. */
export interface View {
  select(kind: Kind): Promise<Selection>
}

export type Selection =
  | 'everything'
  | 'nothing'
  | {
      /** Narrow what has to be read; `matches` decides. */
      readonly namespace?: string
      readonly name?: string
      readonly labels?: Readonly<Record<string, string>>
      matches(object: KubernetesObject): boolean
    }

/** An object out of the store. */
export interface StoredObject {
  readonly key: ObjectKey
  readonly revision: number
  /** JSON without `apiVersion` and `kind`; the caller puts in front what its URL says. */
  readonly text: string
  /** The parsed object, without head; shared and deeply frozen: clone before changing. Parsed on first use. */
  readonly object: KubernetesObject
}

export interface GetOptions {
  /** As sent by the client: `""` newest, `"0"` any, a number: not older than. */
  readonly resourceVersion?: string | undefined
}

export interface Selectors {
  readonly namespace?: string | undefined
  /** In Kubernetes' syntax: `tier in (app,web),!legacy`. */
  readonly labelSelector?: string | undefined
  /** In Kubernetes' syntax: `metadata.name=web`. */
  readonly fieldSelector?: string | undefined
  /** Objects with an owner reference to this uid; answered by the store's index. Not reachable over HTTP. */
  readonly ownerUid?: string | undefined
}

export interface ListOptions extends Selectors {
  readonly limit?: number | undefined
  readonly continue?: string | undefined
  readonly resourceVersion?: string | undefined
  readonly resourceVersionMatch?: string | undefined
}

export interface ObjectList {
  readonly revision: number
  readonly items: readonly StoredObject[]
  /** Absent on the last page. */
  readonly continue?: string
  /** How many objects follow the page; absent on the last page and where a selector is in play. */
  readonly remainingItemCount?: number
}

export interface WatchOptions extends Selectors {
  readonly resourceVersion?: string | undefined
  readonly resourceVersionMatch?: string | undefined
  readonly sendInitialEvents?: boolean | undefined
  readonly allowWatchBookmarks?: boolean | undefined
  /** Not for watches; there to be refused. */
  readonly continue?: string | undefined
  /** Tells with each change what there was before. For those who let go of events at once: it keeps that in memory. */
  readonly previous?: boolean
}

/**
 * `changed` objects are as the watcher's selectors see them: one that stops matching is `DELETED`.
 * `bookmark` says that everything up to `revision` has been delivered; `initialEventsEnd` closes the streamed list.
 * After `error` nothing follows.
 */
export type WatchEvent =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
      readonly object: StoredObject
      /** What a `MODIFIED` object was, as it is stored, for a watch that wants `previous`. Not for changing. */
      previous?(): KubernetesObject
    }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly initialEventsEnd: boolean }
  | { readonly type: 'ERROR'; readonly status: Status }

/** Called synchronously, in order; must not throw. Bounding what it buffers is the caller's part. */
export type WatchSink = (events: readonly WatchEvent[]) => void

export interface Watch {
  close(): void
  /** The revision up to which this watch has delivered everything that concerns it: for periodic bookmarks. */
  readonly revision: number
}

export interface CreateKey {
  readonly namespace?: string | undefined
}

export interface WriteOptions {
  readonly dryRun?: boolean
  /** Whom `managedFields` name; default: the first word of the user agent, or the caller's name. */
  readonly fieldManager?: string
  /** What to do with unknown and duplicate fields. Default `Warn`, as on a real server. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  /** Paths of fields that the decoder saw twice (it kept the last). */
  readonly duplicateFields?: readonly string[]
  /** The same in the words of a YAML decoder, where it was one; then `duplicateFields` is not looked at. */
  readonly duplicateKeys?: readonly string[] | undefined
}

export interface UpdateOptions extends WriteOptions {
  readonly subresource?: 'status' | 'scale' | 'finalize' | undefined
  /** Server-side apply only: take over fields that others own. */
  readonly force?: boolean
}

export type Patch =
  | { readonly type: 'json'; readonly body: JsonValue }
  | { readonly type: 'merge'; readonly body: JsonValue }
  | { readonly type: 'strategic'; readonly body: JsonValue }
  | { readonly type: 'apply'; readonly body: KubernetesObject }

/**
 * For callers within the process: `edit` says what the newest object (with its head, frozen) should become. It is called
 * on the tick of the write, so that no other writer can come between; it is pure, and may be called again.
 */
export interface EditPatch {
  readonly type: 'edit'
  readonly edit: (object: KubernetesObject) => KubernetesObject
}

export interface WriteOutcome {
  readonly object: StoredObject
  readonly created: boolean
  /** Texts for `Warning` headers. */
  readonly warnings: readonly string[]
}

export interface DeleteOptions {
  readonly dryRun?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
  readonly orphanDependents?: boolean
}

export interface DeleteOutcome {
  /** The object as it is left (finalizers keep it) or as it was last. */
  readonly object: StoredObject
  /** False while finalizers keep it. */
  readonly gone: boolean
}
