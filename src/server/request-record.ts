import type { Caller } from '../registry/kind.ts'
import type { Parent } from '../registry/registry.ts'
import type { RequestInfo } from './request-info.ts'

/**
 * A request, told to whoever keeps books: figures and the log hear of it when it has ended, the audit log also when its
 * caller is known and, where the answer has no end, when it begins.
 */
export interface RequestRecord {
  /** The words of audit.k8s.io. */
  readonly stage: 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete'
  /** What the answer bore as `Audit-Id`. */
  readonly id: string
  readonly method: string
  /** As it was sent, with the prefix of the plane. */
  readonly uri: string
  /** Absent when the request ended before its URL was understood. */
  readonly info?: RequestInfo
  /** In whose control plane; absent at the root. */
  readonly parent?: Parent
  /** Absent when it ended before the caller was known. */
  readonly user?: Caller
  /** Who asked to be taken for `user`. */
  readonly impersonator?: Caller
  readonly userAgent?: string
  readonly contentType?: string
  /** The values of `dryRun` in the URL. */
  readonly dryRun: readonly string[]
  readonly sourceAddress?: string
  /** 0 before there is an answer, and when the connection ended without one. */
  readonly code: number
  /** When the request arrived, in milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMilliseconds: number
}

export type RequestObserver = (record: RequestRecord) => void
