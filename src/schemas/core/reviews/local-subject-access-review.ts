import { badRequest, invalidObject } from '../../../apimachinery/errors.ts'
import { type FieldError, invalid } from '../../../apimachinery/field-error.ts'
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

/** May they, in this namespace? */
export const LocalSubjectAccessReview = reviewKind({
  group: 'authorization.k8s.io',
  kind: 'LocalSubjectAccessReview',
  scope: 'Namespaced',
  schema: onFirstUse(() =>
    objectSchema('Asks whether a user, or a member of a group, may do something in one namespace.', {
      spec: subjectSpec(),
      status: optional(accessStatus()),
    }),
  ),
  async answer(review, { authorize, namespace }) {
    if (!namespace) throw badRequest('namespace is required on this type: ')
    const spec = (review.spec ?? {}) as SubjectSpec
    const errors = [
      ...validateSubject(spec),
      ...validateMetadata(review, 'must be empty except for namespace', ['namespace']),
      ...validatePlace(spec, namespace),
    ]
    if (errors.length > 0) throw invalidObject('authorization.k8s.io', '', '', errors)
    return { ...review, status: await decide(authorize, callerOf(spec), spec) }
  },
})

function validatePlace(
  { resourceAttributes: resource, nonResourceAttributes: path }: SubjectSpec,
  namespace: string,
) {
  const errors: FieldError[] = []
  if (resource && (resource.namespace ?? '') !== namespace) {
    errors.push(
      invalid('spec.resourceAttributes.namespace', resource.namespace ?? '', 'must match metadata.namespace'),
    )
  }
  if (path) errors.push(invalid('spec.nonResourceAttributes', path, 'disallowed on this kind of request'))
  return errors
}
