import { notFound } from '../apimachinery/errors.ts'
import type { ObjectKey } from '../apimachinery/object.ts'
import { doorFor } from './door.ts'
import type { Environment } from './environment.ts'
import { objectKey } from './keys.ts'
import { groupResource, type Resource } from './kind.ts'
import type { GetOptions, RequestContext, StoredObject } from './registry.ts'
import { checkNotTooLarge, parseResourceVersion } from './resource-version.ts'
import { decodeRecord, storedObject } from './stored-object.ts'

export async function get(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  key: ObjectKey,
  options: GetOptions = {},
): Promise<StoredObject> {
  checkNotTooLarge(parseResourceVersion(options.resourceVersion), environment.store.revision)
  const record = await environment.store.read(objectKey(context.plane, resource.kind, key))
  if (!record) throw notFound(groupResource(resource.kind), key.name)
  if (context.view) {
    const door = await doorFor(context, resource)
    door.check(key, decodeRecord(record))
  }
  return storedObject(context.plane, resource, record)
}
