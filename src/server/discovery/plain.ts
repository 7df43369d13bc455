import { formatGroupVersion } from '../../apimachinery/object.ts'
import type { KindSet, ServedGroup } from '../../registry/kind.ts'
import { apiResources } from './api-resource.ts'

/** `/api`: the versions of the core group. Addresses stay empty: clients keep to the one by which they came. */
export function apiVersions(kinds: KindSet): unknown {
  const core = kinds.groups.find((group) => group.name === '')
  return {
    kind: 'APIVersions',
    versions: (core?.versions ?? []).map((each) => each.version),
    serverAddressByClientCIDRs: [],
  }
}

/** `/apis`: every named group. */
export function apiGroupList(kinds: KindSet): unknown {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: kinds.groups.filter((group) => group.name !== '').map(groupEntry),
  }
}

/** `/apis/<group>`. */
export function apiGroup(group: ServedGroup): unknown {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) }
}

/** `/api/v1`, which does not say its own version on a real server, and `/apis/<group>/<version>`. */
export function apiResourceList(group: ServedGroup, version: ServedGroup['versions'][number]): unknown {
  return {
    kind: 'APIResourceList',
    ...(group.name === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: formatGroupVersion(group.name, version.version),
    resources: version.resources.flatMap(apiResources),
  }
}

function groupEntry(group: ServedGroup) {
  const versions = group.versions.map(({ version }) => ({
    groupVersion: formatGroupVersion(group.name, version),
    version,
  }))
  return { name: group.name, versions, preferredVersion: versions[0] }
}
