import type { KindSet, Resource, ServedGroup } from '../../registry/kind.ts'
import { type ApiResource, apiResources } from './api-resource.ts'

/** Everything at once: for `/api` the core group, for `/apis` every named one, with all their resources. */
export function aggregatedDiscovery(kinds: KindSet, root: 'api' | 'apis'): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: kinds.groups.filter((group) => (group.name === '') === (root === 'api')).map(groupItem),
  }
}

function groupItem(group: ServedGroup): unknown {
  return {
    metadata: { ...(group.name === '' ? {} : { name: group.name }) },
    versions: group.versions.map(({ version, resources }) => ({
      version,
      resources: resources.map(resourceItem),
      freshness: 'Current',
    })),
  }
}

function resourceItem(resource: Resource): unknown {
  const [own, ...subresources] = apiResources(resource) as [ApiResource, ...ApiResource[]]
  return {
    resource: own.name,
    responseKind: responseKind(resource, own),
    scope: own.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: own.singularName,
    verbs: own.verbs,
    ...(own.shortNames ? { shortNames: own.shortNames } : {}),
    ...(own.categories ? { categories: own.categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((each) => ({
            subresource: each.name.slice(own.name.length + 1),
            responseKind: responseKind(resource, each),
            verbs: each.verbs,
          })),
        }
      : {}),
  }
}

/** Compiled-in kinds leave the group and version out where they are those of the URL. */
function responseKind(resource: Resource, entry: ApiResource): unknown {
  const { group, version } = resource.kind.origin === 'core' ? { group: '', version: '' } : resource
  return {
    group: entry.group ?? group,
    version: entry.version ?? version,
    kind: entry.kind,
  }
}
