import { notAcceptable } from '../apimachinery/errors.ts'
import { formatGroupVersion } from '../apimachinery/object.ts'
import type { KindSet } from '../registry/kind.ts'
import { type AcceptClause, acceptClauses, accepts } from './discovery/accept.ts'
import { type AggregatedVersion, aggregatedDiscovery } from './discovery/aggregated.ts'
import {
  answerWithETag,
  type DocumentAnswer,
  pageNotFound,
  type StoredDocument,
  storedDocument,
} from './discovery/answer.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery/plain.ts'

/**
 * What a plane serves, told to clients: `/`, `/api`, `/apis` and below, down to a group version. `segments` is the
 * path within the plane without empty parts; undefined when it is not a path of discovery.
 *
 * `/api` and `/apis` are answered in aggregated form to whom accepts it (client-go, kubectl), with an ETag.
 * Documents are built once per kind set. Throws a StatusError (406) when JSON is not accepted.
 */
export function discover(
  kinds: KindSet,
  segments: readonly string[],
  accept: string | undefined,
  ifNoneMatch?: string | undefined,
): DocumentAnswer | undefined {
  const [root, group, version] = segments
  const depth = root === undefined ? 0 : root === 'api' ? 2 : root === 'apis' ? 3 : -1
  if (segments.length > depth) return undefined

  const form = negotiate(accept, segments.length === 1)
  if (form !== 'plain' && (root === 'api' || root === 'apis')) {
    const document = documentOf(kinds, `${root};${form}`, () => aggregatedDiscovery(kinds, root, form))
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`
    return answerWithETag(document, contentType, ifNoneMatch, { 'cache-control': 'public' })
  }

  const build =
    root === 'api'
      ? coreDocument(kinds, group)
      : root === 'apis'
        ? groupDocument(kinds, group, version)
        : index(kinds)
  if (!build) return pageNotFound()
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' },
    body: documentOf(kinds, segments.join('/'), build).body,
  }
}

/** A thunk for the document at a path, or undefined where nothing is served. */
type Build = (() => unknown) | undefined

function coreDocument(kinds: KindSet, version: string | undefined): Build {
  if (version === undefined) return () => apiVersions(kinds)
  return resourcesDocument(kinds, '', version)
}

function groupDocument(kinds: KindSet, name: string | undefined, version: string | undefined): Build {
  if (name === undefined) return () => apiGroupList(kinds)
  if (version !== undefined) return resourcesDocument(kinds, name, version)
  const group = kinds.groups.find((each) => each.name === name)
  return group && (() => apiGroup(group))
}

function resourcesDocument(kinds: KindSet, name: string, version: string): Build {
  const group = kinds.groups.find((each) => each.name === name)
  const served = group?.versions.find((each) => each.version === version)
  return group && served && (() => apiResourceList(group, served))
}

/** `/`: every path at which a client can begin, in the order of the alphabet. */
function index(kinds: KindSet): Build {
  return () => {
    const groups = kinds.groups.flatMap(({ name, versions }) =>
      name === ''
        ? versions.map(({ version }) => `/api/${version}`)
        : [`/apis/${name}`, ...versions.map(({ version }) => `/apis/${formatGroupVersion(name, version)}`)],
    )
    return { paths: ['/api', '/apis', ...groups, ...otherPaths].sort() }
  }
}

const otherPaths = ['/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version']

function negotiate(accept: string | undefined, aggregates: boolean): 'plain' | AggregatedVersion {
  for (const clause of acceptClauses(accept)) {
    if (!accepts(clause, 'application/json')) continue
    // A clause that asks for another form of JSON (a Table) does not fit; the next one may.
    if (clause.parameters.as === undefined) return 'plain'
    const version = aggregates ? aggregatedVersion(clause) : undefined
    if (version) return version
  }
  throw notAcceptable(['application/json'])
}

function aggregatedVersion({ parameters }: AcceptClause): AggregatedVersion | undefined {
  if (parameters.as !== 'APIGroupDiscoveryList' || parameters.g !== 'apidiscovery.k8s.io') return undefined
  const version = parameters.v
  return version === 'v2' || version === 'v2beta1' ? version : undefined
}

const documents = new WeakMap<KindSet, Map<string, StoredDocument>>()

/** The document of this name, built when it is asked for the first time and kept as long as the kind set lives. */
function documentOf(kinds: KindSet, name: string, build: () => unknown): StoredDocument {
  let known = documents.get(kinds)
  if (!known) {
    known = new Map()
    documents.set(kinds, known)
  }
  let document = known.get(name)
  if (!document) {
    document = storedDocument(JSON.stringify(build()))
    known.set(name, document)
  }
  return document
}
