import { noRepresentation, noSuchPath, notAcceptable } from '../apimachinery/errors.ts'
import { formatGroupVersion } from '../apimachinery/object.ts'
import type { KindSet } from '../registry/kind.ts'
import { type AcceptClause, acceptClauses, accepts } from './discovery/accept.ts'
import { aggregatedDiscovery } from './discovery/aggregated.ts'
import { answerWithETag, type DocumentAnswer, pageNotFound } from './discovery/answer.ts'
import { documentOf } from './discovery/kept-documents.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery/plain.ts'

/**
 * What a plane serves, told to clients: `/`, `/api`, `/apis` and below, down to a group version. `segments` is the
 * path within the plane without empty parts; undefined when it is not a path of discovery.
 *
 * `/api` and `/apis` are answered in aggregated form to whom accepts it (client-go, kubectl), with an ETag.
 * Throws a StatusError where nothing is served that a real server would have compiled in (404), and when neither JSON
 * nor YAML is accepted (406).
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

  const aggregated = segments.length === 1 ? aggregatedForm(accept) : undefined
  if (aggregated && (root === 'api' || root === 'apis')) {
    const document = documentOf(kinds, `${root};v2`, () => aggregatedDiscovery(kinds, root))
    const contentType = `application/${aggregated};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`
    return written(
      // Only the one document that a client names is compared here, on a real server too.
      answerWithETag(document, contentType, ifNoneMatch === '*' ? undefined : ifNoneMatch, {
        'cache-control': 'public',
      }),
      aggregated,
    )
  }

  const build =
    root === 'api'
      ? coreDocument(kinds, group)
      : root === 'apis'
        ? groupDocument(kinds, group, version)
        : index(kinds)
  const compiledIn = isCompiledIn(kinds, segments)
  if (!build) {
    if (compiledIn) throw noSuchPath()
    return pageNotFound()
  }
  const encoding = plainForm(accept, compiledIn)
  const answer = {
    status: 200,
    headers: { 'content-type': `application/${encoding}`, 'cache-control': 'no-cache, private' },
    body: documentOf(kinds, segments.join('/'), build).body,
  }
  return written(answer, encoding)
}

type Encoding = 'json' | 'yaml'

function written(answer: DocumentAnswer, encoding: Encoding): DocumentAnswer {
  return encoding === 'yaml' ? { ...answer, encoding } : answer
}

/** Whether a real server has this path, `/api` or a group version, in its program: such paths have their own words. */
function isCompiledIn(kinds: KindSet, [root, name, version]: readonly string[]): boolean {
  if (root === 'api') return true
  if (version === undefined) return false
  const group = kinds.groups.find((each) => each.name === name)
  return (
    group?.versions.some(({ resources }) => resources.some(({ kind }) => kind.origin === 'core')) ?? false
  )
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

/** The aggregated form goes before all others, wherever it stands in the header. */
function aggregatedForm(accept: string | undefined): Encoding | undefined {
  for (const clause of acceptClauses(accept)) {
    const { as, g: group, v: version } = clause.parameters
    if (as !== 'APIGroupDiscoveryList' || group !== 'apidiscovery.k8s.io' || version !== 'v2') continue
    const encoding = encodingOf(clause)
    if (encoding) return encoding
  }
  return undefined
}

const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

function plainForm(accept: string | undefined, compiledIn: boolean): Encoding {
  const clauses = acceptClauses(accept)
  for (const clause of clauses) {
    // A clause that asks for another form of JSON (a Table) does not fit; the next one may.
    const encoding = clause.parameters.as === undefined ? encodingOf(clause) : undefined
    if (encoding) return encoding
  }
  const known = clauses.some((clause) => types.some((type) => accepts(clause, type)))
  throw compiledIn && !known ? noRepresentation(types) : notAcceptable(types)
}

function encodingOf(clause: AcceptClause): Encoding | undefined {
  if (accepts(clause, 'application/json')) return 'json'
  return accepts(clause, 'application/yaml') ? 'yaml' : undefined
}
