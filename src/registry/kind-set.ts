import { createHash } from 'node:crypto'
import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import { formatGroupVersion } from '../apimachinery/object.ts'
import type { Kind, KindSet, Resource, ServedGroup } from './kind.ts'

/** Every spelling under which a kind is served. */
export function resourcesOf(kind: Kind): Resource[] {
  const own = kind.versions
    .filter((version) => version.served)
    .map((definition) => ({
      kind,
      group: kind.group,
      version: definition.name,
      apiVersion: formatGroupVersion(kind.group, definition.name),
      definition,
    }))
  const aliases = (kind.aliases ?? []).flatMap((alias) => {
    const definition = alias.definition ?? kind.versions.find((version) => version.name === alias.of)
    if (!definition) return []
    return [
      {
        kind,
        group: alias.group,
        version: alias.version,
        apiVersion: formatGroupVersion(alias.group, alias.version),
        definition,
        ...(alias.conversion ? { conversion: alias.conversion } : {}),
      },
    ]
  })
  return [...own, ...aliases]
}

/** v1 before v1beta1 before v1alpha1, higher numbers first, anything else last by name: Kubernetes' version priority. */
export function compareVersions(left: string, right: string): number {
  const parse = (version: string) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  const [a, b] = [parse(left), parse(right)]
  if (!a || !b) return a ? -1 : b ? 1 : left < right ? -1 : left > right ? 1 : 0
  const stability = (match: RegExpExecArray) => (match[2] === 'alpha' ? 0 : match[2] === 'beta' ? 1 : 2)
  return stability(b) - stability(a) || Number(b[1]) - Number(a[1]) || Number(b[3] ?? 0) - Number(a[3] ?? 0)
}

function groupsOf(kinds: readonly Kind[]): ServedGroup[] {
  const groups = new Map<string, Map<string, Resource[]>>()
  for (const resource of kinds.flatMap(resourcesOf)) {
    const versions = getOrInsert(groups, resource.group, () => new Map<string, Resource[]>())
    getOrInsert(versions, resource.version, (): Resource[] => []).push(resource)
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .sort(([left], [right]) => compareVersions(left, right))
      .map(([version, resources]) => ({ version, resources })),
  }))
}

/**
 * `hash` identifies the content; without one it is made from names and versions, which is enough
 * where every kind is built in and its schema cannot change.
 */
export function createKindSet(kinds: readonly Kind[], identity = ''): KindSet {
  const byPath = new Map<string, Resource>()
  const byKind = new Map<string, Resource>()
  for (const resource of kinds.flatMap(resourcesOf)) {
    byPath.set(`${resource.apiVersion}/${resource.kind.names.plural}`, resource)
    byKind.set(`${resource.apiVersion}/${resource.kind.names.kind}`, resource)
  }
  const hash = createHash('sha256')
    .update([...byPath.keys()].join())
    .update(identity)
    .digest('hex')
  let groups: ServedGroup[] | undefined
  return {
    find: (group, version, plural) => byPath.get(`${formatGroupVersion(group, version)}/${plural}`),
    findByKind: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`),
    get groups() {
      groups ??= groupsOf(kinds)
      return groups
    },
    kinds,
    hash,
  }
}
