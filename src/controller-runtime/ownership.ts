import type { ObjectMeta, OwnerReference } from '../apimachinery/object.ts'

/** The finalizer of an owner that waits for the dependents that block its deletion. */
export const foregroundDeletion = 'foregroundDeletion'
/** The finalizer of an owner whose dependents are to lose their references to it first. */
export const orphanDependents = 'orphan'

/** True for an object in foreground deletion. */
export function isWaitingForDependents(metadata: ObjectMeta): boolean {
  return (
    metadata.deletionTimestamp !== undefined && (metadata.finalizers?.includes(foregroundDeletion) ?? false)
  )
}

/** True when the reference keeps the owner (a uid) from going in the foreground. */
export function blocks({ uid, blockOwnerDeletion }: OwnerReference, owner: string): boolean {
  return uid === owner && blockOwnerDeletion === true
}

/**
 * What the garbage collector remembers between two passes: which kinds own which (so that the end of an object of a
 * kind that never owned anything costs nothing), which owners are known to be there, and which wait for dependents.
 * It grows with the number of owners, not of dependents, and can be forgotten at any time.
 */
export interface Ownership {
  /** An object of kind `dependent` named one of kind `owner` (identities). */
  note(owner: string, dependent: string): void
  isOwnerKind(identity: string): boolean
  dependentKinds(owner: string): Iterable<string>
  /** A point in time, for `found`. */
  readonly moment: number
  /** The owner was there when it was looked up. Not remembered when an end was told since `moment`: it may be its own. */
  found(reference: OwnerReference, moment: number): void
  /** True when each of these was found, and no end of it was told since. */
  allPresent(references: readonly OwnerReference[]): boolean
  /** The owner waits for dependents: for those with `uids`, when these are known. */
  waits(uid: string, item: string, uids?: readonly string[]): void
  /** True while an owner waits for dependents. */
  readonly anyWaits: boolean
  /** An object has changed. Returns the items of owners that waited for it and no other, and need not any more. */
  changed(metadata: ObjectMeta): string[]
  /** An object has gone. Returns the items of owners that waited for it and no other. */
  ended(uid: string, references: readonly OwnerReference[]): string[]
}

interface Waiting {
  readonly item: string
  /** Uids of dependents that block; undefined while they have not been counted. */
  blocking: Set<string> | undefined
}

/** Two references to one uid may differ in what else they claim about it; only the right claim is an owner. */
function claim({ apiVersion, kind, name }: OwnerReference): string {
  return `${apiVersion}|${kind}|${name}`
}

export function createOwnership(): Ownership {
  const dependentKinds = new Map<string, Set<string>>()
  const present = new Map<string, string>()
  const waiting = new Map<string, Waiting>()
  let moment = 0
  return {
    note(owner, dependent) {
      const known = dependentKinds.get(owner)
      if (known) known.add(dependent)
      else dependentKinds.set(owner, new Set([dependent]))
    },
    isOwnerKind: (identity) => dependentKinds.has(identity),
    dependentKinds: (owner) => dependentKinds.get(owner) ?? [],
    get moment() {
      return moment
    },
    found(reference, since) {
      if (since === moment) present.set(reference.uid, claim(reference))
    },
    allPresent: (references) => references.every((each) => present.get(each.uid) === claim(each)),
    waits(uid, item, uids) {
      moment += 1
      present.delete(uid)
      const known = waiting.get(uid)
      if (uids !== undefined) waiting.set(uid, { item, blocking: new Set(uids) })
      else if (!known) waiting.set(uid, { item, blocking: undefined })
    },
    get anyWaits() {
      return waiting.size > 0
    },
    changed({ uid = '', ownerReferences = [] }) {
      const items: string[] = []
      for (const [owner, { item, blocking }] of waiting) {
        if (!blocking?.has(uid) || ownerReferences.some((each) => blocks(each, owner))) continue
        blocking.delete(uid)
        if (blocking.size === 0) items.push(item)
      }
      return items
    },
    ended(uid, references) {
      moment += 1
      present.delete(uid)
      waiting.delete(uid)
      return references.flatMap((reference) => {
        const owner = waiting.get(reference.uid)
        if (!owner) return []
        owner.blocking?.delete(uid)
        return owner.blocking === undefined || owner.blocking.size === 0 ? [owner.item] : []
      })
    },
  }
}
