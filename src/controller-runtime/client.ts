import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { Kind } from '../registry/kind.ts'
import type { DeleteOptions } from '../registry/registry.ts'

/**
 * A reconciler's door to the registry, on one plane, under one field manager. Objects that come out are shared and
 * frozen, without head (`apiVersion`, `kind`): use `structuredClone` or `change` to work on one.
 * Rejections are StatusErrors.
 */
export interface Client {
  /** The object, or undefined when it does not exist. */
  get<T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined>

  /** Every object that matches; `owner` (a uid) and `labels` (equality) use the store's index. */
  list<T extends KubernetesObject>(kind: Kind<T>, options?: ClientListOptions): Promise<readonly T[]>

  create<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>

  /**
   * Lets `edit` work on a copy of the object as it is on the tick of the write, so that no other writer comes between.
   * It is called more than once, and must do nothing else; the status is not for it to change. Nothing is written when
   * it changed nothing. Undefined when the object does not exist.
   */
  change<T extends KubernetesObject>(
    kind: Kind<T>,
    key: ObjectKey,
    edit: (draft: T) => void,
  ): Promise<T | undefined>

  /** The same for the status, and for that alone. */
  changeStatus<T extends KubernetesObject>(
    kind: Kind<T>,
    key: ObjectKey,
    edit: (draft: T) => void,
  ): Promise<T | undefined>

  /** Deletes; not finding it is success. */
  delete(kind: Kind, key: ObjectKey, options?: DeleteOptions): Promise<void>
}

export interface ClientListOptions {
  readonly namespace?: string
  /** All of these labels with these values. */
  readonly labels?: Readonly<Record<string, string>>
  /** Objects with an owner reference to this uid. */
  readonly owner?: string
}
