import { formatGroupVersion } from '../../apimachinery/object.ts'
import type { KindSet } from '../../registry/kind.ts'
import { groupVersionDocument, serviceDocument } from './document-v3.ts'
import {
  coreVersionsOperation,
  groupOperation,
  groupsOperation,
  versionOperation,
} from './service-operations.ts'

/**
 * The documents of OpenAPI v3 by their path below `/openapi/v3/`, in the order of the alphabet: one for each group
 * version (`api/v1`, `apis/<group>/<version>`) and small ones for discovery and the version.
 */
export function documentsV3(kinds: KindSet): ReadonlyMap<string, () => Record<string, unknown>> {
  const documents = new Map<string, () => Record<string, unknown>>([
    ['api', () => serviceDocument([coreVersionsOperation])],
    ['apis', () => serviceDocument([groupsOperation])],
    ['version', () => serviceDocument([versionOperation])],
  ])
  for (const { name, versions } of kinds.groups) {
    if (name !== '') documents.set(`apis/${name}`, () => serviceDocument([groupOperation(name)]))
    for (const { version, resources } of versions) {
      const path = name === '' ? `api/${version}` : `apis/${formatGroupVersion(name, version)}`
      documents.set(path, () => groupVersionDocument(name, version, resources))
    }
  }
  return new Map([...documents].sort(([left], [right]) => (left < right ? -1 : 1)))
}
