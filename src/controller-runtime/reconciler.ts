import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { Kind, PlaneSort } from '../registry/kind.ts'
import type { Plane } from '../registry/registry.ts'
import type { Client } from './client.ts'

/**
 * One controller: told which object, never what happened. It reads the object afresh, compares what is with what
 * should be, and changes one thing after another through the client. It may be called at any time, any number of
 * times; for one key it is never called twice at once.
 */
export interface Reconciler<T extends KubernetesObject = KubernetesObject> {
  /** Lower case with hyphens; what `--without-reconcilers`, logs and metrics call it. */
  readonly name: string
  /** As whom it is entered in the books of what it writes. Default: its name. */
  readonly fieldManager?: string
  /** On which sort of plane it works. */
  readonly planes: readonly PlaneSort[]
  /** Every change of an object of this kind asks for a pass over it. */
  readonly for: Kind<T>
  /**
   * What passes read of that object, to put it right too: a change that leaves it as it was asks for none. Default:
   * everything.
   */
  reads?(object: T): unknown
  /** A change of one of these asks for a pass over its controlling owner, when that is of kind `for`. */
  readonly owns?: readonly Kind[]
  /** A change of one of these asks for a pass over the keys that `enqueue` names. */
  readonly watches?: readonly WatchedKind[]
  /**
   * Told of every change of these kinds the moment it is told at all, before any pass that it asks for: for what a
   * reconciler remembers of other objects. Must be quick, and must not throw.
   */
  readonly observes?: readonly ObservedKind[]
  /** The same for every kind of the plane; the one key that it returns is asked a pass for. */
  observeEveryKind?(change: EveryKindChange): ObjectKey | undefined
  /** The plane has ended: drops what is remembered of it. */
  forgetPlane?(plane: Plane): void
  /** Keys that may be worked on at once. Default 1: what must never be handed out twice is decided by one worker. */
  readonly concurrency?: number
  /** One pass. A rejection is logged and retried with back-off. */
  reconcile(key: ObjectKey, context: ReconcileContext): Promise<Result>
}

/** When a plane starts, every object that is there is told as `ADDED`; so it is, at times, later on. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED'

export interface EveryKindChange {
  readonly plane: Plane
  readonly type: ChangeType
  readonly kind: Kind
  readonly key: ObjectKey
}

export interface ObservedKind<T extends KubernetesObject = KubernetesObject> {
  readonly kind: Kind<T>
  /** Returns keys to ask passes for. `object` is its last state when it was deleted. */
  observe(change: {
    readonly plane: Plane
    readonly type: ChangeType
    readonly key: ObjectKey
    readonly object: T
  }): readonly ObjectKey[]
}

export interface WatchedKind<T extends KubernetesObject = KubernetesObject> {
  readonly kind: Kind<T>
  /** `object` is the changed object (its last state when it was deleted). */
  enqueue(object: T, context: ReconcileContext): Promise<readonly ObjectKey[]> | readonly ObjectKey[]
}

/**
 * Nothing more to do until something changes, or a further pass after a time (milliseconds). What a pass has written to
 * its own object is no such change: one that has not done all that it can do now asks for the next (`requeueAfter: 0`).
 */
export type Result = { readonly requeueAfter?: number } | undefined

export interface ReconcileContext {
  readonly plane: Plane
  readonly client: Client
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly events: EventRecorder
  /** The same door to another plane. */
  clientFor(plane: Plane): Client
  /** Asks for a pass over a key, for reasons that no watch tells. */
  enqueue(key: ObjectKey): void
}

/** Reports to users, as Kubernetes Events about `about`, what a reconciler does. */
export interface EventRecorder {
  record(
    about: { kind: Kind; object: KubernetesObject },
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void
}
