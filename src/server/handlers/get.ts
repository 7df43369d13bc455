import { scaleOf } from '../../registry/scale.ts'
import { encodedAnswer, objectAnswer } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { objectKey } from './key.ts'

/** GET of one object, of its `/status` (which shows the whole object), or of its `/scale`. */
export const get: Handler = async (environment, request) => {
  const { context, resource, info, query } = request
  const stored = await environment.registry.get(context, resource, objectKey(info), {
    resourceVersion: query.get('resourceVersion'),
  })
  if (info.subresource === 'scale') {
    return encodedAnswer(200, JSON.stringify(scaleOf(resource, stored.object)), request)
  }
  return objectAnswer(environment, request, stored)
}
