import { cloneJson } from '../apimachinery/clone.ts'
import { deepEqual } from '../apimachinery/equality.ts'
import { badRequest, invalidObject, StatusError, staleObject } from '../apimachinery/errors.ts'
import { type FieldError, invalid } from '../apimachinery/field-error.ts'
import type { JsonObject, KubernetesObject, ManagedFieldsEntry, ObjectMeta } from '../apimachinery/object.ts'
import { formatGroupVersion } from '../apimachinery/object.ts'
import type { AdmissionRequest } from './admission.ts'
import { applyDefaults } from './defaulting.ts'
import { embeddedMetadataFault } from './embedded-resource.ts'
import { checkFields, undecodable } from './field-validation.ts'
import {
  bookedVersions,
  groupResource,
  type KindVersion,
  type Resource,
  storageVersion,
  zeroValueOf,
} from './kind.ts'
import { trackUpdate } from './managed-fields.ts'
import {
  finalizerWarnings,
  validateFinalizerDomains,
  validateMetadataForCreate,
  validateMetadataForUpdate,
} from './metadata.ts'
import { decodeObjectMeta, MetadataTypeError } from './object-meta.ts'
import { dropDuplicateOwners } from './owner-reference-duplicates.ts'
import { sortByPlace } from './place-in-document.ts'
import { prune } from './pruning.ts'
import type { WriteOptions } from './registry.ts'
import { validateRules } from './rules.ts'
import { validateScale } from './scale-validation.ts'
import { copyChanged } from './settled-object.ts'
import { mergeTypeOf } from './structured-merge/merge-type.ts'
import { describeFaults } from './structured-merge/validate-object.ts'
import { typedDecodingFault } from './typed-decoding.ts'
import { toTypedForm } from './typed-form.ts'
import { validateSchema } from './validation.ts'

/**
 * What happens to an object between a request and a row. Pure and synchronous: it runs inside the store's transform.
 * decode (metadata, unknown fields) → carry over what the caller may not set → default → mutate → validate → stamp.
 */

/** What is known of every request with an object in it. */
interface Asked {
  readonly resource: Resource
  readonly options: WriteOptions
  readonly manager: string
  /** RFC 3339: stamped as creation, deletion and managed-fields time. */
  readonly time: string
}

/** What a write knows beside the object. */
export interface Preparation extends Asked {
  readonly request: AdmissionRequest
  readonly facts: unknown
  readonly uid: string
  /** Set where the write is a server-side apply, which keeps the books itself. */
  readonly managedFields?: readonly ManagedFieldsEntry[] | undefined
  /** Set where the write is a patch or an apply. */
  readonly isPatch?: boolean
  /** How a strict refusal of unknown fields reads; a patch words it differently from a body. */
  readonly refuseFields?: RefuseFields
  /** What is wrong with the fields of the patch itself, in words. */
  readonly patchFaults?: readonly string[]
}

/** Refuses what was to be stored, for the reason given. */
export type RefuseFields = (
  message: string,
  object: KubernetesObject,
  /** The message of a converter of documents, where that is another. */
  converted?: string,
) => StatusError

export interface Prepared {
  readonly object: KubernetesObject
  readonly warnings: readonly string[]
}

/** The version whose schema rules the stored form: the URL's own, except where a spelling is converted. */
function storedDefinition(resource: Resource): KindVersion {
  return resource.conversion ? storageVersion(resource.kind) : resource.definition
}

function storedApiVersion(resource: Resource): string {
  return resource.conversion
    ? formatGroupVersion(resource.kind.group, storageVersion(resource.kind).name)
    : resource.apiVersion
}

function keepsGeneration(resource: Resource): boolean {
  return resource.kind.generation ?? resource.kind.origin === 'custom'
}

function hasStatus(resource: Resource): boolean {
  return storedDefinition(resource).subresources?.status === true
}

