import { decodeDeleteOptions, sentBody } from '../body.ts'
import { encodedAnswer, objectAnswer } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { deleteOptions } from '../write-options.ts'
import { objectKey } from './key.ts'

/** DELETE of one object: a Status when it is gone, the object itself while finalizers keep it. */
export const deleteObject: Handler = async (environment, request) => {
  const { context, resource, info, query } = request
  const body = await decodeDeleteOptions(sentBody(environment, request))
  const options = deleteOptions(query, body)
  const outcome = await environment.registry.delete(context, resource, objectKey(info), options)
  if (!outcome.gone) {
    // 202 says that a cascade was asked for which is still going on; only this old option asks for it.
    return objectAnswer(environment, request, outcome.object, options.orphanDependents === false ? 202 : 200)
  }
  const { uid } = outcome.object.object.metadata
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: info.name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: info.resource,
      ...(uid === undefined ? {} : { uid }),
    },
  }
  return encodedAnswer(200, JSON.stringify(status), request)
}
