import type { FieldError } from '../apimachinery/field-error.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { Authorize, Caller, Kind } from './kind.ts'
import type { RequestContext } from './registry.ts'

/**
 * What a kind decides in code, beyond its schema: the part that webhooks and strategies play on a real server.
 *
 * A write runs `gather` once, before it, to read what it must know of other objects; then, inside the transform and
 * therefore pure and synchronous, defaulting → `mutate` → `stamp` → pruning → schema → CEL → `validate`.
 * A `StatusError` thrown by any of them refuses the write as it is (a 403 denial, for one); FieldErrors become one 422.
 */
export interface Admission<T extends KubernetesObject = KubernetesObject> {
  /** The webhook that decides this on a deployed server; its refusals are told with the webhook's name in front. */
  readonly webhookName?: string
  /** Reads other objects; what it returns is handed to `mutate` and `validate` as `facts`. */
  gather?(request: AdmissionRequest): Promise<unknown>
  /** Completes `object` in place (it is a draft of this request's own). Not called for `/status`. */
  mutate?(object: T, old: T | undefined, request: AdmissionRequest, facts: unknown): void
  /**
   * Adds in place what is nobody's in `managedFields`, and puts back what may not be changed here. Called after `mutate`;
   * not for `/status`.
   */
  stamp?(object: T, old: T | undefined): void
  /** Reports every fault. `old` is absent on create. Not called for `/status` unless `validateStatus` is set. */
  validate?(object: T, old: T | undefined, request: AdmissionRequest, facts: unknown): readonly FieldError[]
  /** What is told of an object that is taken. `old` is absent on create. Not called for `/status`. */
  warnings?(object: T, old: T | undefined): string[]
  /** Reports faults of a write to `/status` or `/finalize`. */
  validateStatus?(object: T, old: T, request: AdmissionRequest, facts: unknown): readonly FieldError[]
  /** Throws a StatusError when `old` may not be deleted. */
  validateDelete?(old: T, request: AdmissionRequest, facts: unknown): void
  /**
   * Called after the commit of a create and before its answer: what a client expects to exist as soon as the object
   * does (an organization's namespace). A reconciler repairs what a crash leaves out. Never called on a dry run.
   */
  afterCreate?(object: T, request: AdmissionRequest): Promise<void>
}

export interface AdmissionRequest {
  readonly operation: 'create' | 'update' | 'delete'
  /** Plane, view, parent and user of the request. */
  readonly context: RequestContext
  readonly kind: Kind
  /** The group and version of the URL: Events are checked more strictly under `events.k8s.io/v1` than under `v1`. */
  readonly apiVersion?: string
  readonly key: ObjectKey
  readonly subresource: string | undefined
  readonly dryRun: boolean
  /** The object as sent, for a create; absent for patches and deletes, whose object is not known yet. */
  readonly object: KubernetesObject | undefined
  /** Reads and writes other objects of the same plane with the rights of the system. */
  readonly client: AdmissionClient
  readonly authorize: Authorize
  readonly user: Caller
}

/** The narrow door through which admission sees other objects of the same plane (without the caller's view). */
export interface AdmissionClient {
  get<U extends KubernetesObject>(kind: Kind<U>, key: ObjectKey): Promise<U | undefined>
  list<U extends KubernetesObject>(
    kind: Kind<U>,
    options?: { namespace?: string; labels?: Record<string, string> },
  ): Promise<readonly U[]>
  create<U extends KubernetesObject>(kind: Kind<U>, object: U): Promise<U>
}
