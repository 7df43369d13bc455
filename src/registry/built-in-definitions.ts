import { createHash } from 'node:crypto'
import { formatTime } from '../apimachinery/clock.ts'
import { cloneJson } from '../apimachinery/clone.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { put } from './commit.ts'
import { customResourceDefinitionFromKind } from './custom-resource-definition.ts'
import type { Environment } from './environment.ts'
import { objectKey } from './keys.ts'
import type { Kind } from './kind.ts'
import { builtInAnnotation, isUnchanged } from './kind-catalogue.ts'
import { type Plane, planeSort } from './registry.ts'
import { peekRecord } from './stored-object.ts'

/**
 * Makes built-in kinds visible as CustomResourceDefinitions. They are written when somebody first asks for definitions
 * on a plane: a plane on which nobody does pays nothing for them.
 */
export interface BuiltInDefinitions {
  ensure(plane: Plane): Promise<void>
}

export function createBuiltInDefinitions(
  environment: () => Environment,
  builtIn: readonly Kind[],
  definitions: Kind,
): BuiltInDefinitions {
  const written = new Map<Plane, Promise<void>>()

  async function write(plane: Plane): Promise<void> {
    const custom = builtIn.filter(
      (kind) => kind.origin === 'custom' && kind.planes.includes(planeSort(plane)),
    )
    await Promise.all(custom.map((kind) => writeDefinition(environment(), plane, definitions, kind)))
  }

  return {
    ensure(plane) {
      let writing = written.get(plane)
      if (!writing) {
        writing = write(plane)
        written.set(plane, writing)
        writing.catch(() => written.delete(plane))
      }
      return writing
    },
  }
}

/** Writes the definition unless it is there: as this program made it, or as a user has changed it. */
async function writeDefinition(
  environment: Environment,
  plane: Plane,
  definitions: Kind,
  kind: Kind,
): Promise<void> {
  const { metadata, ...definition } = customResourceDefinitionFromKind(kind)
  const identity = createHash('sha256').update(JSON.stringify(definition.spec)).digest('hex').slice(0, 16)
  const time = formatTime(environment.clock.now())
  const key = objectKey(plane, definitions, { name: metadata.name })
  await environment.store.write(key, (current, revision) => {
    const old = current && peekRecord(current)
    if (old && !isUnchanged(old)) return { type: 'none' }
    if (old?.metadata.annotations?.[builtInAnnotation] === identity) return { type: 'none' }
    const object: KubernetesObject = {
      metadata: {
        name: metadata.name,
        uid: old?.metadata.uid ?? environment.ids.uid(),
        creationTimestamp: old?.metadata.creationTimestamp ?? time,
        generation: 1,
        annotations: { [builtInAnnotation]: identity },
      },
      ...cloneJson(definition),
      status: establishedStatus(kind, time),
    }
    return put(object, old, revision)
  })
}

function establishedStatus(kind: Kind, time: string) {
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: time,
  })
  const { shortNames, categories, ...names } = kind.names
  return {
    acceptedNames: {
      ...names,
      ...(shortNames ? { shortNames: [...shortNames] } : {}),
      ...(categories ? { categories: [...categories] } : {}),
    },
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: kind.versions.filter((version) => version.storage).map((version) => version.name),
  }
}
