import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import {
  formatObjectKey,
  type KubernetesObject,
  type ObjectKey,
  type OwnerReference,
} from '../apimachinery/object.ts'
import { type Kind, preferredResource } from '../registry/kind.ts'
import type { DeleteOptions } from '../registry/registry.ts'
import { createAbsentOwners } from './absent-owners.ts'
import type { Client } from './client.ts'
import { type Controller, createController, type Pass } from './controller.ts'
import { createClient } from './create-client.ts'
import { removeFinalizer } from './finalizers.ts'
import type { ObservedChange } from './kind-watch.ts'
import {
  blocks,
  createOwnership,
  foregroundDeletion,
  isWaitingForDependents,
  orphanDependents,
} from './ownership.ts'
import { kindIdentity } from './plane-watches.ts'
import type { Result } from './reconciler.ts'
import type { PlaneEnvironment } from './reconciler-controller.ts'

/**
 * The garbage collector of one plane: deletes dependents whose owners are all gone or never existed, and serves the
 * finalizers of foreground and orphaning deletion.
 *
 * It keeps no graph of the objects. Of each object it needs to know whether the owners that it names are there (asked
 * when the object is first seen, or names others than before), and of each owner that goes, which objects name it
 * (the store's index by owner).
 */
export interface GarbageCollector {
  readonly controller: Controller
  /** Looks again at what names owners of kinds that were not served before. */
  kindsChanged(): void
}

const name = 'garbage-collector'
/** The names under which it writes and reports, as on a real server. */
const manager = 'kube-controller-manager'
const reporter = 'garbage-collector-controller'

/** How many owners of one object are asked for on one turn of the event loop. */
const ownersPerTurn = 100

/** How long an owner waits at most before its dependents are counted again (milliseconds). */
const recount = 5_000

interface OwnerStates {
  readonly present: OwnerReference[]
  readonly waiting: OwnerReference[]
  readonly absent: OwnerReference[]
  /** Of a kind that is not served, or namespaced while the dependent is not: nobody can tell. */
  readonly unknown: OwnerReference[]
}

