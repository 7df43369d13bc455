import type { StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../apimachinery/object.ts'
import type { AdmissionRequest } from './admission.ts'
import type { Resource } from './kind.ts'
import type { WriteOptions } from './registry.ts'

/**
 * What happens to an object between a request and a row. Pure and synchronous: it runs inside the store's transform.
 * decode (metadata, unknown fields) → carry over what the caller may not set → default → mutate → validate → stamp.
 */

/** What is known of every request with an object in it. */
export interface Asked {
  readonly resource: Resource
  readonly options: WriteOptions
  readonly manager: string
  /** RFC 3339: stamped as creation, deletion and managed-fields time. */
  readonly time: string
}

/** What a write knows beside the object. */
export interface Preparation extends Asked {
  readonly request: AdmissionRequest
  readonly facts: unknown
  readonly uid: string
  /** Set where the write is a server-side apply or one of a Scale, which keep the books themselves. */
  readonly managedFields?: readonly ManagedFieldsEntry[] | undefined
  /** Set where the write is a patch or an apply. */
  readonly isPatch?: boolean
  /** How a strict refusal of unknown fields reads; a patch words it differently from a body. */
  readonly refuseFields?: RefuseFields
  /** What is wrong with the fields of the patch itself, in words. */
  readonly patchFaults?: readonly string[]
}

/** Refuses what was to be stored, for the reason given. */
export type RefuseFields = (
  message: string,
  object: KubernetesObject,
  /** The message of a converter of documents, where that is another. */
  converted?: string,
) => StatusError

export interface Prepared {
  readonly object: KubernetesObject
  readonly warnings: readonly string[]
}
