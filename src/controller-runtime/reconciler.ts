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
  /** On which sort of plane it works. */
  readonly planes: readonly PlaneSort[]
  /** Every change of an object of this kind asks for a pass over it. */
  readonly for: Kind<T>
  /** A change of one of these asks for a pass over its controlling owner, when that is of kind `for`. */
  readonly owns?: readonly Kind[]
  /** A change of one of these asks for a pass over the keys that `enqueue` names. */
  readonly watches?: readonly WatchedKind[]
  /**
   * Asks for a pass over the key that it returns, for every change of any kind of the plane: for reconcilers that look
   * after all objects. Called while the change is told: it must be quick.
   */
  everyKind?(change: EveryKindChange): ObjectKey | undefined
  /** Keys that may be worked on at once. Default 1: what must never be handed out twice is decided by one worker. */
  readonly concurrency?: number
  /** One pass. A rejection is logged and retried with back-off. */
  reconcile(key: ObjectKey, context: ReconcileContext): Promise<Result>
}

export interface EveryKindChange {
  readonly plane: Plane
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly kind: Kind
  readonly key: ObjectKey
}

export interface WatchedKind {
  readonly kind: Kind
  /** `object` is the changed object (its last state when it was deleted). */
  enqueue(
    object: KubernetesObject,
    context: ReconcileContext,
  ): Promise<readonly ObjectKey[]> | readonly ObjectKey[]
}

/** Nothing more to do until something changes, or a further pass after a time (milliseconds). */
export type Result = { readonly requeueAfter?: number } | undefined

export interface ReconcileContext {
  readonly plane: Plane
  readonly client: Client
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly events: EventRecorder
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
