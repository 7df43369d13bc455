import type { KubernetesObject, ObjectKey } from '../apimachinery/object.ts'
import type { Kind } from '../registry/kind.ts'
import type { Client } from './client.ts'

/** Adds the finalizer: the object stays, ending, until its controller has removed it. */
export async function addFinalizer<T extends KubernetesObject>(
  client: Client,
  kind: Kind<T>,
  key: ObjectKey,
  finalizer: string,
): Promise<void> {
  await client.change(kind, key, ({ metadata }) => {
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer]
  })
}

/** Removes it: with the last one an object that ends is gone. */
export async function removeFinalizer<T extends KubernetesObject>(
  client: Client,
  kind: Kind<T>,
  key: ObjectKey,
  finalizer: string,
): Promise<void> {
  await client.change(kind, key, ({ metadata }) => {
    metadata.finalizers = metadata.finalizers?.filter((each) => each !== finalizer) ?? []
  })
}
