import type { UpdateOptions, WriteOutcome } from '../../registry/registry.ts'
import { scaleOf } from '../../registry/scale.ts'
import { encodedAnswer, objectAnswer } from '../object-answer.ts'
import type { ResourceRequest, ServerEnvironment } from '../request.ts'
import type { ResourceInfo } from '../request-info.ts'
import { type Answer, withWarnings } from '../respond.ts'

/** The part of the object that a URL addresses; the dispatcher has let none pass but these. */
export function subresourceOf({ subresource }: ResourceInfo): UpdateOptions['subresource'] {
  return subresource === '' ? undefined : (subresource as NonNullable<UpdateOptions['subresource']>)
}

/** What a PUT or PATCH has made: the object, or its Scale where that was addressed. */
export async function writeAnswer(
  environment: ServerEnvironment,
  request: ResourceRequest,
  outcome: WriteOutcome,
): Promise<Answer> {
  const status = outcome.created ? 201 : 200
  if (request.info.subresource !== 'scale') {
    return objectAnswer(environment, request, outcome.object, status, outcome.warnings)
  }
  const scale = scaleOf(request.resource, outcome.object.object)
  return withWarnings(await encodedAnswer(status, JSON.stringify(scale), request), outcome.warnings)
}
