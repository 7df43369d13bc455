import { getOrInsert } from '../../apimachinery/get-or-insert.ts'
import type { KindSet, KindVersion, Resource } from '../../registry/kind.ts'
import { acceptClauses, accepts } from '../discovery/accept.ts'
import {
  answerWithETag,
  type DocumentAnswer,
  type StoredDocument,
  storedDocument,
} from '../discovery/answer.ts'
import { documentOf } from '../discovery/kept-documents.ts'
import { documentV2 } from './document-v2.ts'
import { documentV2Protobuf } from './document-v2-protobuf.ts'
import { type DocumentSource, documentsV3 } from './index-v3.ts'

/** The headers and the query of a request that choose the form of an OpenAPI document. */
export interface OpenApiRequest {
  readonly accept?: string | undefined
  readonly ifNoneMatch?: string | undefined
  /** `?hash=`: the version of the document that the client has read of in the index. */
  readonly hash?: string | undefined
}

/**
 * `/openapi/v2`, `/openapi/v3` and the documents below it, of the kinds that a plane serves. `segments` is the path
 * within the plane without empty parts; undefined when it is not a path of OpenAPI. What is refused is refused without
 * words, as a real server does.
 */
export function openApi(
  kinds: KindSet,
  segments: readonly string[],
  request: OpenApiRequest = {},
): DocumentAnswer | undefined {
  if (segments[0] !== 'openapi') return undefined
  const built = builtFor(kinds)
  if (segments[1] === 'v2' && segments.length === 2) return answerV2(built, request)
  if (segments[1] !== 'v3') return undefined
  return segments.length === 2
    ? answerIndex(built, request)
    : answerV3(built, segments.slice(2).join('/'), request)
}

/** The index comes as JSON to everybody, whatever they accept. */
function answerIndex(built: Built, { ifNoneMatch }: OpenApiRequest): DocumentAnswer {
  return answerWithETag(built.index(), 'application/json', ifNoneMatch, revalidated)
}

function answerV3(built: Built, path: string, { accept, ifNoneMatch, hash }: OpenApiRequest): DocumentAnswer {
  const document = built.v3(path)
  if (!document) return refusal(404)
  if (!acceptsJson(accept)) return notAcceptable
  if (!hash) return answerWithETag(document, 'application/json', ifNoneMatch, revalidated)
  if (hash !== document.hash) {
    // Relative to the URL of the request, so that it holds under the prefix of any control plane.
    const { headers } = answerWithETag(document, 'application/json', undefined, revalidated)
    return { status: 301, headers: { ...headers, location: `?hash=${document.hash}` }, body: '' }
  }
  return answerWithETag(document, 'application/json', ifNoneMatch, immutable)
}

function answerV2(built: Built, { accept, ifNoneMatch }: OpenApiRequest): DocumentAnswer {
  for (const clause of acceptClauses(accept)) {
    if (accepts(clause, 'application/json')) {
      return answerWithETag(built.v2(), 'application/json', ifNoneMatch, version2)
    }
    if (protobufTypes.includes(clause.type)) {
      return answerWithETag(built.v2Protobuf(), protobufTypes[0], ifNoneMatch, version2)
    }
  }
  return refusal(406, version2)
}

/** The names of version 2 in protobuf: today's, and the one by which client-go asks. */
const protobufTypes: readonly [string, ...string[]] = [
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
]

const revalidated = { 'cache-control': 'no-cache, private' }
const version2 = { ...revalidated, vary: 'Accept-Encoding, Accept' }

/** The hash in the URL names the content, so a client may keep it as long as it likes. */
const immutable = { 'cache-control': 'public, immutable, max-age=31536000' }

function refusal(status: number, headers: Readonly<Record<string, string>> = {}): DocumentAnswer {
  return { status, headers: { ...revalidated, ...headers }, body: '' }
}

const notAcceptable = refusal(406, { vary: 'Accept' })

function acceptsJson(accept: string | undefined): boolean {
  return acceptClauses(accept).some((clause) => accepts(clause, 'application/json'))
}

interface Shared {
  readonly resources: readonly Resource[]
  readonly document: StoredDocument
}

/** Documents of group versions by path, as long as the first of their kinds is served anywhere. */
const shared = new WeakMap<KindVersion, Map<string, Shared>>()

/** The document of a group version is the same in every set of kinds that serves the same of it. */
function sharedDocument(path: string, { build, resources }: DocumentSource): StoredDocument | undefined {
  const [first] = resources
  if (!first) return undefined
  const byPath = getOrInsert(shared, first.definition, () => new Map<string, Shared>())
  const known = byPath.get(path)
  if (known && isSame(known.resources, resources)) return known.document
  const document = storedDocument(JSON.stringify(build()))
  byPath.set(path, { resources, document })
  return document
}

function isSame(left: readonly Resource[], right: readonly Resource[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ kind, definition }, index) => {
      const other = right[index]
      return kind === other?.kind && definition === other.definition
    })
  )
}

/** The documents of one kind set, each made when it is asked for the first time. */
interface Built {
  index(): StoredDocument
  v3(path: string): StoredDocument | undefined
  v2(): StoredDocument
  v2Protobuf(): StoredDocument
}

const builtByKinds = new WeakMap<KindSet, Built>()

function builtFor(kinds: KindSet): Built {
  let built = builtByKinds.get(kinds)
  if (!built) {
    built = build(kinds)
    builtByKinds.set(kinds, built)
  }
  return built
}

function build(kinds: KindSet): Built {
  const sources = documentsV3(kinds)
  const v3 = (path: string) => {
    const source = sources.get(path)
    return source && (sharedDocument(path, source) ?? documentOf(kinds, `openapi/v3/${path}`, source.build))
  }
  const index = () => indexV3([...sources.keys()], (path) => v3(path)?.hash ?? '')
  return {
    v3,
    index: () => documentOf(kinds, 'openapi/v3', index),
    v2: () => documentOf(kinds, 'openapi/v2', () => documentV2(kinds)),
    v2Protobuf: () => documentOf(kinds, 'openapi/v2.pb', () => documentV2Protobuf(documentV2(kinds))),
  }
}

function indexV3(paths: readonly string[], hashOf: (path: string) => string): unknown {
  return {
    paths: Object.fromEntries(
      paths.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(path)}` }]),
    ),
  }
}
