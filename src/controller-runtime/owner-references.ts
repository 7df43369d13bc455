import {
  formatGroupVersion,
  type KubernetesObject,
  type ObjectKey,
  type OwnerReference,
  parseGroupVersion,
} from '../apimachinery/object.ts'
import { type Kind, preferredResource } from '../registry/kind.ts'

/** A reference to `owner`, which must be stored already. A `controller` also holds up the owner's foreground deletion. */
export function ownerReference(
  kind: Kind,
  owner: KubernetesObject,
  role: 'controller' | 'owner' = 'controller',
): OwnerReference {
  const reference = {
    apiVersion: preferredResource(kind).apiVersion,
    kind: kind.names.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
  }
  return role === 'controller' ? { ...reference, controller: true, blockOwnerDeletion: true } : reference
}

/** The one owner that manages the object. */
export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true)
}

/** True when `owner` is the object's controller. */
export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid
}

/** True when the reference names `kind` under any of its spellings. */
export function refersTo(reference: OwnerReference, kind: Kind): boolean {
  if (reference.kind !== kind.names.kind) return false
  const { group } = parseGroupVersion(reference.apiVersion)
  if (group === kind.group) return true
  return (kind.aliases ?? []).some(
    (alias) => formatGroupVersion(alias.group, alias.version) === reference.apiVersion,
  )
}

/** The key of the object's controller when that is of `kind`; a namespaced owner lives in the dependent's namespace. */
export function controllerKey(object: KubernetesObject, kind: Kind): ObjectKey | undefined {
  const controller = controllerOf(object)
  if (controller === undefined || !refersTo(controller, kind)) return undefined
  return kind.scope === 'Cluster'
    ? { name: controller.name }
    : { namespace: object.metadata.namespace, name: controller.name }
}