/** A copy of what was sent, in stored form, rid of what the schema does not know. */
function decode(
  sent: KubernetesObject,
  preparation: Asked & Partial<Preparation>,
  old?: KubernetesObject,
): { draft: KubernetesObject; warnings: string[] } {
  const { resource, options } = preparation
  const draft = copyChanged(sent, old, resource)
  const refuse = (message: string, converted?: string) =>
    preparation.refuseFields?.(message, sent, converted) ?? undecodable(resource, message)
  const { unknown, fault: metadataFault } = decodedMetadata(draft, resource)
  const typeFault = typedDecodingFault(resource, draft)
  const fault = typeFault?.isTime ? typeFault : (metadataFault ?? typeFault)
  if (fault !== undefined) throw refuse(fault.message, fault.converted)
  const embeddedFault = embeddedMetadataFault(resource.definition.schema(), draft)
  if (embeddedFault !== undefined) throw refuse(embeddedFault)
  unknown.push(...prune(resource.definition.schema(), draft))
  if (resource.kind.origin === 'core') sortByPlace(unknown, sent)
  unknown.push(...(resource.definition.pruneNested?.(draft) ?? []))
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
): { unknown: string[]; fault?: MetadataTypeError } {
  try {
    return { unknown: decodeObjectMeta(draft, kind.origin === 'custom') }
  } catch (error) {
    if (error instanceof MetadataTypeError) return { unknown: [], fault: error }
    throw error
  }
}

/** What a typed server writes even where nothing was said of it. */
function withZeroes(object: KubernetesObject, zero: KubernetesObject | undefined): KubernetesObject {
  return zero ? { ...cloneJson(zero), ...object } : object
}

function refuseInvalid(preparation: Preparation, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) {
    const { conversion, kind } = preparation.resource
    // What is converted is judged as it is stored.
    const { group } = conversion ? kind : preparation.resource
    throw invalidObject(group, preparation.resource.kind.names.kind, name, errors)
  }
}

/** A refusal by what is a webhook on a deployed server is told as one. */
function asWebhook(webhookName: string | undefined, refusal: StatusError): StatusError {
  if (webhookName === undefined) return refusal
  const message = `admission webhook "${webhookName}" denied the request: ${refusal.status.message ?? ''}`
  return new StatusError({ ...refusal.status, message })
}

/** Runs `decide` so that its refusals, thrown or found, carry the webhook's name. */
export function admit(
  preparation: Preparation,
  name: string,
  decide: () => readonly FieldError[] | undefined,
): void {
  const webhookName = preparation.resource.kind.admission?.webhookName
  try {
    refuseInvalid(preparation, name, decide() ?? [])
  } catch (error) {
    throw error instanceof StatusError ? asWebhook(webhookName, error) : error
  }
}

/**
 * Refuses what has faults. What is compiled in tells the faults of metadata together with its own; elsewhere admission
 * looks at what is valid so far.
 */
function judge(
  preparation: Preparation,
  name: string,
  faults: readonly FieldError[],
  fitsSchema: boolean,
  decide: () => readonly FieldError[] | undefined,
): void {
  const together = preparation.resource.kind.origin === 'core' && fitsSchema ? faults : []
  if (together.length === 0) refuseInvalid(preparation, name, faults)
  admit(preparation, name, () => [...together, ...(decide() ?? [])])
}

/** `{apiVersion, kind, …}`: schema rules may look at the head. */
function withHead(resource: Resource, object: KubernetesObject): KubernetesObject {
  const { apiVersion: _apiVersion, kind: _kind, ...rest } = object
  return { apiVersion: storedApiVersion(resource), kind: resource.kind.names.kind, ...rest }
}

