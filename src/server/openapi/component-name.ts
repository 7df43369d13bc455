import type { Resource } from '../../registry/kind.ts'

const metaPackage = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** The component of a type of `meta/v1`, such as ObjectMeta. */
export function metaName(type: string): string {
  return `${metaPackage}.${type}`
}

/**
 * The component of a kind, or of its list, under one spelling. Compiled-in kinds are called by their Go packages and
 * custom ones by their reversed group: `com.datumapis.compute.v1alpha.Workload`.
 */
export function componentName(resource: Resource, kind: string): string {
  return `${packageOf(resource)}.${resource.version}.${kind}`
}

function packageOf({ group, kind }: Resource): string {
  if (kind.origin === 'custom') return group.split('.').reverse().join('.')
  if (group === '') return 'io.k8s.api.core'
  if (group === 'apiextensions.k8s.io') return 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions'
  return `io.k8s.api.${group.split('.')[0]}`
}
