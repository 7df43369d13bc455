import { createHash } from 'node:crypto'
import { formatTime } from '../apimachinery/clock.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Subscription } from '../storage/store.ts'
import { builtInAnnotation, isUnchanged, rootIdentity } from './built-in-annotation.ts'
import { put, remove } from './commit.ts'
import { customResourceDefinitionFromKind } from './custom-resource-definition.ts'
import type { Environment } from './environment.ts'
import { collectionPrefix, objectKey } from './keys.ts'
import type { Kind } from './kind.ts'
import { isEstablished } from './kind-catalogue.ts'
import { type Plane, planeSort } from './registry.ts'
import { decodeRecord } from './stored-object.ts'

/**
 * Makes kinds that are served without a definition of the plane's own visible as CustomResourceDefinitions: the
 * built-in ones and, on projects, those that the root defines. They are written when somebody first asks for
 * definitions on a plane, and follow the root from then on: a plane on which nobody asks pays nothing for them.
 */
export interface BuiltInDefinitions {
  ensure(plane: Plane): Promise<void>
  /** What a user has changed and deleted is brought back as it was. */
  restore(plane: Plane): Promise<void>
  /** The plane is gone. */
  forget(plane: Plane): void
  close(): void
}

export function createBuiltInDefinitions(
  environment: () => Environment,
  builtIn: readonly Kind[],
  definitions: Kind,
): BuiltInDefinitions {
  const written = new Map<Plane, Promise<void>>()
  let following: Promise<Subscription> | undefined

  function follow(): Promise<Subscription> {
    const { store } = environment()
    following ??= store.watch(collectionPrefix('root', definitions), store.revision, () => {
      for (const plane of written.keys()) if (plane !== 'root') void begin(plane)
    })
    return following
  }

  async function write(plane: Plane): Promise<void> {
    const custom = builtIn.filter(
      (kind) => kind.origin === 'custom' && kind.planes.includes(planeSort(plane)),
    )
    const shown: Shown[] = custom.map((kind) => ({
      ...customResourceDefinitionFromKind(kind),
      status: statusOf(kind),
    }))
    if (plane !== 'root') {
      await follow()
      shown.push(...(await ofRoot()))
    }
    await Promise.all(shown.map((each) => show(environment(), plane, definitions, each)))
    await hide(plane, new Set(shown.map(({ metadata }) => metadata.name)))
  }

  /** What users and `--crds` define on the root, for every plane. */
  async function ofRoot(): Promise<Shown[]> {
    return (await list('root'))
      .filter((each) => isEstablished(each) && each.metadata.annotations?.[builtInAnnotation] === undefined)
      .map(({ metadata, spec, status }) => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: definitions.names.kind,
        metadata: { name: metadata.name, ...(metadata.labels ? { labels: metadata.labels } : {}) },
        spec: spec as Shown['spec'],
        status: status as Shown['status'],
        isOfRoot: true,
      }))
  }

  async function list(plane: Plane): Promise<KubernetesObject[]> {
    const page = await environment().store.list({ prefix: collectionPrefix(plane, definitions) })
    return page.records.map(decodeRecord)
  }

  /** Takes away what the root defines no more. */
  async function hide(plane: Plane, shown: ReadonlySet<string>): Promise<void> {
    const { store } = environment()
    for (const { metadata } of await list(plane)) {
      if (shown.has(metadata.name)) continue
      await store.write(objectKey(plane, definitions, { name: metadata.name }), (current, revision) => {
        const old = current && decodeRecord(current)
        return old && isUnchanged(old) ? remove(old, old, revision) : { type: 'none' }
      })
    }
  }

  function begin(plane: Plane): Promise<void> {
    const before = written.get(plane) ?? Promise.resolve()
    const writing = before.catch(() => {}).then(() => (written.has(plane) ? write(plane) : undefined))
    written.set(plane, writing)
    writing.catch(() => written.delete(plane))
    return writing
  }

  return {
    ensure: (plane) => written.get(plane) ?? begin(plane),
    restore: (plane) => begin(plane),
    forget: (plane) => void written.delete(plane),
    close() {
      following?.then(
        (subscription) => subscription.close(),
        () => {},
      )
    },
  }
}

interface Shown extends KubernetesObject {
  readonly isOfRoot?: boolean
}

/** Writes the definition unless it is there: as it is shown, or as a user has changed it. */
async function show(
  environment: Environment,
  plane: Plane,
  definitions: Kind,
  { metadata, isOfRoot, ...definition }: Shown,
): Promise<void> {
  const said = JSON.stringify(isOfRoot ? [metadata.labels, definition] : definition.spec)
  const hash = createHash('sha256').update(said).digest('hex').slice(0, 16)
  const identity = isOfRoot ? `${rootIdentity}${hash}` : hash
  const time = formatTime(environment.clock.now())
  const key = objectKey(plane, definitions, { name: metadata.name })
  await environment.store.write(key, (current, revision) => {
    const old = current && decodeRecord(current)
    if (old && !isUnchanged(old)) return { type: 'none' }
    if (old?.metadata.annotations?.[builtInAnnotation] === identity) return { type: 'none' }
    const object: KubernetesObject = {
      metadata: {
        ...metadata,
        uid: old?.metadata.uid ?? environment.ids.uid(),
        creationTimestamp: old?.metadata.creationTimestamp ?? time,
        generation: 1,
        annotations: { [builtInAnnotation]: identity },
      },
      ...definition,
      status: dated(definition.status, time),
    }
    return put(object, old, revision)
  })
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime?: string
}

/** Conditions that were never observed began when they were written. */
function dated(status: unknown, time: string) {
  const { conditions, ...rest } = status as { conditions: readonly Condition[] }
  return { ...rest, conditions: conditions.map((each) => ({ lastTransitionTime: time, ...each })) }
}

function statusOf(kind: Kind) {
  const { shortNames, categories, ...names } = kind.names
  return {
    acceptedNames: {
      ...names,
      ...(shortNames ? { shortNames: [...shortNames] } : {}),
      ...(categories ? { categories: [...categories] } : {}),
    },
    conditions: [
      { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
      {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      },
    ],
    storedVersions: kind.versions.filter((version) => version.storage).map((version) => version.name),
  }
}