/** Everything that is wrong with an object. `before`: the faults of its metadata, which keep rules from being checked. */
function validateWhole(
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
  before: readonly FieldError[],
): FieldError[] {
  const { schema, subresources } = storedDefinition(resource)
  const oldWithHead = old && withHead(resource, old)
  const errors = [
    ...before,
    ...validateSchema(schema(), object, oldWithHead),
    ...(subresources?.scale ? validateScale(subresources.scale, object, 'object') : []),
  ]
  return [...errors, ...validateRules(schema(), object, oldWithHead, errors)]
}

/** Everything that is wrong with an object of which the status alone is replaced: only that is held against the schema. */
function validateStatus(
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  before: readonly FieldError[],
): FieldError[] {
  const { schema, subresources } = storedDefinition(resource)
  const status = schema().properties?.status
  const errors = [
    ...before,
    ...(status && object.status !== undefined
      ? validateSchema(status, object.status, old.status, 'status')
      : []),
    ...(subresources?.scale ? validateScale(subresources.scale, object, 'status') : []),
  ]
  return [...errors, ...validateRules(schema(), object, withHead(resource, old), errors)]
}

function track(
  preparation: Asked & Partial<Preparation>,
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  entries: readonly ManagedFieldsEntry[] | undefined,
): ManagedFieldsEntry[] {
  const { resource } = preparation
  const { conversion, definition, apiVersion } = resource
  const spelled = (object: KubernetesObject | undefined) =>
    object && conversion ? conversion.fromStored(object) : object
  return trackUpdate({
    schema: definition.schema(),
    before: spelled(before),
    zeroValue: zeroValueOf(resource),
    after: conversion ? conversion.fromStored(after) : after,
    entries: entries ?? [],
    manager: preparation.manager,
    apiVersion,
    servesVersion: bookedVersions(resource),
    subresource: preparation.request?.subresource,
    hasStatusSubresource: hasStatus(resource),
    time: preparation.time,
  })
}

/** The object that a create stores, without `resourceVersion`. `name` is final: generated names are made before. */
/** A question is decoded and entered into the books like any object, and nothing else. */
export function prepareQuestion(sent: KubernetesObject, asked: Asked): Prepared {
  const { draft, warnings } = decode(sent, asked)
  keepBooks(draft, track(asked, undefined, draft, undefined))
  return { object: draft, warnings }
}

/** What is told of the document of a request that is refused for another reason. Throws where it cannot be decoded. */
export function decodingWarnings(sent: KubernetesObject, asked: Asked & Partial<Preparation>): string[] {
  return decode(sent, asked).warnings
}

export function prepareCreate(sent: KubernetesObject, name: string, preparation: Preparation): Prepared {
  const decoded = decode(sent, preparation)
  return withWarnings(decoded.warnings, () => createPrepared(decoded.draft, name, preparation))
}

/** What was warned of is told of a refusal too. */
function withWarnings(warnings: readonly string[], prepare: () => Prepared): Prepared {
  try {
    const prepared = prepare()
    return { ...prepared, warnings: [...warnings, ...prepared.warnings] }
  } catch (error) {
    if (error instanceof StatusError) error.warnings = warnings
    throw error
  }
}

function createPrepared(draft: KubernetesObject, name: string, preparation: Preparation): Prepared {
  const { resource, request } = preparation
  const { kind } = resource
  const given = draft.metadata
  const object = withHead(resource, draft)
  object.metadata = createdMetadata(given, name, preparation)
  if (hasStatus(resource)) delete object.status

  const schema = storedDefinition(resource).schema()
  applyDefaults(schema, object)
  if (kind.admission?.mutate) {
    admit(preparation, name, () => {
      kind.admission?.mutate?.(object, undefined, request, preparation.facts)
      return undefined
    })
    applyDefaults(schema, object)
  }
  const books = preparation.managedFields ?? track(preparation, undefined, object, given.managedFields)
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
  keepBooks(object, isUnbookable(draft, undefined, preparation) ? [] : books)
  return { object, warnings: writeWarnings(resource, object, undefined) }
}

