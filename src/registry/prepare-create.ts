import type { KubernetesObject, ObjectMeta } from '../apimachinery/object.ts'
import { admit, judge, refuseInvalid } from './admission-refusal.ts'
import { applyDefaults } from './defaulting.ts'
import { decode, withWarnings } from './document-decoding.ts'
import { isUnbookable, keepBooks, track } from './field-ownership.ts'
import { keepsGeneration } from './generation.ts'
import { validateMetadataForCreate } from './metadata.ts'
import { validateWhole } from './object-validation.ts'
import type { Preparation, Prepared } from './preparation.ts'
import { hasStatus, storedDefinition, withHead } from './stored-form.ts'
import { withoutEmptyMaps } from './typed-form.ts'
import { writeWarnings } from './write-warnings.ts'

/** The object that a create stores, without `resourceVersion`. `name` is final: generated names are made before. */
export function prepareCreate(sent: KubernetesObject, name: string, preparation: Preparation): Prepared {
  const decoded = decode(sent, preparation)
  return withWarnings(decoded.warnings, () => createPrepared(decoded.draft, name, preparation))
}

function createPrepared(draft: KubernetesObject, name: string, preparation: Preparation): Prepared {
  const { resource, request } = preparation
  const { kind } = resource
  const given = draft.metadata
  const object = withHead(resource, draft)
  object.metadata = createdMetadata(given, name, preparation)
  if (hasStatus(resource)) delete object.status

  const definition = storedDefinition(resource)
  const schema = definition.schema()
  applyDefaults(schema, object)
  if (kind.admission?.mutate) {
    admit(preparation, name, () => {
      kind.admission?.mutate?.(object, undefined, request, preparation.facts)
      return undefined
    })
    applyDefaults(schema, object)
  }
  const books =
    preparation.managedFields ??
    track(preparation, undefined, withoutEmptyMaps(object, definition), given.managedFields)
  kind.admission?.stamp?.(object, undefined)
  const metadataErrors = validateMetadataForCreate(object.metadata, {
    nameFormat: kind.nameFormat ?? 'subdomain',
    namespaced: kind.scope === 'Namespaced',
    qualifiedFinalizers: resource.definition.metadataChecks?.includes('domains') ?? false,
  })
  const faults = validateWhole(resource, object, undefined, metadataErrors)
  const validate = () => kind.admission?.validate?.(object, undefined, request, preparation.facts)
  // A kind that does not look at metadata itself is asked before anybody does.
  if (resource.definition.metadataChecks?.length === 0) refuseInvalid(preparation, name, validate() ?? [])
  judge(preparation, name, faults, faults.length === metadataErrors.length, validate)
  const written = withoutEmptyMaps(object, definition)
  keepBooks(written, isUnbookable(draft, undefined, preparation) ? [] : books)
  return { object: written, warnings: writeWarnings(resource, written, undefined) }
}

function createdMetadata(given: ObjectMeta, name: string, preparation: Preparation): ObjectMeta {
  const {
    managedFields: _managedFields,
    deletionTimestamp: _deletionTimestamp,
    deletionGracePeriodSeconds: _deletionGracePeriodSeconds,
    resourceVersion: _resourceVersion,
    generation,
    namespace: _namespace,
    ...rest
  } = given
  const { namespace } = preparation.request.key
  return {
    ...rest,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: preparation.uid,
    creationTimestamp: preparation.time,
    // Of kinds that do not count nobody looks at what was sent.
    ...(keepsGeneration(preparation.resource) ? { generation: 1 } : generation ? { generation } : {}),
  }
}
