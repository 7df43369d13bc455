import { formatTime } from '../apimachinery/clock.ts'
import { badRequest, notFound, StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject, ManagedFieldsEntry, ObjectKey } from '../apimachinery/object.ts'
import type { StoredRecord } from '../storage/store.ts'
import { dryRecord, put, remove } from './commit.ts'
import { admissionRequest, create } from './create.ts'
import { decodingWarnings, withWarnings } from './document-decoding.ts'
import { doorFor } from './door.ts'
import type { Environment } from './environment.ts'
import { objectKey } from './keys.ts'
import { groupResource, type Kind, type Resource } from './kind.ts'
import { isSameButForTimes } from './managed-fields.ts'
import { checkName } from './named.ts'
import { otherIdentity } from './precondition.ts'
import type { Preparation, RefuseFields } from './preparation.ts'
import { prepareUpdate } from './prepare-update.ts'
import type { RequestContext, UpdateOptions, WriteOutcome } from './registry.ts'
import { wantedReplicas, withReplicas } from './scale.ts'
import { decodeScale } from './scale-decoding.ts'
import { scaleBooks } from './scale-ownership.ts'
import { markSettled } from './settled-object.ts'
import { currentObject, storedObject } from './stored-object.ts'

/** What an update makes of the object that is there: the full object as if it had been sent. */
export type Revise = (old: KubernetesObject) => {
  readonly object: KubernetesObject
  /** Set where the books are not kept of the object: by a server-side apply, and for a Scale. */
  readonly managedFields?: readonly ManagedFieldsEntry[]
  /** What is told of the document, where that is none of the kind. */
  readonly warnings?: readonly string[]
}

export interface ReviseOptions extends UpdateOptions {
  /** What was sent, where that is a whole object: it is decoded before anybody looks what it is to replace. */
  readonly document?: KubernetesObject
  /** The object that the caller means; any by that name where it is absent. */
  readonly uid?: string | undefined
  readonly isPatch?: boolean
  readonly refuseFields?: RefuseFields
  readonly patchFaults?: readonly string[]
}

/** True when nothing keeps an object whose deletion has begun. */
export function mayGo(kind: Kind, object: KubernetesObject): boolean {
  return (object.metadata.finalizers ?? []).length === 0 && !pends(kind, object)
}

/** True when something beside the finalizers of its metadata keeps the object. */
export function pends(kind: Kind, object: KubernetesObject): boolean {
  return (kind.pendingFinalizers?.(object) ?? []).length > 0
}

/** Replaces the object by what the caller sent. */
export async function update(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  sent: KubernetesObject,
  options: UpdateOptions = {},
): Promise<WriteOutcome> {
  if (resource.kind.createOnUpdate && options.subresource === undefined) {
    const record = await environment.store.read(objectKey(context.plane, resource.kind, key))
    if (!record) return createByUpdate(environment, context, resource, key, sent, options)
  }
  if (options.subresource === 'scale') {
    return putScale(environment, context, resource, key, sent, options)
  }
  checkNameOf(sent, key, () =>
    decodingWarnings(sent, { resource, options, manager: '', time: formatTime(environment.clock.now()) }),
  )
  const uid =
    typeof sent.metadata.uid === 'string' && sent.metadata.uid !== '' ? sent.metadata.uid : undefined
  return revise(environment, context, resource, key, () => ({ object: sent }), {
    ...options,
    uid,
    document: sent,
  })
}

/** A revision that is asked for is that of nothing; an identity is that of another object. */
function createByUpdate(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  sent: KubernetesObject,
  options: UpdateOptions,
): Promise<WriteOutcome> {
  const { resourceVersion: _resourceVersion, ...metadata } = sent.metadata
  if (typeof metadata.uid === 'string' && metadata.uid !== '') {
    throw otherIdentity(resource.kind, key, metadata.uid, '')
  }
  return create(environment, context, resource, key, { ...sent, metadata }, options)
}

/** Throws where the document is of another name, with what there is to be told of the document. */
function checkNameOf({ metadata }: KubernetesObject, { name }: ObjectKey, warningsOf: () => string[]): void {
  try {
    checkName(metadata.name, name)
  } catch (error) {
    if (error instanceof StatusError) error.warnings = warningsOf()
    throw error
  }
}

