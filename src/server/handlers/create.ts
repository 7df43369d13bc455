import { badRequest } from '../../apimachinery/errors.ts'
import { decodeObject, expectedOf, sentBody } from '../body.ts'
import { objectAnswer } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { writeOptions } from '../write-options.ts'

/** POST to a collection: 201 with the object as it was stored, or the answer of a review. */
export const create: Handler = async (environment, request) => {
  const { context, resource, info, query, userAgent } = request
  const options = writeOptions('CreateOptions', query, userAgent)
  const namespaced = resource.kind.scope === 'Namespaced'
  if (namespaced && info.namespace === '')
    throw badRequest('an empty namespace may not be set during creation')
  const namespace = namespaced ? info.namespace : ''
  const { object, duplicates } = await decodeObject(
    expectedOf(resource),
    sentBody(environment, request),
    namespace,
  )
  const outcome = await environment.registry.create(
    context,
    resource,
    namespaced ? { namespace } : {},
    object,
    { ...options, ...duplicates },
  )
  return objectAnswer(environment, request, outcome.object, 201, outcome.warnings)
}
