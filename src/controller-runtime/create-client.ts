import { cloneJson } from '../apimachinery/clone.ts'
import { deepEqual } from '../apimachinery/equality.ts'
import { isReason } from '../apimachinery/errors.ts'
import { equalitySelector } from '../apimachinery/label-selector.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import { type Caller, type Kind, servedResource } from '../registry/kind.ts'
import type { Plane, Registry, RequestContext } from '../registry/registry.ts'
import type { Client, ClientListOptions } from './client.ts'

export interface ClientOptions {
  readonly registry: Registry
  readonly plane: Plane
  /** Whom `managedFields` name. */
  readonly manager: string
  readonly user: Caller
  /** Called before every request; what it throws rejects the request. */
  readonly guard?: () => void
  /** Called after every write that changed something. */
  readonly onWrite?: (write: ClientWrite) => void
}

/** A write as it was asked for: what hot loops are known by. */
export interface ClientWrite {
  readonly operation: 'create' | 'update' | 'status' | 'delete'
  readonly kind: Kind
  readonly key: ObjectKey
  /** What was sent; absent for a delete. */
  readonly object: KubernetesObject | undefined
  /** Of the object since; absent for a delete. */
  readonly revision?: number
}

/**
 * A copy to work on, as deep as what may be changed: of a status write the status, of another one the rest. What is not
 * copied is frozen, so that a change that would come to nothing throws.
 */
function draftOf<T extends KubernetesObject>(object: T, subresource: 'status' | undefined): T {
  if (subresource === 'status') return { ...object, status: cloneJson(object.status) }
  const { status, metadata, ...rest } = object
  const { managedFields, ...ownMetadata } = metadata
  return {
    ...cloneJson(rest),
    metadata: { ...cloneJson(ownMetadata), ...(managedFields ? { managedFields } : {}) },
    ...(status === undefined ? {} : { status }),
  } as T
}

export function createClient(options: ClientOptions): Client {
  const { registry, plane, manager, user, guard, onWrite } = options
  const context: RequestContext = { plane, user }
  const writeOptions = { fieldManager: manager }
  const resourceOf = async <T extends KubernetesObject>(kind: Kind<T>) =>
    servedResource(await registry.kinds(plane), kind)

  async function read<T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
    const resource = await resourceOf(kind)
    guard?.()
    try {
      return (await registry.get(context, resource, key)).object as T
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  async function edit<T extends KubernetesObject>(
    kind: Kind<T>,
    key: ObjectKey,
    change: (draft: T) => void,
    subresource: 'status' | undefined,
  ): Promise<T | undefined> {
    const current = await read(kind, key)
    if (current === undefined) return undefined
    // Most edits change nothing; finding that out on a copy is much cheaper than a write that comes to nothing.
    const draft = draftOf(current, subresource)
    change(draft)
    const unchanged =
      subresource === 'status' ? deepEqual(draft.status, current.status) : deepEqual(draft, current)
    if (unchanged) return current
    const resource = await resourceOf(kind)
    guard?.()
    try {
      const edited = (newest: KubernetesObject) => {
        // Nobody has written in between, mostly.
        if (newest.metadata === current.metadata) return draft
        const next = draftOf(newest as T, subresource)
        change(next)
        return next
      }
      const written = await registry.patch(
        context,
        resource,
        key,
        { type: 'edit', edit: edited },
        { ...writeOptions, subresource },
      )
      const { revision } = written.object
      if (revision !== Number(current.metadata.resourceVersion)) {
        onWrite?.({ operation: subresource ?? 'update', kind, key, object: draft, revision })
      }
      return written.object.object as T
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  return {
    get: read,
    async list<T extends KubernetesObject>(kind: Kind<T>, selection: ClientListOptions = {}) {
      const resource = await resourceOf(kind)
      guard?.()
      const page = await registry.list(context, resource, {
        namespace: selection.namespace,
        ownerUid: selection.owner,
        labelSelector: selection.labels && equalitySelector(selection.labels),
      })
      return page.items.map((item) => item.object as T)
    },
    async create<T extends KubernetesObject>(kind: Kind<T>, object: T) {
      const resource = await resourceOf(kind)
      guard?.()
      const body = { ...object, apiVersion: resource.apiVersion, kind: kind.names.kind }
      const written = await registry.create(
        context,
        resource,
        { namespace: object.metadata.namespace },
        body,
        writeOptions,
      )
      const { key, revision } = written.object
      onWrite?.({ operation: 'create', kind, key, object, revision })
      return written.object.object as T
    },
    change: (kind, key, change) => edit(kind, key, change, undefined),
    changeStatus: (kind, key, change) => edit(kind, key, change, 'status'),
    async delete(kind, key, deleteOptions) {
      const resource = await resourceOf(kind)
      guard?.()
      try {
        await registry.delete(context, resource, key, deleteOptions)
        onWrite?.({ operation: 'delete', kind, key, object: undefined })
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
    },
  }
}
