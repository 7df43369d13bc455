import { invalidObject } from '../../../apimachinery/errors.ts'
import { optional } from '../../field.ts'
import { objectSchema, onFirstUse } from '../../kind-schema.ts'
import { accessStatus, decide, type SelfSpec, selfSpec, validateAction, validateMetadata } from './access.ts'
import { reviewKind } from './review-kind.ts'

/** May I? (`kubectl auth can-i`) */
export const SelfSubjectAccessReview = reviewKind({
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectAccessReview',
  scope: 'Cluster',
  schema: onFirstUse(() =>
    objectSchema('Asks whether the sender may do something.', {
      spec: selfSpec(),
      status: optional(accessStatus()),
    }),
  ),
  async answer(review, { user, authorize }) {
    const spec = (review.spec ?? {}) as SelfSpec
    const errors = [...validateAction(spec), ...validateMetadata(review, 'must be empty')]
    if (errors.length > 0) throw invalidObject('authorization.k8s.io', '', '', errors)
    return { ...review, status: await decide(authorize, user, spec) }
  },
})
