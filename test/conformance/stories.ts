import type { Story } from './step.ts'
import { applyStory } from './stories/apply.ts'
import { configMapStory, coreStory } from './stories/core.ts'
import { createStory } from './stories/create.ts'
import { deleteStory } from './stories/delete.ts'
import { listStory } from './stories/list.ts'
import { patchStory } from './stories/patch.ts'
import { reviewStory } from './stories/reviews.ts'
import { updateStory } from './stories/update.ts'

export const stories: readonly Story[] = [
  createStory,
  updateStory,
  patchStory,
  applyStory,
  deleteStory,
  listStory,
  configMapStory,
  coreStory,
  reviewStory,
]
