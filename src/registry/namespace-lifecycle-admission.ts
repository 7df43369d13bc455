import { forbidden, notFound } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Environment } from './environment.ts'
import { objectKey } from './keys.ts'
import { groupResource, type Resource } from './kind.ts'
import type { Plane } from './registry.ts'
import { decodeRecord } from './stored-object.ts'

/** What new objects need of their namespace: that it exists, and that it is not on its way out. */

/** Throws 404 for a missing namespace and 403 with the cause that clients know for a terminating one. */
export async function checkNamespace(
  environment: Environment,
  plane: Plane,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<void> {
  const namespaces = (await environment.catalogue.kinds(plane)).find('', 'v1', 'namespaces')
  if (!namespaces) return
  const record = await environment.store.read(objectKey(plane, namespaces.kind, { name: namespace }))
  if (!record) throw notFound(groupResource(namespaces.kind), namespace)
  const { metadata }: KubernetesObject = decodeRecord(record)
  if (metadata.deletionTimestamp === undefined) return
  throw forbidden(
    groupResource(resource.kind),
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}
