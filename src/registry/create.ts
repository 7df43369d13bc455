import { formatTime } from '../apimachinery/clock.ts'
import { alreadyExists, badRequest, forbidden } from '../apimachinery/errors.ts'
import type { KubernetesObject, ManagedFieldsEntry, ObjectKey } from '../apimachinery/object.ts'
import type { StoredRecord } from '../storage/store.ts'
import type { AdmissionRequest } from './admission.ts'
import { answer } from './answer.ts'
import { dryRecord, put } from './commit.ts'
import { type Door, doorFor } from './door.ts'
import type { Environment } from './environment.ts'
import { objectKey } from './keys.ts'
import { groupResource, type Resource } from './kind.ts'
import { checkNamespace } from './namespace-lifecycle-admission.ts'
import type { Preparation } from './preparation.ts'
import { prepareCreate } from './prepare-create.ts'
import type { CreateKey, RequestContext, WriteOptions, WriteOutcome } from './registry.ts'
import { markSettled } from './settled-object.ts'
import { decodeRecord, storedObject } from './stored-object.ts'

/** How long a generated name may be before its suffix, and how long the suffix is: Kubernetes' own numbers. */
const generatedBaseLength = 58
const generatedSuffixLength = 5
/** How often a generated name is made anew when it is taken. */
const generatedNameAttempts = 8

/** A server-side apply that creates brings its own books. */
export interface CreateExtras {
  readonly managedFields?: readonly ManagedFieldsEntry[]
  readonly isPatch?: boolean
}

export async function create(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  createKey: CreateKey,
  sent: KubernetesObject,
  options: WriteOptions = {},
  extras: CreateExtras = {},
): Promise<WriteOutcome> {
  const { kind } = resource
  if (kind.answer) return answer(environment, context, resource, createKey, sent, options)
  if (kind.isTerminating) {
    const detail = 'create not allowed while custom resource definition is terminating'
    throw forbidden(groupResource(kind), sent.metadata?.name ?? '', detail)
  }
  const namespace = kind.scope === 'Namespaced' ? createKey.namespace : undefined
  // What is no number is not looked at, as on a real server.
  if (Number(sent.metadata?.resourceVersion) > 0) {
    throw badRequest('resourceVersion should not be set on objects to be created')
  }
  const given = sent.metadata?.name ?? ''
  const base = sent.metadata?.generateName ?? ''
  if (namespace !== undefined) {
    await checkNamespace(environment, context.plane, resource, namespace, given || base)
  }

  const door = await doorFor(context, resource)
  for (let attempt = 1; ; attempt++) {
    const name =
      given === '' && base !== '' && typeof base === 'string'
        ? base.slice(0, generatedBaseLength) + environment.ids.suffix(generatedSuffixLength)
        : given
    const key: ObjectKey = namespace === undefined ? { name } : { namespace, name }
    const outcome = await createNamed(environment, context, resource, key, sent, options, extras, door)
    if (!('taken' in outcome)) return outcome
    if (given !== '' || attempt === generatedNameAttempts) {
      const refusal = alreadyExists(
        { ...groupResource(kind), ...(resource.conversion ? { group: resource.group } : {}) },
        name,
        outcome.isEnding,
      )
      refusal.warnings = outcome.warnings
      throw refusal
    }
  }
}

/** Somebody has the name already. */
interface Taken {
  readonly taken: true
  readonly isEnding: boolean
  readonly warnings: readonly string[]
}

async function createNamed(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  sent: KubernetesObject,
  options: WriteOptions,
  extras: CreateExtras,
  door: Door,
): Promise<WriteOutcome | Taken> {
  const { kind } = resource
  const request = admissionRequest(environment, context, resource, key, options, sent)
  const facts = await kind.admission?.gather?.(request)
  const preparation: Preparation = {
    resource,
    request,
    facts,
    options,
    manager: options.fieldManager ?? context.user.name,
    time: formatTime(environment.clock.now()),
    uid: environment.ids.uid(),
    managedFields: extras.managedFields,
    isPatch: extras.isPatch ?? false,
  }
  const path = objectKey(context.plane, kind, key)
  let warnings: readonly string[] = []
  let dry: StoredRecord | undefined
  let created: KubernetesObject | undefined
  let taken = false
  let isEnding = false
  const result = await environment.store.write(path, (current, revision) => {
    const prepared = prepareCreate(sent, key.name, preparation)
    door.checkCreated(key, prepared.object)
    warnings = prepared.warnings
    created = prepared.object
    taken = current !== undefined
    isEnding = current !== undefined && decodeRecord(current).metadata.deletionTimestamp !== undefined
    if (taken) return { type: 'none' }
    if (options.dryRun) {
      dry = dryRecord(path, prepared.object, 0)
      return { type: 'none' }
    }
    const transition = put(prepared.object, undefined, revision)
    markSettled(resource, transition.decoded)
    return transition
  })
  if (taken) return { taken: true, isEnding, warnings }
  const record = dry ?? result.record
  if (!record || !created) throw new Error(`the store kept no record of ${path}`)
  if (!options.dryRun) await kind.admission?.afterCreate?.(created, request)
  return { object: storedObject(context.plane, resource, record), created: true, warnings }
}

export function admissionRequest(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  options: WriteOptions,
  object: KubernetesObject | undefined,
  operation: AdmissionRequest['operation'] = 'create',
  subresource?: string,
): AdmissionRequest {
  return {
    operation,
    context,
    kind: resource.kind,
    apiVersion: resource.apiVersion,
    key,
    subresource,
    dryRun: options.dryRun ?? false,
    object,
    client: environment.admissionClient(context.plane),
    authorize: environment.authorize,
    user: context.user,
  }
}
