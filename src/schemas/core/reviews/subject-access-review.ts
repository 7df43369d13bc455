import { invalidObject } from '../../../apimachinery/errors.ts'
import { optional } from '../../field.ts'
import { objectSchema, onFirstUse } from '../../kind-schema.ts'
import {
  accessStatus,
  callerOf,
  decide,
  type SubjectSpec,
  subjectSpec,
  validateMetadata,
  validateSubject,
} from './access.ts'
import { reviewKind } from './review-kind.ts'

/** May they? */
export const SubjectAccessReview = reviewKind({
  group: 'authorization.k8s.io',
  kind: 'SubjectAccessReview',
  scope: 'Cluster',
  schema: onFirstUse(() =>
    objectSchema('Asks whether a user, or a member of a group, may do something.', {
      spec: subjectSpec(),
      status: optional(accessStatus()),
    }),
  ),
  async answer(review, { authorize }) {
    const spec = (review.spec ?? {}) as SubjectSpec
    const errors = [...validateSubject(spec), ...validateMetadata(review, 'must be empty')]
    if (errors.length > 0) throw invalidObject('authorization.k8s.io', '', '', errors)
    return { ...review, status: await decide(authorize, callerOf(spec), spec) }
  },
})
