import type { KindSet, Resource, ServedGroup } from '../../registry/kind.ts'
import { type ApiResource, apiResources } from './api-resource.ts'

/** The versions of `apidiscovery.k8s.io` that are spoken. */
export type AggregatedVersion = 'v2' | 'v2beta1'

/** Everything at once: for `/api` the core group, for `/apis` every named one, with all their resources. */
export function aggregatedDiscovery(
  kinds: KindSet,
  root: 'api' | 'apis',
  version: AggregatedVersion,
): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
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

function responseKind(resource: Resource, entry: ApiResource): unknown {
  return {
    group: entry.group ?? resource.group,
    version: entry.version ?? resource.version,
    kind: entry.kind,
  }
}
