import { deepEqual } from '../../apimachinery/equality.ts'
import type { InstanceObject } from '../../schemas/compute/instance.ts'
import { instanceIndexLabel } from './names.ts'
import { contentHash } from './template-hash.ts'

type Texts = Readonly<Record<string, string>>

/** What an instance has from its deployment, its number aside: what a user who edits it by hand may have changed. */
export interface InstanceContent {
  readonly labels: Texts
  readonly annotations: Texts
  /** Of the spec, without the notes of its controller. */
  readonly specHash: string
  /** As of which `metadata.generation`: the spec need not be looked at again before that changes. */
  readonly generation: number
  /** Of all of it. Two instances with the same one have the same content. */
  readonly fingerprint: string
}

/** `before` is what was found of the same instance earlier. */
export function contentOf({ metadata, spec }: InstanceObject, before?: InstanceContent): InstanceContent {
  const { labels: allLabels = {}, annotations = {}, generation = 0 } = metadata
  const { [instanceIndexLabel]: _index, ...labels } = allLabels
  const isSameSpec = before !== undefined && before.generation === generation && generation > 0
  if (isSameSpec && deepEqual(labels, before.labels) && deepEqual(annotations, before.annotations)) {
    return before
  }
  const { controller: _controller, ...rest } = spec ?? {}
  const specHash = isSameSpec ? before.specHash : contentHash(rest)
  const fingerprint = contentHash({ labels, annotations, specHash })
  return { labels, annotations, specHash, generation, fingerprint }
}

/** True when nothing of `expected` is missing or other; further labels and annotations are nobody's business. */
export function hasContent(found: InstanceContent, expected: InstanceContent): boolean {
  if (found.fingerprint === expected.fingerprint) return true
  return (
    found.specHash === expected.specHash &&
    includes(found.labels, expected.labels) &&
    includes(found.annotations, expected.annotations)
  )
}

function includes(texts: Texts, expected: Texts): boolean {
  return Object.entries(expected).every(([name, text]) => texts[name] === text)
}
