import { formatGroupVersion, type KubernetesObject } from '../apimachinery/object.ts'
import { type KindVersion, type Resource, storageVersion } from './kind.ts'

/** The version whose schema rules the stored form: the URL's own, except where a spelling is converted. */
export function storedDefinition(resource: Resource): KindVersion {
  return resource.conversion ? storageVersion(resource.kind) : resource.definition
}

function storedApiVersion(resource: Resource): string {
  return resource.conversion
    ? formatGroupVersion(resource.kind.group, storageVersion(resource.kind).name)
    : resource.apiVersion
}

/** Whether the status is written through a door of its own. */
export function hasStatus(resource: Resource): boolean {
  return storedDefinition(resource).subresources?.status === true
}

/** `{apiVersion, kind, …}`: schema rules may look at the head. */
export function withHead(resource: Resource, object: KubernetesObject): KubernetesObject {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object
  return { apiVersion: storedApiVersion(resource), kind: resource.kind.names.kind, ...rest }
}
