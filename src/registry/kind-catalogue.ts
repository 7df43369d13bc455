import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Store, StoredRecord, Subscription } from '../storage/store.ts'
import { builtInAnnotation, isUnchanged } from './built-in-annotation.ts'
import { kindFromCustomResourceDefinition } from './custom-resource-definition.ts'
import { collectionPrefix } from './keys.ts'
import { definitionName, type Kind, type KindSet } from './kind.ts'
import { createKindSet } from './kind-set.ts'
import { type Plane, planeSort } from './registry.ts'

/** Which kinds each plane serves: those built in, and those that its CustomResourceDefinitions define. */
export interface KindCatalogue {
  kinds(plane: Plane): Promise<KindSet>
  /** The plane is gone, and with it what its definitions defined. */
  forget(plane: Plane): void
  close(): void
}

interface Entry {
  readonly set: KindSet
  readonly subscriptions: readonly Subscription[]
}

interface Defined {
  readonly kind: Kind
  readonly revision: number
}

/** What the text of a definition at a revision says: a kind, or none as yet. */
interface Reading {
  readonly revision: number
  readonly kind: Kind | undefined
}

/** True once the server has accepted the names: before that, nothing is served. */
export function isEstablished(definition: KubernetesObject): boolean {
  const conditions = (definition.status as { conditions?: { type: string; status: string }[] } | undefined)
    ?.conditions
  return (
    conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false
  )
}

/** A user's newer schema of a built-in kind keeps what is decided in code and where the kind is served. */
function refine(builtIn: Kind, defined: Kind): Kind {
  const { names, versions, definedAt } = defined
  return { ...builtIn, names, versions, ...(definedAt === undefined ? {} : { definedAt }) }
}

/**
 * `definitions` is the kind CustomResourceDefinition itself. A set is made on first use and again when a definition
 * changes; the change drops it on the tick of its commit, so that whoever saw the commit sees the new set.
 */
export function createKindCatalogue(
  store: Store,
  builtIn: readonly Kind[],
  definitions: Kind,
): KindCatalogue {
  const entries = new Map<Plane, Promise<Entry>>()
  const fixed = new Map<string, KindSet>()

  const ownKinds = (plane: Plane) => builtIn.filter((kind) => kind.planes.includes(planeSort(plane)))

  /** The set of a plane without definitions of its own is the same on every such plane. */
  function builtInSet(plane: Plane): KindSet {
    return getOrInsert(fixed, planeSort(plane), () => createKindSet(ownKinds(plane)))
  }

  /**
   * What definitions say, by their keys. A definition that has not changed defines the very same kind, so that what was
   * compiled for it stays, and all planes that show one of the root have one kind.
   */
  const known = new Map<string, ReadonlyMap<string, Reading>>()

  async function defined(plane: Plane, source: Plane): Promise<Defined[]> {
    const page = await store.list({ prefix: collectionPrefix(source, definitions) })
    const view = source === plane ? plane : `${source} as ${planeSort(plane)}`
    const before = known.get(view)
    const readings = new Map<string, Reading>()
    for (const record of page.records) {
      const same = before?.get(record.key)
      readings.set(record.key, same?.revision === record.revision ? same : read(record, plane, source))
    }
    if (readings.size > 0) known.set(view, readings)
    else known.delete(view)
    return [...readings.values()].flatMap(({ kind, revision }) => (kind ? [{ kind, revision }] : []))
  }

  function read({ text, revision }: StoredRecord, plane: Plane, source: Plane): Reading {
    const definition = JSON.parse(text) as KubernetesObject
    if (!isEstablished(definition) || isUnchanged(definition)) return { revision, kind: undefined }
    // a newer schema of what is built in on the root alone makes it no kind of projects
    const { annotations, name } = definition.metadata
    if (source !== plane && annotations?.[builtInAnnotation] !== undefined) {
      const isOwn = ownKinds(plane).some((kind) => definitionName(kind) === name)
      if (!isOwn) return { revision, kind: undefined }
    }
    const kind = kindFromCustomResourceDefinition(definition, [planeSort(plane)])
    return { revision, kind: { ...kind, definedAt: revision } }
  }

  function closeSubscriptions({ subscriptions }: Pick<Entry, 'subscriptions'>): void {
    for (const subscription of subscriptions) subscription.close()
  }

  async function load(plane: Plane): Promise<Entry> {
    const sources: readonly Plane[] = plane === 'root' ? ['root'] : ['root', plane]
    const from = store.revision
    const subscriptions: Subscription[] = []
    const drop = () => {
      entries.delete(plane)
      closeSubscriptions({ subscriptions })
    }
    for (const source of sources) {
      subscriptions.push(await store.watch(collectionPrefix(source, definitions), from, drop))
    }
    const additions = (await Promise.all(sources.map((source) => defined(plane, source)))).flat()
    if (additions.length === 0) return { set: builtInSet(plane), subscriptions }
    const kinds = new Map(ownKinds(plane).map((kind) => [definitionName(kind), kind]))
    for (const { kind } of additions) {
      const name = definitionName(kind)
      const own = kinds.get(name)
      kinds.set(name, own ? refine(own, kind) : kind)
    }
    const identity = additions.map(({ kind, revision }) => `${definitionName(kind)}@${revision}`).join()
    return { set: createKindSet([...kinds.values()], identity), subscriptions }
  }

  return {
    async kinds(plane) {
      let entry = entries.get(plane)
      if (!entry) {
        entry = load(plane)
        entries.set(plane, entry)
        entry.catch(() => entries.delete(plane))
      }
      return (await entry).set
    },
    close() {
      for (const entry of entries.values()) entry.then(closeSubscriptions, () => {})
      entries.clear()
      known.clear()
    },
    forget(plane) {
      entries.get(plane)?.then(closeSubscriptions, () => {})
      entries.delete(plane)
      known.delete(plane)
    },
  }
}
