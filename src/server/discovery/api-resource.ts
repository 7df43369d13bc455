import { createHash } from 'node:crypto'
import { type Resource, storageVersion } from '../../registry/kind.ts'

/** One entry of an `APIResourceList`, with the field names of `meta/v1`. */
export interface ApiResource {
  /** `workloads`, or `workloads/status` for a subresource. */
  readonly name: string
  readonly singularName: string
  readonly namespaced: boolean
  /** Only where a subresource speaks another group's kind: `autoscaling/v1` Scale. */
  readonly group?: string
  readonly version?: string
  readonly kind: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly storageVersionHash?: string
}

/** A resource and after it its subresources, in the order in which a real server lists them. */
export function apiResources(resource: Resource): ApiResource[] {
  const { kind, definition } = resource
  const names = kind.names
  const namespaced = kind.scope === 'Namespaced'
  const subresource = { singularName: '', namespaced }
  const entries: ApiResource[] = [
    {
      name: names.plural,
      singularName: names.singular,
      namespaced,
      kind: names.kind,
      verbs: resourceVerbs(resource),
      ...(names.shortNames?.length ? { shortNames: names.shortNames } : {}),
      ...(names.categories?.length ? { categories: names.categories } : {}),
      ...(kind.answer ? {} : { storageVersionHash: storageVersionHash(resource) }),
    },
  ]
  if (definition.subresources?.finalize) {
    entries.push({ name: `${names.plural}/finalize`, ...subresource, kind: names.kind, verbs: ['update'] })
  }
  if (definition.subresources?.status) {
    entries.push({
      name: `${names.plural}/status`,
      ...subresource,
      kind: names.kind,
      verbs: ['get', 'patch', 'update'],
    })
  }
  if (definition.subresources?.scale) {
    entries.push({
      name: `${names.plural}/scale`,
      ...subresource,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    })
  }
  return entries
}

/** The verbs of the resource itself; the two orders are those of compiled-in kinds and of custom resources. */
export function resourceVerbs({ kind, definition }: Resource): readonly string[] {
  if (kind.answer) return ['create']
  if (kind.origin === 'custom') {
    return ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
  }
  // Namespaces, the one kind with /finalize, cannot be deleted all at once.
  const deleteCollection = definition.subresources?.finalize ? [] : ['deletecollection']
  return ['create', 'delete', ...deleteCollection, 'get', 'list', 'patch', 'update', 'watch']
}

/** Equal for two spellings of one stored kind: eight bytes of the hash of its storage group, version and kind. */
function storageVersionHash({ kind }: Resource): string {
  const stored = `${kind.group}/${storageVersion(kind).name}/${kind.names.kind}`
  return createHash('sha256').update(stored).digest().subarray(0, 8).toString('base64')
}
