import { cloneJson } from '../apimachinery/clone.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { cannotUnmarshal } from '../apimachinery/typed-json.ts'
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
    // A number that is nothing is not written, as in Go.
    spec: replicas ? { replicas } : {},
    status: {
      replicas: read(object, scale.statusReplicasPath) ?? 0,
      ...(typeof selector === 'string' ? { selector } : {}),
    },
  }
}

/** Why a typed decoder cannot take a Scale; undefined when it can. */
export function scaleFault({ spec }: KubernetesObject): string | undefined {
  if (spec === undefined || spec === null) return undefined
  if (!isRecord(spec)) return mismatch('Scale.spec', spec, 'v1.ScaleSpec')
  const { replicas } = spec
  if (replicas === undefined || replicas === null) return undefined
  return Number.isInteger(replicas) ? undefined : mismatch('ScaleSpec.spec.replicas', replicas, 'int32')
}

function mismatch(field: string, value: unknown, goType: string): string {
  return cannotUnmarshal(value, `struct field ${field}`, goType)
}

const scaleFields: Readonly<Record<string, readonly string[] | undefined>> = {
  spec: ['replicas'],
  status: ['replicas', 'selector'],
}

/** The paths of fields that a Scale has not. Its metadata is looked at with that of the object. */
export function unknownScaleFields(scale: KubernetesObject): string[] {
  return Object.entries(scale).flatMap(([field, value]) => {
    if (field === 'apiVersion' || field === 'kind' || field === 'metadata') return []
    const known = scaleFields[field]
    if (!known) return [field]
    if (!isRecord(value)) return []
    return Object.keys(value)
      .filter((each) => !known.includes(each))
      .map((each) => `${field}.${each}`)
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object with the number of replicas that a Scale (one without `scaleFault`) asks for. */
export function withScale(
  resource: Resource,
  object: KubernetesObject,
  scale: KubernetesObject,
): KubernetesObject {
  const replicas = (scale.spec as { replicas?: number } | null | undefined)?.replicas ?? 0
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
  if (resourceVersion) next.metadata.resourceVersion = resourceVersion
  if (uid) next.metadata.uid = uid
  return next
}
