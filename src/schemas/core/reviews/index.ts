import type { Kind } from '../../../registry/kind.ts'
import { LocalSubjectAccessReview } from './local-subject-access-review.ts'
import { SelfSubjectAccessReview } from './self-subject-access-review.ts'
import { SelfSubjectReview } from './self-subject-review.ts'
import { SelfSubjectRulesReview } from './self-subject-rules-review.ts'
import { SubjectAccessReview } from './subject-access-review.ts'
import { createTokenReviewKind, type TokenReviewOptions } from './token-review.ts'

/** Every kind that is asked and answered but never stored. */
export function createReviewKinds(options: TokenReviewOptions): readonly Kind[] {
  return [
    SelfSubjectReview,
    createTokenReviewKind(options),
    SelfSubjectAccessReview,
    SubjectAccessReview,
    LocalSubjectAccessReview,
    SelfSubjectRulesReview,
  ]
}
