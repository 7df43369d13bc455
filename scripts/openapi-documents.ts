import { createKindSet } from '../src/registry/kind-set.ts'
import { createReviewKinds } from '../src/schemas/core/reviews/index.ts'
import { kinds } from '../src/schemas/index.ts'
import { documentV2 } from '../src/server/openapi/document-v2.ts'
import { documentsV3 } from '../src/server/openapi/index-v3.ts'

/**
 * What `openapi/` holds, by file name: a document of OpenAPI v3 for each path of its index (slashes written as `__`),
 * and one of OpenAPI v2. They are made of all built-in kinds; a plane serves those of its own.
 */
export function openApiDocuments(): ReadonlyMap<string, string> {
  const reviews = createReviewKinds({ authenticateToken: async () => undefined, audiences: [] })
  const served = createKindSet([...kinds, ...reviews])
  const documents = [...documentsV3(served)].map(
    ([path, { build }]) => [`v3/${path.replaceAll('/', '__')}.json`, build()] as const,
  )
  return new Map(
    [...documents, ['v2.json', documentV2(served)] as const].map(([file, document]) => [
      file,
      `${JSON.stringify(document, null, 1)}\n`,
    ]),
  )
}
