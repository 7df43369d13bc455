import type { AccessAttributes } from '../registry/kind.ts'
import { type Query, queryBoolean } from './query.ts'

/** What a request is about, told from its method and URL alone. */
export type RequestInfo = ResourceInfo | PathInfo

/** A request that names a resource: `/apis/<group>/<version>/…` and `/api/<version>/…`. */
export interface ResourceInfo {
  readonly isResource: true
  /** Kubernetes' word: get, list, watch, create, update, patch, delete, deletecollection; empty for no method of the path. */
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  /** Empty where the request has none. */
  readonly subresource: string
  readonly namespace: string
  /** Empty for collections, unless a field selector names a single object. */
  readonly name: string
  /** True when the URL itself names an object. */
  readonly named: boolean
  readonly path: string
}

/** A request for anything else: discovery, OpenAPI, health. */
export interface PathInfo {
  readonly isResource: false
  /** The method in lower case. */
  readonly verb: string
  readonly path: string
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Subresources of a Namespace: below any other segment a namespace's name is followed by a resource. */
const namespaceSubresources = new Set(['status', 'finalize'])

/** `segments` and `path` are those within the plane. */
export function requestInfo(
  method: string,
  segments: readonly string[],
  path: string,
  query: Query,
): RequestInfo {
  const grouped = segments[0] === 'apis'
  const start = grouped ? 3 : 2
  if ((!grouped && segments[0] !== 'api') || segments.length <= start) {
    return { isResource: false, verb: method.toLowerCase(), path }
  }
  const group = grouped ? (segments[1] as string) : ''
  const version = segments[start - 1] as string

  let rest = segments.slice(start)
  // How watches were asked for before `?watch=true`.
  const legacyWatch = rest[0] === 'watch' && rest.length > 1
  if (legacyWatch) rest = rest.slice(1)
  let namespace = ''
  if (rest[0] === 'namespaces' && rest.length > 1) {
    namespace = rest[1] as string
    if (rest.length > 2 && !namespaceSubresources.has(rest[2] as string)) rest = rest.slice(2)
  }
  const [resource = '', urlName, subresource = ''] = rest

  const named = urlName !== undefined
  const plain = named ? (verbs[method] ?? '') : collectionVerb(method, query)
  const verb = legacyWatch ? (method === 'GET' ? 'watch' : '') : plain
  const name = urlName ?? (verb === 'create' ? '' : nameSelector(query))
  // More segments than there are places for: what is left stays part of the subresource, which nothing serves.
  const below = rest.length > 3 ? rest.slice(2).join('/') : subresource
  return {
    isResource: true,
    verb,
    group,
    version,
    resource,
    subresource: below,
    namespace,
    name,
    named,
    path,
  }
}

function collectionVerb(method: string, query: Query): string {
  const verb = verbs[method] ?? ''
  if (verb === 'get') return queryBoolean(query, 'watch') ? 'watch' : 'list'
  return verb === 'delete' ? 'deletecollection' : verb
}

/** The name in a field selector that admits a single object: it counts as the request's name when access is decided. */
function nameSelector(query: Query): string {
  const selector = query.get('fieldSelector')
  if (selector === undefined) return ''
  for (const requirement of selector.split(',')) {
    const match = /^metadata\.name==?([^=!]+)$/.exec(requirement)
    if (match) return match[1] as string
  }
  return ''
}

/** The request in the terms of an access review. */
export function accessAttributes(info: RequestInfo): AccessAttributes {
  if (!info.isResource) return { verb: info.verb, path: info.path }
  const { verb, group, version, resource, subresource, namespace, name } = info
  return {
    verb,
    group,
    version,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
  }
}
