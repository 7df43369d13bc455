import { formatTime } from '../apimachinery/clock.ts'
import {
  badRequest,
  conflict,
  invalidObject,
  isReason,
  type StatusError,
  unsupportedMediaType,
} from '../apimachinery/errors.ts'
import { invalid } from '../apimachinery/field-error.ts'
import { applyJsonPatch } from '../apimachinery/json-patch.ts'
import { applyMergePatch } from '../apimachinery/merge-patch.ts'
import {
  type JsonObject,
  type JsonValue,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type ObjectKey,
  parseGroupVersion,
} from '../apimachinery/object.ts'
import { applyStrategicMergePatch } from '../apimachinery/strategic-merge-patch.ts'
import { cannotUnmarshal, goMapText } from '../apimachinery/typed-json.ts'
import { applyMerge } from './apply.ts'
import { create } from './create.ts'
import type { Environment } from './environment.ts'
import { describeFields, yamlErrors } from './field-validation.ts'
import { bookedVersions, groupResource, type Resource, zeroValueOf } from './kind.ts'
import { checkName } from './named.ts'
import type { EditPatch, Patch, RequestContext, UpdateOptions, WriteOutcome } from './registry.ts'
import { scaleApiVersion, scaleToPatch } from './scale.ts'
import { decodeScale } from './scale-decoding.ts'
import { type ReviseOptions, revise, revisedByScale } from './update.ts'

/** The object as a patch sees it: with the head of the URL. */
function withHead(resource: Resource, object: KubernetesObject): KubernetesObject {
  return { apiVersion: resource.apiVersion, kind: resource.kind.names.kind, ...object }
}

export async function patch(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  change: Patch | EditPatch,
  options: UpdateOptions = {},
): Promise<WriteOutcome> {
  if (change.type === 'apply') {
    if (options.subresource === 'scale') {
      throw badRequest(
        'failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1',
      )
    }
    return apply(environment, context, resource, key, change.body, options)
  }
  if (change.type === 'edit') {
    return revise(
      environment,
      context,
      resource,
      key,
      (old) => ({ object: change.edit(withHead(resource, old)) }),
      { ...options, isPatch: true },
    )
  }
  if (change.type === 'strategic' && resource.kind.origin === 'custom') {
    throw unsupportedMediaType([
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/apply-patch+yaml',
    ])
  }
  const reviseOptions: ReviseOptions = {
    ...options,
    isPatch: true,
    ...(change.type === 'json'
      ? { duplicateFields: [], patchFaults: jsonPatchFaults(change.body, options.duplicateFields ?? []) }
      : {}),
    refuseFields: (message, object, converted) =>
      change.type === 'strategic'
        ? invalidObject('', '', '', [invalid('patch', goMapText(change.body), converted ?? message)])
        : refusedPatch(object as unknown as JsonValue, message),
  }
  if (options.subresource === 'scale') {
    return patchScale(environment, context, resource, key, change, reviseOptions)
  }
  return revise(
    environment,
    context,
    resource,
    key,
    (old) => ({ object: patchedObject(resource, key, old, change) }),
    reviseOptions,
  )
}

/** A patch of a Scale, which has a type of its own, whatever the kind. */
function patchScale(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  change: DocumentPatch,
  options: ReviseOptions,
): Promise<WriteOutcome> {
  const { duplicateFields: _duplicateFields, patchFaults, ...rest } = options
  return revise(
    environment,
    context,
    resource,
    key,
    (old) => {
      const patchedScale = asObject(patched(resource, scaleToPatch(resource, old), change))
      const refuse = (message: string) => refusedPatch(patchedScale as unknown as JsonValue, message)
      const apiVersion = patchedScale.apiVersion ?? scaleApiVersion
      const kind = patchedScale.kind ?? 'Scale'
      if (apiVersion !== scaleApiVersion || kind !== 'Scale') {
        throw refuse(
          `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`,
        )
      }
      const { scale, warnings } = decodeScale(patchedScale, options, refuse, patchFaults)
      checkIdentity(scale, key)
      return { ...revisedByScale(context, resource, old, scale, options), warnings }
    },
    rest,
  )
}

/** A patch that came as a document. */
type DocumentPatch = Exclude<Patch, { type: 'apply' }>

function patchedObject(
  resource: Resource,
  key: ObjectKey,
  old: KubernetesObject,
  change: DocumentPatch,
): KubernetesObject {
  const object = asObject(patched(resource, withHead(resource, old), change))
  if (!object.kind) {
    const text = JSON.stringify(object)
    throw refusedPatch(object as unknown as JsonValue, `Object 'Kind' is missing in '${text}'`)
  }
  checkIdentity(object, key)
  checkHead(resource, object)
  return object
}

