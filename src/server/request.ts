import type { FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import type { Clock } from '../apimachinery/clock.ts'
import type { Authorize, Caller, Resource } from '../registry/kind.ts'
import type { Registry, RequestContext } from '../registry/registry.ts'
import type { Limits } from './limits.ts'
import type { Format } from './negotiation.ts'
import type { Query } from './query.ts'
import type { RequestInfo, ResourceInfo } from './request-info.ts'
import type { RequestMetrics } from './request-metrics.ts'
import type { Answer } from './respond.ts'
import type { Watches } from './watches.ts'

/** What every handler works with; one per server. */
export interface ServerEnvironment {
  readonly registry: Registry
  readonly authorize: Authorize
  readonly clock: Clock
  readonly log: Logger
  readonly limits: Limits
  readonly watches: Watches
  readonly requestMetrics: RequestMetrics
  /** To be called when the head of an answer without an end has been sent: its end may be hours away. */
  readonly responseStarted: (reply: FastifyReply) => void
}

/** A request whose plane, caller and purpose are known, and whose caller may do it. */
export interface PlaneRequest {
  readonly method: string
  /** The path within the plane, decoded. */
  readonly segments: readonly string[]
  readonly query: Query
  readonly info: RequestInfo
  readonly user: Caller
  /** Undefined for the open paths of a plane, which are answered to anybody. */
  readonly context: RequestContext | undefined
}

/** A request for a resource that is served, ready for the handler of its verb. */
export interface ResourceRequest {
  readonly context: RequestContext
  readonly resource: Resource
  readonly info: ResourceInfo
  readonly query: Query
  readonly format: Format
  readonly pretty: boolean
  readonly userAgent: string | undefined
  readonly contentType: string | undefined
  readonly body: Buffer
  /** Where a watch writes; everything else returns an Answer. */
  readonly reply: FastifyReply
}

/** Serves one verb. Resolves to undefined when it has taken over the response itself. */
export type Handler = (
  environment: ServerEnvironment,
  request: ResourceRequest,
) => Promise<Answer | undefined>
