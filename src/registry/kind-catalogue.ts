import { getOrInsert } from '../apimachinery/get-or-insert.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Store, Subscription } from '../storage/store.ts'
import { builtInAnnotation, isUnchanged } from './built-in-annotation.ts'
import { kindFromCustomResourceDefinition } from './custom-resource-definition.ts'
import { collectionPrefix } from './keys.ts'
import type { Kind, KindSet } from './kind.ts'
import { createKindSet } from './kind-set.ts'
import { type Plane, planeSort } from './registry.ts'

/** Which kinds each plane serves: those built in, and those that its CustomResourceDefinitions define. */
export interface KindCatalogue {
  kinds(plane: Plane): Promise<KindSet>
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

  async function defined(plane: Plane, source: Plane): Promise<Defined[]> {
    const page = await store.list({ prefix: collectionPrefix(source, definitions) })
    const own = new Set(ownKinds(plane).map((kind) => `${kind.names.plural}.${kind.group}`))
    return page.records.flatMap((record) => {
      const definition = JSON.parse(record.text) as KubernetesObject
      if (!isEstablished(definition) || isUnchanged(definition)) return []
      // a newer schema of what is built in on the root alone makes it no kind of projects
      const { annotations, name } = definition.metadata
      if (source !== plane && annotations?.[builtInAnnotation] !== undefined && !own.has(name)) return []
      return [
        {
          kind: {
            ...kindFromCustomResourceDefinition(definition, [planeSort(plane)]),
            definedAt: record.revision,
          },
          revision: record.revision,
        },
      ]
    })
  }

  async function load(plane: Plane): Promise<Entry> {
    const sources: readonly Plane[] = plane === 'root' ? ['root'] : ['root', plane]
    const from = store.revision
    const subscriptions: Subscription[] = []
    const drop = () => {
      entries.delete(plane)
      for (const subscription of subscriptions) subscription.close()
    }
    for (const source of sources) {
      subscriptions.push(await store.watch(collectionPrefix(source, definitions), from, drop))
    }
    const additions = (await Promise.all(sources.map((source) => defined(plane, source)))).flat()
    if (additions.length === 0) return { set: builtInSet(plane), subscriptions }
    const kinds = new Map(ownKinds(plane).map((kind) => [`${kind.names.plural}.${kind.group}`, kind]))
    for (const { kind } of additions) {
      const name = `${kind.names.plural}.${kind.group}`
      const own = kinds.get(name)
      kinds.set(name, own ? refine(own, kind) : kind)
    }
    const identity = additions
      .map(({ kind, revision }) => `${kind.names.plural}.${kind.group}@${revision}`)
      .join()
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
      for (const entry of entries.values()) {
        entry.then(
          ({ subscriptions }) => {
            for (const subscription of subscriptions) subscription.close()
          },
          () => {},
        )
      }
      entries.clear()
    },
  }
}
