import { notAcceptable } from '../apimachinery/errors.ts'
import { type AcceptClause, acceptClauses, accepts } from './discovery/accept.ts'
import type { Query } from './query.ts'

/** The forms in which an object or a list can be asked for. */
export type Shape = 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'

/** In which form an answer is written. */
export interface Format {
  readonly encoding: 'json' | 'yaml'
  readonly shape: Shape
  /** The version of `meta.k8s.io` in which Tables and metadata are asked for. */
  readonly version: 'v1' | 'v1beta1'
}

const plainJson: Format = { encoding: 'json', shape: 'object', version: 'v1' }

const jsonType = 'application/json'
const yamlType = 'application/yaml'
const protobufType = 'application/vnd.kubernetes.protobuf'
const shapes: ReadonlySet<string> = new Set<Shape>([
  'Table',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
])

/** Accept headers that were understood before; clients repeat theirs in every request. */
const rememberedHeaders = 256

/** Reads Accept headers: the first alternative that can be served wins; 406 when there is none. */
export function createNegotiator(): (accept: string | undefined) => Format {
  const known = new Map<string, Format>()
  return (accept) => {
    if (accept === undefined || accept === jsonType || accept === '*/*') return plainJson
    let format = known.get(accept)
    if (!format) {
      format = negotiate(accept)
      if (known.size >= rememberedHeaders) known.clear()
      known.set(accept, format)
    }
    return format
  }
}

function negotiate(accept: string): Format {
  for (const clause of acceptClauses(accept)) {
    const encoding = accepts(clause, jsonType) ? 'json' : accepts(clause, yamlType) ? 'yaml' : undefined
    const format = encoding && formatOf(clause, encoding)
    if (format) return format
  }
  // A real server names protobuf for every kind, also for those that it has not in protobuf.
  throw notAcceptable([jsonType, yamlType, protobufType])
}

function formatOf({ parameters }: AcceptClause, encoding: Format['encoding']): Format | undefined {
  const { as, g: group, v: version } = parameters
  if (as === undefined) return { ...plainJson, encoding }
  if (!shapes.has(as) || group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1'))
    return undefined
  return { encoding, shape: as as Shape, version }
}

/** Watches are streams of JSON; there is no such stream of YAML. */
export function requireStream(format: Format): void {
  if (format.encoding !== 'json')
    throw notAcceptable([`${jsonType};stream=watch`, `${protobufType};stream=watch`])
}

/** Whether an answer is indented: as asked for, or for tools behind which a person sits. */
export function wantsPretty(query: Query, userAgent: string | undefined): boolean {
  const pretty = query.get('pretty')
  if (pretty !== undefined && pretty !== '') return pretty === '1' || /^t(rue)?$/i.test(pretty)
  return userAgent !== undefined && /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent)
}
