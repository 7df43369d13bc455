import { formatGroupVersion } from '../../apimachinery/object.ts'
import type { KindSet, Resource } from '../../registry/kind.ts'
import { groupVersionDocument, serviceDocument } from './document-v3.ts'
import {
  coreVersionsOperation,
  groupOperation,
  groupsOperation,
  versionOperation,
} from './service-operations.ts'

/** How a document is made, and which resources are all that it tells of; of those of discovery there are none. */
export interface DocumentSource {
  build(): Record<string, unknown>
  readonly resources: readonly Resource[]
}

/**
 * The documents of OpenAPI v3 by their path below `/openapi/v3/`, in the order of the alphabet: one for each group
 * version (`api/v1`, `apis/<group>/<version>`) and small ones for discovery and the version.
 */
export function documentsV3(kinds: KindSet): ReadonlyMap<string, DocumentSource> {
  const documents = new Map<string, DocumentSource>([
    ['api', service([coreVersionsOperation])],
    ['apis', service([groupsOperation])],
    ['version', service([versionOperation])],
  ])
  for (const { name, versions } of kinds.groups) {
    if (name !== '') documents.set(`apis/${name}`, service([groupOperation(name)]))
    for (const { version, resources } of versions) {
      const path = name === '' ? `api/${version}` : `apis/${formatGroupVersion(name, version)}`
      documents.set(path, { build: () => groupVersionDocument(name, version, resources), resources })
    }
  }
  return new Map([...documents].sort(([left], [right]) => (left < right ? -1 : 1)))
}

function service(operations: Parameters<typeof serviceDocument>[0]): DocumentSource {
  return { build: () => serviceDocument(operations), resources: [] }
}
