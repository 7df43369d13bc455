import { cloneJson } from '../apimachinery/clone.ts'
import { badRequest } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Resource, ScaleSubresource } from './kind.ts'

/** `autoscaling/v1` Scale: an object seen as nothing but a number of replicas. */

export const scaleApiVersion = 'autoscaling/v1'

/** `.spec.replicas` → `['spec', 'replicas']`; a CustomResourceDefinition allows no other form here. */
function segments(path: string): string[] {
  return path.split('.').filter((segment) => segment !== '')
}

function read(object: KubernetesObject, path: string): unknown {
  let value: unknown = object
  for (const segment of segments(path)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[segment]
  }
  return value
}

function declared(resource: Resource): ScaleSubresource {
  const scale = resource.definition.subresources?.scale
  if (!scale) throw new Error(`${resource.kind.names.plural} have no scale`)
  return scale
}

/** Where an object says how many replicas it wants. */
export function replicasPath(resource: Resource): string[] {
  return segments(declared(resource).specReplicasPath)
}

/** How many replicas an object asks for; undefined where it says nothing. */
export function replicasOf(resource: Resource, object: KubernetesObject): unknown {
  return read(object, declared(resource).specReplicasPath) ?? undefined
}

/** The Scale of an object, with head. Throws BadRequest where the object asks for no number of replicas. */
export function scaleOf(resource: Resource, object: KubernetesObject): KubernetesObject {
  const scale = declared(resource)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = replicasOf(resource, object)
  if (replicas === undefined) {
    throw badRequest(`the spec replicas field ${quotedPath(resource)} does not exist`)
  }
  const selector = scale.labelSelectorPath === undefined ? undefined : read(object, scale.labelSelectorPath)
  return {
    kind: 'Scale',
    apiVersion: scaleApiVersion,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    // A number that is nothing is not written, as in Go.
    spec: replicas ? { replicas } : {},
    status: {
      replicas: read(object, scale.statusReplicasPath) ?? 0,
      ...(typeof selector === 'string' ? { selector } : {}),
    },
  }
}

/** Stands in a Scale that is to be patched for a number that is not there: a real server's least 32-bit number. */
const unset = -(2 ** 31)

/** The Scale of an object as a patch sees it. */
export function scaleToPatch(resource: Resource, object: KubernetesObject): KubernetesObject {
  if (replicasOf(resource, object) !== undefined) return scaleOf(resource, object)
  return { ...scaleOf(resource, withReplicas(resource, object, 0)), spec: { replicas: unset } }
}

/** The number of replicas that a decoded Scale asks for. Throws BadRequest where it still asks for none. */
export function wantedReplicas(resource: Resource, scale: KubernetesObject): number {
  const replicas = (scale.spec as { replicas?: number } | undefined)?.replicas ?? 0
  if (replicas !== unset) return replicas
  throw badRequest(`the spec replicas field ${quotedPath(resource)} cannot be empty`)
}

/** The object with another number of replicas. */
export function withReplicas(
  resource: Resource,
  object: KubernetesObject,
  replicas: number,
): KubernetesObject {
  const next = cloneJson(object)
  const path = replicasPath(resource)
  const last = path.pop() as string
  let target = next as Record<string, unknown>
  for (const segment of path) {
    if (typeof target[segment] !== 'object' || target[segment] === null) target[segment] = {}
    target = target[segment] as Record<string, unknown>
  }
  target[last] = replicas
  return next
}

function quotedPath(resource: Resource): string {
  return JSON.stringify(declared(resource).specReplicasPath)
}
