import { cloneJson } from '../apimachinery/clone.ts'
import { invalidObject } from '../apimachinery/errors.ts'
import { invalid, type required } from '../apimachinery/field-error.ts'
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

/** The Scale of an object, with head. */
export function scaleOf(resource: Resource, object: KubernetesObject): KubernetesObject {
  const scale = declared(resource)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = read(object, scale.specReplicasPath)
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
    spec: replicas === undefined ? {} : { replicas },
    status: {
      replicas: read(object, scale.statusReplicasPath) ?? 0,
      ...(typeof selector === 'string' ? { selector } : {}),
    },
  }
}

/** The object with the number of replicas that a Scale asks for. Throws Invalid for what is no such number. */
export function withScale(
  resource: Resource,
  object: KubernetesObject,
  scale: KubernetesObject,
): KubernetesObject {
  const replicas = (scale.spec as { replicas?: unknown } | undefined)?.replicas ?? 0
  const refuse = (error: ReturnType<typeof required>) =>
    invalidObject('autoscaling', 'Scale', object.metadata.name, [error])
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw refuse(invalid('spec.replicas', replicas, 'must be an integer'))
  }
  if (replicas < 0) throw refuse(invalid('spec.replicas', replicas, 'should be a non-negative integer'))
  const next = cloneJson(object)
  const path = segments(declared(resource).specReplicasPath)
  const last = path.pop() as string
  let target = next as Record<string, unknown>
  for (const segment of path) {
    if (typeof target[segment] !== 'object' || target[segment] === null) target[segment] = {}
    target = target[segment] as Record<string, unknown>
  }
  target[last] = replicas
  const { resourceVersion, uid } = scale.metadata ?? {}
  if (resourceVersion !== undefined) next.metadata.resourceVersion = resourceVersion
  if (uid !== undefined) next.metadata.uid = uid
  return next
}
