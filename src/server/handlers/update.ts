import { decodeObject, expectedOf, expectedScale, sentBody } from '../body.ts'
import type { Handler } from '../request.ts'
import { writeOptions } from '../write-options.ts'
import { objectKey } from './key.ts'
import { subresourceOf, writeAnswer } from './write-answer.ts'

/** PUT of an object or of one of its subresources: 200, or 201 where a PUT may create. */
export const update: Handler = async (environment, request) => {
  const { context, resource, info, query, userAgent } = request
  const options = writeOptions('UpdateOptions', query, userAgent)
  const key = objectKey(info)
  const subresource = subresourceOf(info)
  const { object, duplicates } = await decodeObject(
    subresource === 'scale' ? expectedScale : expectedOf(resource),
    sentBody(environment, request),
    key.namespace ?? '',
  )
  const outcome = await environment.registry.update(context, resource, key, object, {
    ...options,
    ...duplicates,
    subresource,
  })
  return writeAnswer(environment, request, outcome)
}
