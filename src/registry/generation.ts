import { deepEqual } from '../apimachinery/equality.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Resource } from './kind.ts'
import { hasStatus } from './stored-form.ts'

/** Whether changes of objects of a kind are counted at all. */
export function keepsGeneration(resource: Resource): boolean {
  return resource.kind.generation ?? resource.kind.origin === 'custom'
}

/** `generation` counts changes of everything but metadata and (where it is a subresource) status. */
export function specChanged(resource: Resource, object: KubernetesObject, old: KubernetesObject): boolean {
  const relevant = (each: KubernetesObject) => {
    const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = each
    if (hasStatus(resource)) delete rest.status
    return rest
  }
  return !deepEqual(relevant(object), relevant(old))
}
