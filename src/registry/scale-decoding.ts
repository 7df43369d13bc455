import { cloneJson } from '../apimachinery/clone.ts'
import type { StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { cannotUnmarshal } from '../apimachinery/typed-json.ts'
import { checkFields, mostUnknownFields } from './field-validation.ts'
import { decodeObjectMeta, MetadataTypeError } from './object-meta.ts'
import { sortByPlace } from './place-in-document.ts'
import { prune } from './pruning.ts'
import type { WriteOptions } from './registry.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { typedFault } from './typed-decoding.ts'

const replicas: StructuralSchema = { type: 'integer', format: 'int32' }

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { replicas } },
    status: { type: 'object', properties: { replicas, selector: { type: 'string' } } },
  },
}

/** A copy of a Scale that was sent, or that a patch has made, rid of what no Scale has. */
export function decodeScale(
  sent: KubernetesObject,
  options: WriteOptions,
  refuse: (message: string) => StatusError,
  patchFaults: readonly string[] = [],
): { scale: KubernetesObject; warnings: string[] } {
  const scale = cloneJson(sent)
  const unknown = decodeMetadata(scale, refuse)
  const fault = typedFault({ name: 'Scale', schema }, scale)
  if (fault !== undefined) throw refuse(fault.message)
  unknown.push(...prune(schema, scale))
  sortByPlace(unknown, sent, mostUnknownFields)
  return { scale, warnings: checkFields(options, unknown, refuse, patchFaults) }
}

function decodeMetadata(scale: KubernetesObject, refuse: (message: string) => StatusError): string[] {
  const given: unknown = scale.metadata ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw refuse(cannotUnmarshal(given, 'struct field Scale.metadata', 'v1.ObjectMeta'))
  }
  try {
    return decodeObjectMeta(scale, false)
  } catch (error) {
    if (error instanceof MetadataTypeError) throw refuse(error.message)
    throw error
  }
}
