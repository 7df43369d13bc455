import { cloneJson } from '../apimachinery/clone.ts'
import { StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject, ObjectMeta } from '../apimachinery/object.ts'
import { embeddedMetadataFault } from './embedded-resource.ts'
import { checkFields, mostUnknownFields, undecodable } from './field-validation.ts'
import type { Resource } from './kind.ts'
import { decodeObjectMeta, MetadataTypeError } from './object-meta.ts'
import { dropDuplicateOwners } from './owner-reference-duplicates.ts'
import { sortByPlace } from './place-in-document.ts'
import type { Asked, Preparation, Prepared } from './preparation.ts'
import { prune } from './pruning.ts'
import { copyChanged } from './settled-object.ts'
import { storedDefinition } from './stored-form.ts'
import { typedDecodingFault } from './typed-decoding.ts'
import { toTypedForm } from './typed-form.ts'

/** A copy of what was sent, in stored form, rid of what the schema does not know. */
export function decode(
  sent: KubernetesObject,
  preparation: Asked & Partial<Preparation>,
  old?: KubernetesObject,
): { draft: KubernetesObject; warnings: string[] } {
  const { resource, options } = preparation
  const draft = copyChanged(sent, old, resource)
  const refuse = (message: string, converted?: string) =>
    preparation.refuseFields?.(message, sent, converted) ?? undecodable(resource, message)
  const { unknown, fault: metadataFault } = decodedMetadata(draft, resource, old?.metadata)
  const typeFault = typedDecodingFault(resource, draft)
  const fault = typeFault?.isTime ? typeFault : (metadataFault ?? typeFault)
  if (fault !== undefined) throw refuse(fault.message, fault.converted)
  const embeddedFault = embeddedMetadataFault(resource.definition.schema(), draft)
  if (embeddedFault !== undefined) throw refuse(embeddedFault)
  unknown.splice(mostUnknownFields)
  unknown.push(...prune(resource.definition.schema(), draft))
  if (resource.kind.origin === 'core') sortByPlace(unknown, sent, mostUnknownFields)
  unknown.push(...(resource.definition.pruneNested?.(draft) ?? []))
  if (resource.kind.origin === 'core') unknown.splice(mostUnknownFields)
  const warnings = [
    ...checkFields(options, unknown, refuse, preparation.patchFaults),
    ...dropDuplicateOwners(draft.metadata, preparation.isPatch ?? false),
  ]
  if (resource.definition.deprecated) {
    warnings.push(
      resource.definition.deprecationWarning ??
        `${resource.apiVersion} ${resource.kind.names.kind} is deprecated`,
    )
  }
  const stored = resource.conversion ? resource.conversion.toStored(draft) : draft
  toTypedForm(stored, storedDefinition(resource))
  return { draft: withZeroes(stored, storedDefinition(resource).zeroValue), warnings }
}

function decodedMetadata(
  draft: KubernetesObject,
  { kind }: Resource,
  old: ObjectMeta | undefined,
): { unknown: string[]; fault?: MetadataTypeError } {
  try {
    return { unknown: decodeObjectMeta(draft, kind.origin === 'custom', old) }
  } catch (error) {
    if (error instanceof MetadataTypeError) return { unknown: [], fault: error }
    throw error
  }
}

/** What a typed server writes even where nothing was said of it. */
function withZeroes(object: KubernetesObject, zero: KubernetesObject | undefined): KubernetesObject {
  if (!zero) return object
  const whole: Record<string, unknown> = {}
  for (const name of Object.keys(zero)) whole[name] = object[name] ?? cloneJson(zero[name])
  return Object.assign(whole, object)
}

/** What is told of the document of a request that is refused for another reason. Throws where it cannot be decoded. */
export function decodingWarnings(sent: KubernetesObject, asked: Asked & Partial<Preparation>): string[] {
  return decode(sent, asked).warnings
}

/** What was warned of is told of a refusal too. */
export function withWarnings(warnings: readonly string[], prepare: () => Prepared): Prepared {
  try {
    const prepared = prepare()
    return { ...prepared, warnings: [...warnings, ...prepared.warnings] }
  } catch (error) {
    if (error instanceof StatusError) error.warnings = warnings
    throw error
  }
}
