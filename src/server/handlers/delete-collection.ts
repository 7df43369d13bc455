import { decodeDeleteOptions, sentBody } from '../body.ts'
import { listForm } from '../encode.ts'
import { listOptions } from '../list-options.ts'
import { viewOf } from '../object-answer.ts'
import type { Handler } from '../request.ts'
import { deleteOptions } from '../write-options.ts'
import { listAnswer } from './list.ts'

/** DELETE of a collection, narrowed by selectors: the list of what was deleted, as it was. */
export const deleteCollection: Handler = async (environment, request) => {
  const { context, resource, info, query } = request
  const selection = listOptions(info, query)
  const body = await decodeDeleteOptions(sentBody(environment, request))
  const deleted = await environment.registry.deleteCollection(
    context,
    resource,
    selection,
    deleteOptions(query, body),
  )
  return listAnswer(deleted, listForm(viewOf(environment, request)), request)
}
