import { rememberInOrder } from '../../apimachinery/remember-in-order.ts'
import type { KindSet } from '../../registry/kind.ts'
import { type StoredDocument, storedDocument } from './answer.ts'

/**
 * Of how many kind sets documents are in memory, a megabyte or more each. Planes without definitions of their own have
 * one set in common.
 */
export const keptKindSets = 32

/** The set whose documents were asked for longest ago first. */
const kept = new Map<KindSet, Map<string, StoredDocument>>()

/** The document of this name, made when it is asked for: JSON of what `build` returns, or its bytes. */
export function documentOf(kinds: KindSet, name: string, build: () => unknown): StoredDocument {
  const documents = documentsOf(kinds)
  let document = documents.get(name)
  if (!document) {
    const built = build()
    document = storedDocument(Buffer.isBuffer(built) ? built : JSON.stringify(built))
    documents.set(name, document)
  }
  return document
}

function documentsOf(kinds: KindSet): Map<string, StoredDocument> {
  const documents = kept.get(kinds) ?? new Map<string, StoredDocument>()
  rememberInOrder(kept, kinds, documents, keptKindSets)
  return documents
}
