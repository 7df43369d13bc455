import type { ObjectKey } from '../../apimachinery/object.ts'
import type { ResourceInfo } from '../request-info.ts'

/** The object that a URL names. A Namespace's own URL names it twice; only its name counts. */
export function objectKey({ resource, group, namespace, name }: ResourceInfo): ObjectKey {
  if (namespace === '' || (resource === 'namespaces' && group === '')) return { name }
  return { namespace, name }
}