function keepBooks({ metadata }: KubernetesObject, books: readonly ManagedFieldsEntry[]): void {
  if (books.length > 0) metadata.managedFields = [...books]
  else delete metadata.managedFields
}

/** What is told of an object that passes: on a real server only custom resources are looked at for their finalizers. */
function writeWarnings(
  { kind }: Resource,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
): string[] {
  const finalizers = [object.metadata.finalizers, old?.metadata.finalizers] as const
  return [
    ...(kind.origin === 'custom' ? finalizerWarnings(...finalizers) : []),
    ...(kind.admission?.warnings?.(object, old) ?? []),
  ]
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
  const schema = storedDefinition(resource).schema()
  applyDefaults(schema, object)
  if (kind.admission?.mutate && (replacesMain(request) || kind.subresourcesReplaceMetadata)) {
    admit(preparation, old.metadata.name, () => {
      kind.admission?.mutate?.(object, old, request, preparation.facts)
      return undefined
    })
    applyDefaults(schema, object)
  }
  // The books are kept of what was sent, although some of it is put back and nothing of it stored.
  const booked = bookedForm(object, draft, request)
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
  const books =
    preparation.managedFields ??
    track(
      preparation,
      withHead(resource, old),
      booked,
      draft.metadata.managedFields ?? old.metadata.managedFields,
    )
  // A Scale that is put in place says nothing of its books, so that they are those of nobody.
  const ofNobody = request.subresource === 'scale' && !preparation.isPatch
  if (isUnbookable(draft, old, preparation)) keepBooks(object, [])
  else keepBooks(object, ofNobody ? books.filter(({ subresource }) => subresource !== 'scale') : books)
  return {
    object,
    warnings: request.subresource === 'status' ? [] : writeWarnings(resource, object, old),
  }
}

/**
 * What comes through a door that it cannot pass (a status with the object, a spec with the status) is not kept; where it
 * does not fit the schema, the books are lost over it.
 */
function isUnbookable(
  draft: KubernetesObject,
  old: KubernetesObject | undefined,
  { resource, request }: Preparation,
): boolean {
  const left = request.subresource === 'status' ? 'spec' : 'status'
  if (!hasStatus(resource) || request.subresource === 'finalize') return false
  const part = draft[left]
  if (part === undefined || deepEqual(part, old?.[left])) return false
  const type = mergeTypeOf(storedDefinition(resource).schema())
  return describeFaults(type, { [left]: part } as JsonObject) !== undefined
}

/** A real server looks at the metadata of an update more than once, and tells each time what it found. */
function metadataFaults({ kind, definition }: Resource, metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  const namespaced = kind.scope === 'Namespaced'
  const whole = () =>
    validateMetadataForCreate(metadata, { nameFormat: kind.nameFormat ?? 'subdomain', namespaced })
  const update = () => validateMetadataForUpdate(metadata, old)
  const checks = definition.metadataChecks ?? ['update']
  const domains = () => (checks.includes('domains') ? validateFinalizerDomains(metadata.finalizers) : [])
  return [
    ...whole(),
    ...update(),
    ...(checks.includes('whole') ? [...whole(), ...domains()] : []),
    ...(checks.includes('update') ? [...update(), ...domains()] : []),
  ]
}

function bookedForm(
  object: KubernetesObject,
  { metadata }: KubernetesObject,
  { subresource, kind }: AdmissionRequest,
): KubernetesObject {
  return subresource === 'status' && !kind.subresourcesReplaceMetadata
    ? { ...object, metadata }
    : { ...object }
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

/** `generation` counts changes of everything but metadata and (where it is a subresource) status. */
function specChanged(resource: Resource, object: KubernetesObject, old: KubernetesObject): boolean {
  const relevant = (each: KubernetesObject) => {
    const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = each
    if (hasStatus(resource)) delete rest.status
    return rest
  }
  return !deepEqual(relevant(object), relevant(old))
}
