import type { Story } from './step.ts'
import { applyStory } from './stories/apply.ts'
import { configMapStory, coreStory } from './stories/core.ts'
import { cornerStory } from './stories/corners.ts'
import { createStory } from './stories/create.ts'
import { customDependentStory } from './stories/custom-dependents.ts'
import { definitionFaultsStory } from './stories/definition-faults.ts'
import { definitionsStory } from './stories/definitions.ts'
import { deleteStory } from './stories/delete.ts'
import { dependentStory } from './stories/dependents.ts'
import { discoveryStory } from './stories/discovery.ts'
import { eventStory } from './stories/events.ts'
import { immutableStory } from './stories/immutable.ts'
import { leaseStory } from './stories/leases.ts'
import { listStory } from './stories/list.ts'
import { methodStory } from './stories/methods.ts'
import { namespaceStory } from './stories/namespaces.ts'
import { sameStory } from './stories/no-operation.ts'
import { patchStory } from './stories/patch.ts'
import { reviewStory } from './stories/reviews.ts'
import { revisionStory } from './stories/revisions.ts'
import { ruleFaultsStory } from './stories/rule-faults.ts'
import { scaleStory } from './stories/scales.ts'
import { secretStory } from './stories/secrets.ts'
import { typedStory } from './stories/typed-maps.ts'
import { updateStory } from './stories/update.ts'
import { watchStory } from './stories/watch.ts'

export const stories: readonly Story[] = [
  createStory,
  updateStory,
  patchStory,
  applyStory,
  deleteStory,
  dependentStory,
  customDependentStory,
  namespaceStory,
  sameStory,
  typedStory,
  scaleStory,
  secretStory,
  immutableStory,
  leaseStory,
  eventStory,
  cornerStory,
  listStory,
  revisionStory,
  watchStory,
  configMapStory,
  coreStory,
  reviewStory,
  definitionsStory,
  definitionFaultsStory,
  ruleFaultsStory,
  discoveryStory,
  methodStory,
]

export { play } from './step.ts'

/** Where the answers of a real server to a story are kept, in the folder `answers`. */
export function answersFile({ title }: Story): string {
  return `${title.replaceAll(' ', '-')}.json`
}
