import { noRepresentation } from '../apimachinery/errors.ts'
import { acceptClauses } from './discovery/accept.ts'
import { createHealth, type HealthCheck } from './health.ts'
import type { Query } from './query.ts'
import { type Answer, jsonAnswer } from './respond.ts'
import { type Build, versionInfo } from './version.ts'

/** The paths of every plane that are answered to anybody, whether or not the plane exists. */
export interface OpenPaths {
  /** True for paths that need no caller. */
  includes(segments: readonly string[]): boolean
  /** Undefined for paths that are not open. Throws a StatusError (406) where what there is is not accepted. */
  answer(segments: readonly string[], query: Query, accept: string | undefined): Promise<Answer | undefined>
}

const jsonType = 'application/json'

const names = new Set(['healthz', 'livez', 'readyz', 'version'])

export function createOpenPaths(options: { readiness: readonly HealthCheck[]; build: Build }): OpenPaths {
  const health = createHealth(options.readiness)
  const version = `${JSON.stringify(versionInfo(options.build), null, 2)}\n`
  return {
    includes: ([first]) => first !== undefined && names.has(first),
    async answer(segments, query, accept) {
      if (segments[0] === 'version' && segments.length === 1) {
        const isAccepted = acceptClauses(accept).some(({ type }) => type === jsonType || type === '*/*')
        if (!isAccepted) throw noRepresentation([jsonType])
        return jsonAnswer(200, version)
      }
      return health(segments, query)
    },
  }
}
