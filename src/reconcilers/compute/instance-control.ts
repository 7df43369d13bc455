import { hasContent, type InstanceContent } from './instance-content.ts'
import type { InstanceSummary } from './instance-ledger.ts'
import { orderedReady } from './names.ts'

/** Whatever number somebody asks for by hand, no deployment comes that far. */
const mostOrdinals = 1_000_000

/** What there should be. */
export interface DesiredInstances {
  /** The name of the deployment: instances are called `<deployment>-<ordinal>`. */
  readonly deployment: string
  readonly replicas: number
  readonly templateHash: string
  /** What an instance of the present template consists of. */
  readonly content: InstanceContent
  readonly policy: string
}

/** The one thing to do next, or what is waited for. */
export type InstanceAction =
  | { readonly type: 'create'; readonly ordinal: number }
  | { readonly type: 'update' | 'delete' | 'wait' | 'repair'; readonly instance: InstanceSummary }
  | { readonly type: 'none' }

export interface InstanceCounts {
  readonly replicas: number
  /** Set up from the present template. */
  readonly current: number
  readonly ready: number
}

/**
 * Decides one step at a time (the policy OrderedReady): from the lowest ordinal up, what is missing is made and what
 * is not ready is waited for; then, from the highest ordinal down, what is out of date is updated; then, from the
 * highest down, what is too many is deleted. So nothing is updated or taken away while something kept is not ready.
 * Under any other policy nothing is done at all, as deployed. Whatever the policy, what a user has torn loose or
 * changed by hand is put right first, and what is no instance of the deployment by its name is deleted.
 */
export function nextInstanceAction(
  instances: Iterable<InstanceSummary>,
  desired: DesiredInstances,
): InstanceAction {
  /** 1 for each ordinal that is there: asking such an array for the first 0 is quick, also for a thousand. */
  const present = new Uint8Array(Math.min(Math.max(0, desired.replicas), mostOrdinals))
  let unsettled: InstanceSummary | undefined
  let outdated: InstanceSummary | undefined
  let excess: InstanceSummary | undefined
  for (const instance of instances) {
    const { ordinal } = instance
    if (instance.stem !== desired.deployment) {
      if (instance.controlled && !instance.deleting) return { type: 'delete', instance }
      continue
    }
    if (!instance.deleting && !isAsMade(instance, desired)) return { type: 'repair', instance }
    if (ordinal >= desired.replicas) {
      if (excess === undefined || ordinal > excess.ordinal) excess = instance
      continue
    }
    if (ordinal < present.length) present[ordinal] = 1
    if (!isSettled(instance) && (unsettled === undefined || ordinal < unsettled.ordinal)) unsettled = instance
    if (instance.templateHash === desired.templateHash) continue
    if (outdated === undefined || ordinal > outdated.ordinal) outdated = instance
  }
  if (desired.policy !== orderedReady) return { type: 'none' }
  const missing = present.indexOf(0)
  if (missing !== -1 && (unsettled === undefined || missing < unsettled.ordinal)) {
    return { type: 'create', ordinal: missing }
  }
  if (unsettled !== undefined) {
    // An update may be what an instance that does not become ready is waiting for.
    const isOutdated = !unsettled.deleting && unsettled.templateHash !== desired.templateHash
    return { type: isOutdated ? 'update' : 'wait', instance: unsettled }
  }
  if (outdated !== undefined) return { type: 'update', instance: outdated }
  if (excess === undefined) return { type: 'none' }
  return { type: excess.deleting ? 'wait' : 'delete', instance: excess }
}

/** What comes from an older template is left to the update of its turn. */
function isAsMade(instance: InstanceSummary, { templateHash, content }: DesiredInstances): boolean {
  if (!instance.intact) return false
  return instance.templateHash !== templateHash || hasContent(instance.content, content)
}

/** Ready, staying, and set up from the template that it was made from last. */
function isSettled({ ready, deleting, templateHash, observedTemplateHash }: InstanceSummary): boolean {
  return ready && !deleting && (observedTemplateHash === undefined || observedTemplateHash === templateHash)
}

export function countInstances(instances: Iterable<InstanceSummary>, templateHash: string): InstanceCounts {
  let [replicas, current, ready] = [0, 0, 0]
  for (const instance of instances) {
    replicas += 1
    if (instance.programmed && instance.observedTemplateHash === templateHash) current += 1
    if (instance.ready) ready += 1
  }
  return { replicas, current, ready }
}
