import type { ObjectMeta } from '../../../apimachinery/object.ts'
import { object, optional } from '../../field.ts'
import { objectSchema, onFirstUse } from '../../kind-schema.ts'
import { reviewKind } from './review-kind.ts'
import { userInfo, userInfoOf } from './user-info.ts'

/** Who am I? (`kubectl auth whoami`) */
export const SelfSubjectReview = reviewKind({
  group: 'authentication.k8s.io',
  kind: 'SelfSubjectReview',
  scope: 'Cluster',
  zeroValue: { status: {} },
  schema: onFirstUse(() =>
    objectSchema('Asks as whom the server knows the sender.', {
      status: optional(object('The answer.', { userInfo: optional(userInfo('The sender of the review.')) })),
    }),
  ),
  answer: async (_, { user, time }) => ({
    metadata: { creationTimestamp: time } as ObjectMeta,
    status: { userInfo: userInfoOf(user) },
  }),
})
