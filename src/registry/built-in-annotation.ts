import type { KubernetesObject } from '../apimachinery/object.ts'

/**
 * On a definition that shows a kind which is served without it: a built-in one as this program has it, or on a project
 * one that the root defines for every plane. The value identifies what it says.
 */
export const builtInAnnotation = 'datum-local.dev/built-in'

/** How the value begins where the root defines the kind. */
export const rootIdentity = 'root-'

/** True while nobody has changed what such a definition says: `generation` counts the changes of a specification. */
export function isUnchanged(definition: KubernetesObject): boolean {
  const { annotations, generation } = definition.metadata
  return annotations?.[builtInAnnotation] !== undefined && generation === 1
}
