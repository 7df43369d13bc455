import type { KubernetesObject } from '../apimachinery/object.ts'

/** What the books (`managedFields`) say about who wrote an object: how reconcilers tell what is theirs from what is not. */

/** True when something in the object, or in a field of it (`['spec']`), is as `manager` has written it. */
export function hasWritten(
  { metadata }: KubernetesObject,
  manager: string,
  path: readonly string[] = [],
): boolean {
  return (metadata.managedFields ?? []).some(
    (entry) => entry.manager === manager && includes(entry.fieldsV1, path),
  )
}

/** True when somebody else than `manager` wrote the field, or a part of it: `['status', 'location']`. */
export function isWrittenByOthers(
  { metadata }: KubernetesObject,
  manager: string,
  path: readonly string[],
): boolean {
  return (metadata.managedFields ?? []).some(
    (entry) => entry.manager !== manager && includes(entry.fieldsV1, path),
  )
}

function includes(fields: unknown, path: readonly string[]): boolean {
  let found = fields
  for (const name of path) found = (found as Record<string, unknown> | undefined)?.[`f:${name}`]
  return found !== undefined
}
