import { forbidden, notFound } from '../apimachinery/errors.ts'
import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import { groupResource, type Resource } from './kind.ts'
import type { RequestContext, Selection } from './registry.ts'

/** What a door shows of a kind: decided before an object is touched, told as if the rest did not exist. */
export interface Door {
  /** Throws NotFound when this door does not show the object. */
  check(key: ObjectKey, object: KubernetesObject): void
  /** Throws when the object that would be made could not be seen through this door. */
  checkCreated(key: ObjectKey, object: KubernetesObject): void
}

const open: Door = { check: () => {}, checkCreated: () => {} }

function shows(selection: Selection, key: ObjectKey, object: KubernetesObject): boolean {
  if (selection === 'everything') return true
  if (selection === 'nothing') return false
  if (selection.namespace !== undefined && key.namespace !== selection.namespace) return false
  if (selection.name !== undefined && key.name !== selection.name) return false
  return selection.matches(object)
}

export async function doorFor(context: RequestContext, resource: Resource): Promise<Door> {
  if (!context.view) return open
  const selection = await context.view.select(resource.kind)
  if (selection === 'everything') return open
  return {
    check(key, object) {
      if (!shows(selection, key, object)) throw notFound(groupResource(resource.kind), key.name)
    },
    checkCreated(key, object) {
      if (shows(selection, key, object)) return
      const namespace = selection === 'nothing' ? undefined : selection.namespace
      if (namespace !== undefined && key.namespace !== undefined && key.namespace !== namespace) {
        throw notFound({ group: '', resource: 'namespaces' }, key.namespace)
      }
      const parent = context.parent
      const place = parent
        ? `the control plane of ${parent.sort.toLowerCase()} "${parent.name}"`
        : 'this control plane'
      throw forbidden(groupResource(resource.kind), key.name, `it would not be visible in ${place}`)
    },
  }
}