async function putScale(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  sent: KubernetesObject,
  options: UpdateOptions,
): Promise<WriteOutcome> {
  const { scale, warnings } = decodeScale(sent, options, (detail) =>
    badRequest(`Scale in version "v1" cannot be handled as a Scale: ${detail}`),
  )
  checkNameOf(scale, key, () => warnings)
  const { duplicateFields: _duplicateFields, duplicateKeys: _duplicateKeys, ...rest } = options
  const { uid } = scale.metadata
  return revise(
    environment,
    context,
    resource,
    key,
    (old) => ({ ...revisedByScale(context, resource, old, scale, options), warnings }),
    { ...rest, ...(uid ? { uid } : {}) },
  )
}

/** What a decoded Scale makes of its object. */
export function revisedByScale(
  context: RequestContext,
  resource: Resource,
  old: KubernetesObject,
  scale: KubernetesObject,
  options: UpdateOptions,
): ReturnType<Revise> {
  const object = withReplicas(resource, old, wantedReplicas(resource, scale))
  const { resourceVersion } = scale.metadata
  if (resourceVersion) object.metadata.resourceVersion = resourceVersion
  const manager = options.fieldManager ?? context.user.name
  const { apiVersion } = scale
  return { object, managedFields: scaleBooks({ resource, before: old, after: object, manager, apiVersion }) }
}

/**
 * The one road of every change to an object that exists: PUT, patches and apply differ only in `reviseObject`, which is
 * pure and is given the object as the resource's spelling shows it, without head.
 */
export async function revise(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  reviseObject: Revise,
  options: ReviseOptions = {},
): Promise<WriteOutcome> {
  const { kind } = resource
  const door = await doorFor(context, resource)
  const request = admissionRequest(
    environment,
    context,
    resource,
    key,
    options,
    undefined,
    'update',
    options.subresource,
  )
  const facts = await kind.admission?.gather?.(request)
  const base: Preparation = {
    resource,
    request,
    facts,
    options,
    manager: options.fieldManager ?? context.user.name,
    time: formatTime(environment.clock.now()),
    uid: '',
    isPatch: options.isPatch ?? false,
    ...(options.refuseFields ? { refuseFields: options.refuseFields } : {}),
    ...(options.patchFaults ? { patchFaults: options.patchFaults } : {}),
  }
  const path = objectKey(context.plane, kind, key)
  /** Decodes the document first: its own faults, and what is told of it, come before those of its place. */
  const refused = (refusal: StatusError) => {
    if (options.document) refusal.warnings = decodingWarnings(options.document, base)
    return refusal
  }
  let warnings: readonly string[] = []
  let dry: StoredRecord | undefined
  const result = await environment.store.write(path, (current, revision) => {
    if (!current) throw refused(notFound(groupResource(kind), key.name))
    const old = currentObject(kind, current)
    door.check(key, old)
    if (options.uid !== undefined && options.uid !== old.metadata.uid) {
      throw refused(otherIdentity(kind, key, options.uid, old.metadata.uid ?? '', options.dryRun))
    }
    const shown = resource.conversion ? resource.conversion.fromStored(old) : old
    const revised = reviseObject(shown)
    const prepare = () =>
      prepareUpdate(revised.object, old, { ...base, managedFields: revised.managedFields })
    const prepared = revised.warnings ? withWarnings(revised.warnings, prepare) : prepare()
    warnings = prepared.warnings
    const { apiVersion: _apiVersion, kind: _kind, ...next } = prepared.object
    if (options.dryRun) {
      dry = dryRecord(path, next, current.revision)
      return { type: 'none' }
    }
    if (isSameButForTimes(old, next)) return { type: 'none' }
    const ends = old.metadata.deletionTimestamp !== undefined && mayGo(kind, next)
    if (ends) return remove(next, old, revision)
    const transition = put(next, old, revision)
    markSettled(resource, transition.decoded)
    return transition
  })
  const record = dry ?? result.record
  if (!record) throw notFound(groupResource(kind), key.name)
  return {
    object: storedObject(context.plane, resource, record),
    created: false,
    warnings,
  }
}
