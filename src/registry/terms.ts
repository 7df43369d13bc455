import type { KubernetesObject } from '../apimachinery/object.ts'

/** The store's index terms of an object: each label with its value, and each owner's uid. */

export function labelTerm(key: string, value: string): string {
  return `label:${key}=${value}`
}

export function ownerTerm(uid: string): string {
  return `owner:${uid}`
}

function termsOf(object: KubernetesObject | undefined): Set<string> {
  const terms = new Set<string>()
  if (!object) return terms
  for (const [key, value] of Object.entries(object.metadata.labels ?? {})) terms.add(labelTerm(key, value))
  for (const owner of object.metadata.ownerReferences ?? []) terms.add(ownerTerm(owner.uid))
  return terms
}

/** What a write has to add to the index and take out of it. */
export function changedTerms(
  before: KubernetesObject | undefined,
  after: KubernetesObject | undefined,
): { addTerms: string[]; removeTerms: string[] } {
  const old = termsOf(before)
  const next = termsOf(after)
  return {
    addTerms: [...next].filter((term) => !old.has(term)),
    removeTerms: [...old].filter((term) => !next.has(term)),
  }
}