/** The head may not change. The refusal names the kind that was asked for. */
function checkHead({ apiVersion, kind: { names } }: Resource, object: KubernetesObject): void {
  const faults = [
    ...(object.kind === names.kind ? [] : [invalid('kind', object.kind, `must be ${names.kind}`)]),
    ...(object.apiVersion === apiVersion
      ? []
      : [invalid('apiVersion', object.apiVersion ?? '', `must be ${apiVersion}`)]),
  ]
  if (faults.length === 0) return
  const { group } = parseGroupVersion(String(object.apiVersion ?? ''))
  throw invalidObject(group, String(object.kind), object.metadata.name, faults)
}

/** A patch must leave the object where it is. What has no namespace gets it back. */
function checkIdentity(object: KubernetesObject, key: ObjectKey): void {
  const { metadata }: { metadata?: { name?: unknown; namespace?: unknown } | null } = object
  // What is no object at all is told apart, where metadata is decoded.
  if (metadata !== undefined && metadata !== null && typeof metadata !== 'object') return
  checkName(metadata?.name, key.name)
  const namespace = metadata?.namespace
  if (key.namespace === undefined || namespace === undefined || namespace === '') return
  if (namespace !== key.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

/** A patch can make anything of a document; what is no object any more cannot be one of a kind. */
function asObject(value: JsonValue): KubernetesObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as unknown as KubernetesObject
  }
  throw refusedPatch(value, cannotUnmarshal(value, 'value', 'map[string]interface {}'))
}

/** 422 for what a patch would lead to, with that as the bad value: a real server's words. */
function refusedPatch(result: JsonValue, detail: string): StatusError {
  return invalidObject('', '', '', [invalid('patch', JSON.stringify(result), detail)])
}

const operationFields = new Set(['op', 'path', 'from', 'value'])

/** Fields that an operation of a JSON patch has twice, or that no operation has. */
function jsonPatchFaults(body: JsonValue, duplicates: readonly string[]): string[] {
  const unknown = (Array.isArray(body) ? body : []).flatMap((operation, index) =>
    Object.keys(operation ?? {})
      .filter((field) => !operationFields.has(field))
      .map((field) => `[${index}].${field}`),
  )
  return describeFields(unknown, duplicates).map((text) => `json patch ${text}`)
}

function patched(resource: Resource, object: KubernetesObject, change: DocumentPatch): JsonValue {
  const document = object as unknown as JsonObject
  switch (change.type) {
    case 'json':
      return applyJsonPatch(document, change.body)
    case 'merge':
      return applyMergePatch(document, change.body)
    case 'strategic':
      return applyStrategicMergePatch(resource.definition.schema(), document, change.body)
  }
}

/** Server-side apply: merges into what is there, or creates it. */
async function apply(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  applied: KubernetesObject,
  options: UpdateOptions,
): Promise<WriteOutcome> {
  const merge = (
    live: KubernetesObject | undefined,
  ): { object: KubernetesObject; managedFields: ManagedFieldsEntry[] } => {
    const merged = applyMerge({
      schema: resource.definition.schema(),
      zeroValue: zeroValueOf(resource),
      live,
      applied,
      entries: live?.metadata.managedFields ?? [],
      manager: options.fieldManager ?? context.user.name,
      force: options.force ?? false,
      apiVersion: resource.apiVersion,
      subresource: options.subresource,
      hasStatusSubresource: resource.definition.subresources?.status === true,
      time: formatTime(environment.clock.now()),
      servesVersion: bookedVersions(resource),
    })
    const [fault] = yamlErrors(options.duplicateKeys ?? [])
    if (fault !== undefined && options.fieldValidation === 'Strict') {
      throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${fault}`)
    }
    return merged
  }
  /** A revision that is asked for is that of nothing; an identity is that of another object. */
  const createApplied = ({ object, managedFields }: ReturnType<typeof merge>) => {
    const { uid, resourceVersion: _resourceVersion, ...metadata } = object.metadata
    checkName(metadata.name, key.name)
    if (uid !== undefined) {
      throw conflict(
        groupResource(resource.kind),
        key.name,
        `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
      )
    }
    const extras = { managedFields, isPatch: true }
    return create(environment, context, resource, key, { ...object, metadata }, options, extras)
  }
  for (;;) {
    try {
      return await revise(environment, context, resource, key, (old) => merge(withHead(resource, old)), {
        ...options,
        isPatch: true,
      })
    } catch (error) {
      if (!isReason(error, 'NotFound') || options.subresource !== undefined) throw error
    }
    try {
      return await createApplied(merge(undefined))
    } catch (error) {
      // Somebody else has created it in between: merge into theirs.
      if (!isReason(error, 'AlreadyExists')) throw error
    }
  }
}
