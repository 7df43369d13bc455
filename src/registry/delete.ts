import { formatTime } from '../apimachinery/clock.ts'
import { cloneJson } from '../apimachinery/clone.ts'
import { badRequest, notFound, StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { StoredRecord } from '../storage/store.ts'
import { admit } from './admission-refusal.ts'
import { dryRecord, put, remove } from './commit.ts'
import { admissionRequest } from './create.ts'
import { doorFor } from './door.ts'
import type { Environment } from './environment.ts'
import { objectKey } from './keys.ts'
import { groupResource, type Resource } from './kind.ts'
import { list } from './list.ts'
import { deletionRefused, ownDeletionRefused } from './precondition.ts'
import type { DeleteOptions, DeleteOutcome, ListOptions, ObjectList, RequestContext } from './registry.ts'
import { decodeRecord, storedObject } from './stored-object.ts'
import { mayGo, pends } from './update.ts'

/** The finalizers by which the garbage collector keeps an owner until it has seen to its dependents. */
export const foregroundFinalizer = 'foregroundDeletion'
export const orphanFinalizer = 'orphan'

/** How many objects of a collection are deleted before the loop yields to other requests. */
const collectionBatch = 100

export async function deleteObject(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  options: DeleteOptions = {},
): Promise<DeleteOutcome> {
  const { kind } = resource
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    throw badRequest('orphanDependents and deletionPropagation cannot be both set')
  }
  const door = await doorFor(context, resource)
  const request = admissionRequest(
    environment,
    context,
    resource,
    key,
    options.dryRun ? { dryRun: true } : {},
    undefined,
    'delete',
  )
  const facts = await kind.admission?.gather?.(request)
  const path = objectKey(context.plane, kind, key)
  const time = formatTime(environment.clock.now())
  let dry: StoredRecord | undefined
  let gone = false
  const result = await environment.store.write(path, (current, revision) => {
    if (!current) throw notFound(groupResource(kind), key.name)
    const old = decodeRecord(current)
    door.check(key, old)
    checkPreconditions(resource, key, old, options)
    admit({ resource, request, facts, options: {}, manager: '', time, uid: '' }, key.name, () => {
      kind.admission?.validateDelete?.(old, request, facts)
      return undefined
    })
    const next = beginDeletion(resource, old, options, time)
    gone = mayGo(kind, next)
    if (options.dryRun) {
      dry = dryRecord(path, next, current.revision)
      return { type: 'none' }
    }
    if (gone) return remove(old, old, revision)
    return next === old ? { type: 'none' } : { ...put(next, old, revision), ends: true }
  })
  const record = dry ?? result.record
  if (!record) throw notFound(groupResource(kind), key.name)
  return { object: storedObject(context.plane, resource, record), gone }
}

function checkPreconditions(
  { kind }: Resource,
  key: ObjectKey,
  { metadata }: KubernetesObject,
  options: DeleteOptions,
): void {
  const { uid, resourceVersion } = options.preconditions ?? {}
  const refused = kind.ownDeletion ? ownDeletionRefused : deletionRefused
  if (uid !== undefined && uid !== metadata.uid) {
    throw refused(kind, key, 'UID', uid, metadata.uid ?? '')
  }
  const current = metadata.resourceVersion ?? ''
  if (resourceVersion !== undefined && resourceVersion !== current) {
    throw refused(kind, key, 'ResourceVersion', resourceVersion, current)
  }
}

/** The finalizers of the garbage collector that a deletion in this manner leaves on the object. */
function propagationFinalizers(old: KubernetesObject, options: DeleteOptions): string[] {
  const current = old.metadata.finalizers ?? []
  const wanted = new Set(current.filter((each) => each !== foregroundFinalizer && each !== orphanFinalizer))
  const policy =
    options.propagationPolicy ??
    (options.orphanDependents === undefined ? undefined : options.orphanDependents ? 'Orphan' : 'Background')
  // Without a policy, what an earlier request has asked for stands.
  if (policy === undefined) return [...current]
  if (policy === 'Foreground') wanted.add(foregroundFinalizer)
  if (policy === 'Orphan') wanted.add(orphanFinalizer)
  return current.length === wanted.size && current.every((each) => wanted.has(each))
    ? [...current]
    : [...wanted]
}

/** The object with its deletion begun; `old` itself when there is nothing to change. */
function beginDeletion(
  resource: Resource,
  old: KubernetesObject,
  options: DeleteOptions,
  time: string,
): KubernetesObject {
  const { kind } = resource
  if (kind.ownDeletion && old.metadata.deletionTimestamp !== undefined && pends(kind, old)) return old
  const finalizers = propagationFinalizers(old, options)
  const before = old.metadata.finalizers ?? []
  const begun = old.metadata.deletionTimestamp !== undefined
  const sameFinalizers =
    finalizers.length === before.length && finalizers.every((each, index) => each === before[index])
  if (begun && sameFinalizers) return old
  const next = cloneJson(old)
  if (finalizers.length > 0) next.metadata.finalizers = finalizers
  else delete next.metadata.finalizers
  if (!begun) {
    next.metadata.deletionTimestamp = time
    if (!kind.ownDeletion) next.metadata.deletionGracePeriodSeconds = 0
    if (next.metadata.generation !== undefined) next.metadata.generation += 1
    kind.beginDeletion?.(next, time)
  }
  return next
}

/** Deletes what the list shows, page by page at one revision; objects that went meanwhile are no fault. */
export async function deleteCollection(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  listOptions: ListOptions,
  options: DeleteOptions = {},
): Promise<ObjectList> {
  const whole = await list(environment, context, resource, listOptions)
  for (let start = 0; start < whole.items.length; start += collectionBatch) {
    const batch = whole.items.slice(start, start + collectionBatch)
    await Promise.all(
      batch.map(async (item) => {
        try {
          await deleteObject(environment, context, resource, item.key, options)
        } catch (error) {
          if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error
        }
      }),
    )
  }
  return whole
}
