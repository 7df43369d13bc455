import type { KubernetesObject } from '../apimachinery/object.ts'
import type { StoredRecord, Transition } from '../storage/store.ts'
import { encodeObject, storedForms } from './stored-object.ts'
import { changedTerms } from './terms.ts'

/**
 * The transition to `object` at `revision`; the revision is written into the text, which is made here and only here.
 * The object becomes the store's: nobody may change it, or what it is made of, afterwards.
 */
export function put(
  object: KubernetesObject,
  before: KubernetesObject | undefined,
  revision: number,
): Extract<Transition, { type: 'put' }> & { readonly decoded: KubernetesObject } {
  const forms = storedForms({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(revision) },
  })
  return { type: 'put', ...forms, ...changedTerms(before, object) }
}

/** The end of an object; its last text carries the revision of its deletion, which is what watchers resume from. */
export function remove(
  object: KubernetesObject,
  before: KubernetesObject,
  revision: number,
): Extract<Transition, { type: 'delete' }> {
  const forms = storedForms({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(revision) },
  })
  return { type: 'delete', ...forms, removeTerms: changedTerms(before, undefined).removeTerms }
}

/** What a dry run answers: the record that would have been stored, at the revision of the one that is there. */
export function dryRecord(key: string, object: KubernetesObject, revision: number): StoredRecord {
  return { key, revision, text: encodeObject(object) }
}