/** `ignored`: kinds whose objects are nobody's dependents (Events). */
export function createGarbageCollector(
  environment: PlaneEnvironment,
  ignored: (kind: Kind) => boolean,
): GarbageCollector {
  const { plane, registry, user, watches } = environment
  const log = environment.log.child({ controller: name })
  const events = environment.recorder(reporter, manager)
  const context = { plane, user }
  const ownership = createOwnership()
  const absent = createAbsentOwners()
  /** Kinds by identity, in their newest definition. */
  const kinds = new Map<string, Kind>()
  /** Objects that name an owner of a kind that is not served. */
  const unresolved = new Set<string>()

  const controller = createController({
    name,
    clock: environment.clock,
    ids: environment.ids,
    log,
    dispatcher: environment.dispatcher,
    // As many workers as Kubernetes' collector has by default.
    concurrency: 20,
    timeout: environment.limits.reconcileTimeout,
    metrics: environment.metrics,
    process(item, pass) {
      const client = createClient({
        registry,
        plane,
        manager,
        user,
        guard: pass.guard,
        onWrite: pass.noteWrite,
      })
      return item.startsWith(endPrefix) ? spreadEnd(item, pass) : collect(item, client)
    },
  })

  watches.listenToEveryKind(observe, ignored)

  /** Runs inside commits. Most objects neither own nor are owned; their text tells so without being parsed. */
  function observe({ kind, object: stored, type }: ObservedChange): void {
    const identity = kindIdentity(kind)
    kinds.set(identity, kind)
    const owned = stored.text.includes('"ownerReferences"')
    if (type === 'DELETED') {
      if (!ownership.isOwnerKind(identity) && !owned) return
      const { uid = '', ownerReferences = [] } = stored.object.metadata
      absent.add(uid, { kind, key: stored.key })
      for (const item of ownership.ended(uid, ownerReferences)) controller.add(item)
      if (ownership.isOwnerKind(identity)) controller.add(`${endPrefix}${identity}|${uid}`)
      return
    }
    if (ownership.anyWaits) {
      for (const item of ownership.changed(stored.object.metadata)) controller.add(item)
    }
    if (!owned && !stored.text.includes('"deletionTimestamp"')) return
    const { metadata } = stored.object
    const item = itemKey(kind, stored.key)
    for (const owner of metadata.ownerReferences ?? []) noteOwner(owner, identity)
    if (metadata.deletionTimestamp !== undefined) {
      const { finalizers = [] } = metadata
      if (isWaitingForDependents(metadata)) ownership.waits(metadata.uid ?? '', item)
      if (finalizers.includes(foregroundDeletion) || finalizers.includes(orphanDependents))
        controller.add(item)
    } else if (owned && (type === 'ADDED' || !ownership.allPresent(metadata.ownerReferences ?? []))) {
      controller.add(item)
    }
  }

  function noteOwner(owner: OwnerReference, dependentIdentity: string): void {
    const ownerKind = watches.kinds?.findByKind(owner.apiVersion, owner.kind)?.kind
    if (ownerKind) ownership.note(kindIdentity(ownerKind), dependentIdentity)
  }

  /** Asks for a pass over every object that names an owner that has gone. */
  async function spreadEnd(item: string, pass: Pass): Promise<Result> {
    const bar = item.lastIndexOf('|')
    const identity = item.slice(endPrefix.length, bar)
    for (const dependent of await dependentsOf(identity, item.slice(bar + 1), pass.guard)) {
      controller.add(itemKey(dependent.kind, dependent.key))
    }
    return undefined
  }

  async function dependentsOf(ownerIdentity: string, uid: string, guard?: () => void) {
    const dependents: { kind: Kind; key: ObjectKey; readonly object: KubernetesObject }[] = []
    for (const identity of ownership.dependentKinds(ownerIdentity)) {
      const kind = kinds.get(identity)
      if (!kind) continue
      guard?.()
      const { items } = await registry.list(context, preferredResource(kind), { ownerUid: uid })
      for (const stored of items) {
        dependents.push({
          kind,
          key: stored.key,
          get object() {
            return stored.object
          },
        })
      }
    }
    return dependents
  }

  async function collect(item: string, client: Client): Promise<Result> {
    const { identity, key } = parseItemKey(item)
    const kind = kinds.get(identity)
    const object = kind && (await client.get(kind, key))
    if (kind === undefined || object === undefined) return undefined
    const { metadata } = object
    if (metadata.deletionTimestamp !== undefined) {
      if (isWaitingForDependents(metadata)) return waitForDependents(kind, key, object, client)
      if (metadata.finalizers?.includes(orphanDependents)) await orphan(kind, key, object, client)
      return undefined
    }
    if (metadata.ownerReferences === undefined || metadata.ownerReferences.length === 0) return undefined
    for (const owner of metadata.ownerReferences) noteOwner(owner, identity)
    const owners = await lookUpOwners(kind, key, object, client)
    if (owners.unknown.length > 0) unresolved.add(item)
    if (owners.present.length > 0 || owners.unknown.length > 0) {
      const gone = new Set([...owners.absent, ...owners.waiting].map((owner) => owner.uid))
      if (gone.size > 0 && owners.unknown.length === 0) await dropReferences(kind, key, client, gone)
    } else await deleteDependent(kind, key, object, owners, client)
    return undefined
  }

  async function lookUpOwners(
    kind: Kind,
    key: ObjectKey,
    object: KubernetesObject,
    client: Client,
  ): Promise<OwnerStates> {
    const states: OwnerStates = { present: [], waiting: [], absent: [], unknown: [] }
    const notHere = new Map<Kind, OwnerReference[]>()
    let asked = 0
    for (const reference of object.metadata.ownerReferences ?? []) {
      // Nobody waits while an object that names thousands is looked at.
      if (++asked % ownersPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
      // It may have gone together with its kind.
      if (absent.knows(reference, key.namespace)) {
        states.absent.push(reference)
        continue
      }
      const ownerKind = watches.kinds?.findByKind(reference.apiVersion, reference.kind)?.kind
      if (ownerKind?.scope === 'Namespaced' && kind.scope === 'Cluster')
        reportNamespace(kind, object, reference)
      if (ownerKind === undefined || (ownerKind.scope === 'Namespaced' && kind.scope === 'Cluster')) {
        states.unknown.push(reference)
        continue
      }
      const moment = ownership.moment
      const ownerKey = ownerKind.scope === 'Cluster' ? {} : { namespace: key.namespace }
      const owner = await client.get(ownerKind, { ...ownerKey, name: reference.name })
      if (owner === undefined || owner.metadata.uid !== reference.uid) {
        states.absent.push(reference)
        if (ownerKind.scope === 'Namespaced' && !absent.has(reference.uid)) {
          getOrInsert(notHere, ownerKind, () => []).push(reference)
        }
      } else if (isWaitingForDependents(owner.metadata)) states.waiting.push(reference)
      else {
        states.present.push(reference)
        ownership.found(reference, moment)
      }
    }
    for (const [ownerKind, references] of notHere) {
      for (const reference of await findElsewhere(ownerKind, references)) {
        reportNamespace(kind, object, reference)
      }
    }
    return states
  }

  /** Tells the dependent that its owner is in a namespace from which it cannot own it. */
  function reportNamespace(kind: Kind, object: KubernetesObject, reference: OwnerReference): void {
    const { namespace = '' } = object.metadata
    const message = `ownerRef ${formatReference(reference, namespace)} does not exist in namespace ${JSON.stringify(namespace)}`
    // It is told of the object whatever its revision.
    const { resourceVersion: _resourceVersion, ...metadata } = object.metadata
    events.record({ kind, object: { ...object, metadata } }, 'Warning', 'OwnerRefInvalidNamespace', message)
  }

  /**
   * Which owners are there, but in another namespace. However many there are, the objects of their kind are read once:
   * an object may name thousands.
   */
  async function findElsewhere(
    kind: Kind,
    references: readonly OwnerReference[],
  ): Promise<readonly OwnerReference[]> {
    const names = new Set(references.map((reference) => reference.name))
    const options = names.size === 1 ? { fieldSelector: `metadata.name=${references[0]?.name}` } : {}
    const { items } = await registry.list(context, preferredResource(kind), options)
    const uids = new Set<string | undefined>()
    for (const stored of items) if (names.has(stored.key.name)) uids.add(stored.object.metadata.uid)
    for (const { uid } of references) if (!uids.has(uid)) absent.add(uid)
    return references.filter(({ uid }) => uids.has(uid))
  }

  /** Takes references to `owners` (uids) out of a dependent that has other owners left. */
  async function dropReferences(
    kind: Kind,
    key: ObjectKey,
    client: Client,
    owners: ReadonlySet<string>,
  ): Promise<void> {
    await client.change(kind, key, (draft) => {
      draft.metadata.ownerReferences =
        draft.metadata.ownerReferences?.filter(({ uid }) => !owners.has(uid)) ?? []
    })
  }

  async function deleteDependent(
    kind: Kind,
    key: ObjectKey,
    object: KubernetesObject,
    owners: OwnerStates,
    client: Client,
  ): Promise<void> {
    const { uid = '', resourceVersion = '', finalizers = [] } = object.metadata
    let propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']> = 'Background'
    if (finalizers.includes(orphanDependents)) propagationPolicy = 'Orphan'
    else if (finalizers.includes(foregroundDeletion)) propagationPolicy = 'Foreground'
    let version: string | undefined = resourceVersion
    if (owners.waiting.length > 0) {
      const dependents = await dependentsOf(kindIdentity(kind), uid)
      if (dependents.length > 0) propagationPolicy = 'Foreground'
      // A circle of owners that wait for each other is cut here, as nobody else would.
      if (dependents.some((dependent) => isWaitingForDependents(dependent.object.metadata))) {
        await client.change(kind, key, (draft) => {
          for (const reference of draft.metadata.ownerReferences ?? []) reference.blockOwnerDeletion = false
        })
        version = undefined
      }
    }
    log.debug({ kind: kind.names.kind, key, propagationPolicy }, 'deleting a dependent whose owners are gone')
    await client.delete(kind, key, {
      preconditions: version === undefined ? { uid } : { uid, resourceVersion: version },
      propagationPolicy,
    })
  }

  /** Lets an owner in foreground deletion go when no dependent blocks it any more; else sees that they are deleted. */
  async function waitForDependents(
    kind: Kind,
    key: ObjectKey,
    owner: KubernetesObject,
    client: Client,
  ): Promise<Result> {
    const { uid = '' } = owner.metadata
    const dependents = await dependentsOf(kindIdentity(kind), uid)
    const blocking = dependents.filter(({ object }) =>
      object.metadata.ownerReferences?.some((each) => blocks(each, uid)),
    )
    // Those that do not block are deleted as well, when the owner has gone.
    if (blocking.length === 0) {
      await removeFinalizer(client, kind, key, foregroundDeletion)
      return undefined
    }
    ownership.waits(
      uid,
      itemKey(kind, key),
      blocking.map(({ object }) => object.metadata.uid ?? ''),
    )
    for (const dependent of dependents) {
      if (!isWaitingForDependents(dependent.object.metadata)) {
        controller.add(itemKey(dependent.kind, dependent.key))
      }
    }
    return { requeueAfter: recount }
  }

  async function orphan(kind: Kind, key: ObjectKey, owner: KubernetesObject, client: Client): Promise<void> {
    const { uid = '' } = owner.metadata
    for (const dependent of await dependentsOf(kindIdentity(kind), uid)) {
      await dropReferences(dependent.kind, dependent.key, client, new Set([uid]))
    }
    await removeFinalizer(client, kind, key, orphanDependents)
  }

  return {
    controller,
    kindsChanged() {
      for (const item of unresolved) controller.add(item)
      unresolved.clear()
    },
  }
}

/** Items of the queue that stand for an owner that has gone; the others stand for an object to look at. */
const endPrefix = 'end:'

function itemKey(kind: Kind, key: ObjectKey): string {
  return `${kindIdentity(kind)}|${formatObjectKey(key)}`
}

function parseItemKey(item: string): { identity: string; key: ObjectKey } {
  const bar = item.indexOf('|')
  const rest = item.slice(bar + 1)
  const slash = rest.indexOf('/')
  const key = slash === -1 ? { name: rest } : { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) }
  return { identity: item.slice(0, bar), key }
}

function formatReference(
  { apiVersion, kind, name: ownerName, uid }: OwnerReference,
  namespace: string,
): string {
  return `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${ownerName}, uid: ${uid}]`
}
