import { pino } from 'pino'
import { systemClock } from '../../../src/apimachinery/clock.ts'
import { seededIds } from '../../../src/apimachinery/ids.ts'
import { createRegistry } from '../../../src/registry/create-registry.ts'
import type { Caller, Kind } from '../../../src/registry/kind.ts'
import type { View } from '../../../src/registry/registry.ts'
import { kinds } from '../../../src/schemas/index.ts'
import { createServer, type ServerOptions } from '../../../src/server/app.ts'
import { createSqliteStore } from '../../../src/storage/sqlite-store.ts'

export const developer: Caller = { name: 'developer@example.com', groups: ['system:authenticated'] }

/** Everything of organization `acme`, and nothing that has the annotation of another. */
const acmeView: View = {
  select: async (kind: Kind) =>
    kind.names.kind === 'Secret' ? { namespace: 'organization-acme', matches: () => true } : 'everything',
}

const parents = [
  { sort: 'Organization', segments: ['apis', 'resourcemanager.miloapis.com', 'v1alpha1', 'organizations'] },
  { sort: 'Organization', segments: ['apis', 'resourcemanager.datumapis.com', 'v1alpha', 'organizations'] },
  { sort: 'Project', segments: ['apis', 'resourcemanager.miloapis.com', 'v1alpha1', 'projects'] },
  { sort: 'Project', segments: ['apis', 'resourcemanager.datumapis.com', 'v1alpha', 'projects'] },
  { sort: 'User', segments: ['apis', 'iam.miloapis.com', 'v1alpha1', 'users'] },
] as const

/** Where the project `sandbox` of organization `acme` answers. */
export const project = '/apis/resourcemanager.datumapis.com/v1alpha/projects/sandbox/control-plane'
export const organization = '/apis/resourcemanager.datumapis.com/v1alpha/organizations/acme/control-plane'

/**
 * The HTTP face over a real registry and a real store in memory: organization `acme` with project `sandbox`, and project
 * `theirs` of somebody else. The token `good` is the developer's.
 */
export function startHttpServer(options: Partial<ServerOptions> = {}) {
  const ids = seededIds(1)
  const store = createSqliteStore({ path: ':memory:', clock: systemClock })
  const authorize = options.authorize ?? (async () => ({ allowed: true, reason: '' }))
  const registry = createRegistry({ store, kinds, clock: systemClock, ids, authorize })
  const server = createServer({
    registry,
    authorize,
    authenticate: async (token) => (token === 'good' ? developer : undefined),
    parents,
    async resolveParent({ sort, id }, within) {
      if (sort === 'Organization' && id === 'acme') {
        return { plane: 'root', view: acmeView, parent: { sort, name: id } }
      }
      if (sort !== 'Project') return undefined
      if (id === 'sandbox') return { plane: 'project/1', parent: { sort, name: id } }
      if (id === 'theirs' && within.parent === undefined)
        return { plane: 'project/2', parent: { sort, name: id } }
      return undefined
    },
    readiness: [],
    build: { version: '0.0.0-test' },
    log: pino({ level: 'silent' }),
    clock: systemClock,
    ids,
    ...options,
  })

  /** Asks without a connection; `body` is sent as JSON unless it is text. */
  async function ask(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await server.app.inject({
      method: method as 'GET',
      url,
      headers: {
        host: 'localhost:7443',
        authorization: 'Bearer good',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return {
      code: response.statusCode,
      text: response.body,
      headers: response.headers,
      get json() {
        return JSON.parse(response.body)
      },
    }
  }

  return {
    server,
    registry,
    ask,
    async close() {
      await server.close()
      registry.close()
      await store.close()
    },
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}

export interface Reply {
  readonly code: number
  readonly text: string
  readonly headers: Record<string, number | string | string[] | undefined>
  // biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is looked at as it is
  readonly json: any
}
