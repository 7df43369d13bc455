import type { Caller } from '../registry/kind.ts'
import type { Parent } from '../registry/registry.ts'
import type { RequestInfo } from './request-info.ts'

/** A request that has ended, told to whoever keeps books: figures, the log, an audit log. */
export interface RequestRecord {
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
  readonly sourceAddress?: string
  /** 0 when the connection ended before an answer. */
  readonly code: number
  /** When the request arrived, in milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMilliseconds: number
}

export type RequestObserver = (record: RequestRecord) => void
