import type { KubernetesObject } from '../../src/apimachinery/object.ts'
import type { DatumLocal } from '../../src/testing/start-datum-local.ts'

/** An answer that is no success, with what the server said. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** What tests type at the front door of one control plane. `path` begins behind the plane: `/api/v1/namespaces`. */
export interface PlaneApi {
  get(path: string): Promise<TestObject>
  list(path: string): Promise<{ items: TestObject[]; metadata: { resourceVersion: string } }>
  create(path: string, object: unknown): Promise<TestObject>
  /** A merge patch; `…/status` for the status. */
  patch(path: string, patch: unknown): Promise<TestObject>
  replace(path: string, object: unknown): Promise<TestObject>
  remove(path: string, options?: unknown): Promise<unknown>
  /** Undefined when it is not there. */
  find(path: string): Promise<TestObject | undefined>
  /** Every change below these collections after a revision, in the order of revisions. Takes a second of the clock. */
  history(paths: readonly string[], since: string): Promise<HistoryEntry[]>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at objects of every kind, field by field.
export type TestObject = KubernetesObject & { spec?: any; status?: any; data?: any }

export interface HistoryEntry {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: TestObject
}

/** Where a server answers, and to whom: the fixture, or what the command announces. */
export type ApiServer = Pick<DatumLocal, 'httpUrl' | 'token'>

/** The control plane of a project; the seeded one where none is named. */
export function projectApi(
  datum: ApiServer & { readonly project: string | null | undefined },
  project = datum.project,
): PlaneApi {
  return planeApi(datum, `/apis/resourcemanager.miloapis.com/v1alpha1/projects/${project}/control-plane`)
}

export function organizationApi(datum: DatumLocal, organization = datum.organization): PlaneApi {
  return planeApi(
    datum,
    `/apis/resourcemanager.miloapis.com/v1alpha1/organizations/${organization}/control-plane`,
  )
}

export function rootApi(datum: DatumLocal): PlaneApi {
  return planeApi(datum, '')
}

function planeApi(datum: ApiServer, prefix: string): PlaneApi {
  const authorization = `Bearer ${datum.token}`
  async function call(method: string, path: string, body?: unknown, type = 'application/json') {
    const response = await fetch(`${datum.httpUrl}${prefix}${path}`, {
      method,
      headers: { authorization, 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.status >= 400) throw new Refused(response.status, `${method} ${path}: ${text}`)
    return JSON.parse(text) as TestObject
  }

  /** Reads a watch for the second after which the server ends it: what had happened before is told in it. */
  async function follow(path: string, since: string): Promise<HistoryEntry[]> {
    const query = `watch=true&resourceVersion=${since}&timeoutSeconds=1`
    const response = await fetch(`${datum.httpUrl}${prefix}${path}?${query}`, { headers: { authorization } })
    const lines = (await response.text()).split('\n').filter((line) => line !== '')
    return lines.map((line) => JSON.parse(line) as HistoryEntry)
  }

  return {
    get: (path) => call('GET', path),
    list: async (path) => (await call('GET', path)) as never,
    create: (path, object) => call('POST', path, object),
    patch: (path, patch) => call('PATCH', path, patch, 'application/merge-patch+json'),
    replace: (path, object) => call('PUT', path, object),
    remove: (path, options) => call('DELETE', path, options),
    async find(path) {
      try {
        return await call('GET', path)
      } catch (error) {
        if (error instanceof Refused && error.code === 404) return undefined
        throw error
      }
    },
    async history(paths, since) {
      const histories = await Promise.all(paths.map((path) => follow(path, since)))
      const revision = ({ object }: HistoryEntry) => Number(object.metadata.resourceVersion)
      return histories.flat().sort((left, right) => revision(left) - revision(right))
    },
  }
}
