import { cloneJson } from '../apimachinery/clone.ts'
import { badRequest, invalidObject, staleObject } from '../apimachinery/errors.ts'
import { invalid } from '../apimachinery/field-error.ts'
import type { KubernetesObject, ObjectMeta } from '../apimachinery/object.ts'
import type { AdmissionRequest } from './admission.ts'
import { admit, judge } from './admission-refusal.ts'
import { applyDefaults } from './defaulting.ts'
import { decode, withWarnings } from './document-decoding.ts'
import { bookedForm, isUnbookable, keepBooks, track } from './field-ownership.ts'
import { keepsGeneration, specChanged } from './generation.ts'
import { groupResource } from './kind.ts'
import { metadataFaults, validateStatus, validateWhole } from './object-validation.ts'
import type { Preparation, Prepared } from './preparation.ts'
import { copyChanged } from './settled-object.ts'
import { hasStatus, storedDefinition, withHead } from './stored-form.ts'
import { withoutEmptyMaps } from './typed-form.ts'
import { writeWarnings } from './write-warnings.ts'

/** The object that an update stores. Its `resourceVersion` is still the old one: equal to `old` means nothing to do. */
export function prepareUpdate(
  sent: KubernetesObject,
  old: KubernetesObject,
  preparation: Preparation,
): Prepared {
  const decoded = decode(sent, preparation, old)
  return withWarnings(decoded.warnings, () => updatePrepared(decoded.draft, old, preparation))
}

function updatePrepared(draft: KubernetesObject, old: KubernetesObject, preparation: Preparation): Prepared {
  const { resource, request } = preparation
  const { kind } = resource
  checkVersion(draft.metadata, old.metadata, preparation)

  const object = withHead(resource, replacedPart(draft, old, preparation))
  object.metadata = updatedMetadata(object.metadata, old.metadata)
  // Nobody looks at what was sent of the books but the one who keeps them.
  delete object.metadata.managedFields
  const definition = storedDefinition(resource)
  const schema = definition.schema()
  applyDefaults(schema, object)
  if (kind.admission?.mutate && (replacesMain(request) || kind.subresourcesReplaceMetadata)) {
    admit(preparation, old.metadata.name, () => {
      kind.admission?.mutate?.(object, old, request, preparation.facts)
      return undefined
    })
    applyDefaults(schema, object)
  }
  // The books are kept of what was sent, although some of it is put back and nothing of it stored.
  const booked = withoutEmptyMaps(bookedForm(object, draft, request), definition)
  const books =
    preparation.managedFields ??
    track(
      preparation,
      withHead(resource, old),
      booked,
      draft.metadata.managedFields ?? old.metadata.managedFields,
    )
  if (replacesMain(request)) kind.admission?.stamp?.(object, old)
  if (keepsGeneration(resource) && specChanged(resource, object, old)) {
    object.metadata.generation = (old.metadata.generation ?? 0) + 1
  }
  const before = metadataFaults(resource, object.metadata, old.metadata)
  const faults =
    request.subresource === 'status'
      ? validateStatus(resource, object, old, before)
      : validateWhole(resource, object, old, before)
  judge(preparation, old.metadata.name, faults, faults.length === before.length, () =>
    replacesMain(request)
      ? kind.admission?.validate?.(object, old, request, preparation.facts)
      : kind.admission?.validateStatus?.(object, old, request, preparation.facts),
  )
  const written = withoutEmptyMaps(object, definition)
  keepBooks(written, isUnbookable(draft, old, preparation) ? [] : books)
  return {
    object: written,
    warnings: request.subresource === 'status' ? [] : writeWarnings(resource, written, old),
  }
}

/** A write of the object itself, not of its status or of a namespace's finalizers. */
function replacesMain({ subresource }: AdmissionRequest): boolean {
  return subresource === undefined || subresource === 'scale'
}

/** What the caller's door lets it replace: all but the status, the status alone, or the namespace's finalizers. */
function replacedPart(
  draft: KubernetesObject,
  old: KubernetesObject,
  preparation: Preparation,
): KubernetesObject {
  switch (preparation.request.subresource) {
    // A Scale has been written into the object it belongs to: from here on it is an update of that.
    case 'scale':
    case undefined: {
      if (!hasStatus(preparation.resource)) return draft
      const { status: _status, ...rest } = draft
      return old.status === undefined
        ? rest
        : { ...rest, status: copyChanged(old, old, preparation.resource).status }
    }
    case 'finalize': {
      return { ...cloneJson(old), metadata: draft.metadata, spec: draft.spec }
    }
    default: {
      const { status: _status, ...rest } = copyChanged(old, old, preparation.resource)
      if (preparation.resource.kind.subresourcesReplaceMetadata) rest.metadata = draft.metadata
      return draft.status === undefined ? rest : { ...rest, status: draft.status }
    }
  }
}

/** What only the server sets stays as it was. */
function updatedMetadata(given: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const metadata: ObjectMeta = { ...given }
  metadata.name ??= old.name
  if (old.namespace !== undefined) metadata.namespace ??= old.namespace
  metadata.uid ??= old.uid as string
  for (const field of ['resourceVersion', 'generation', 'creationTimestamp'] as const) {
    if (old[field] === undefined) delete metadata[field]
    else Object.assign(metadata, { [field]: old[field] })
  }
  // A deletion cannot be taken back, and what was never begun may not be claimed to be: that is refused later.
  if (old.deletionTimestamp !== undefined) metadata.deletionTimestamp = old.deletionTimestamp
  if (old.deletionGracePeriodSeconds !== undefined) {
    metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds
  }
  return metadata
}

function checkVersion(metadata: ObjectMeta, old: ObjectMeta, { resource: { kind } }: Preparation): void {
  const resource = groupResource(kind)
  const given = sentVersion(metadata)
  if (given === 0) {
    if (kind.unconditionalUpdate ?? kind.origin === 'core') return
    // The one refusal of its sort that names the resource where others name the kind.
    throw invalidObject(resource.group, resource.resource, old.name, [
      invalid('metadata.resourceVersion', 0, 'must be specified for an update'),
    ])
  }
  if (given !== Number(old.resourceVersion)) throw staleObject(resource, old.name)
}

/** The version that an update is based on; 0 for none. Throws BadRequest for what is no number. */
function sentVersion({ resourceVersion = '' }: ObjectMeta): number {
  if (resourceVersion === '') return 0
  if (/^\d{1,20}$/.test(resourceVersion)) return Number(resourceVersion)
  throw badRequest(
    `metadata.resourceVersion: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
  )
}
