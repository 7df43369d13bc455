import { unsupportedBody, unsupportedMediaType } from '../../apimachinery/errors.ts'
import type { JsonValue } from '../../apimachinery/object.ts'
import type { Resource } from '../../registry/kind.ts'
import type { Patch } from '../../registry/registry.ts'
import {
  type DecodedObject,
  decodeApply,
  decodePatch,
  expectedOf,
  expectedScale,
  mediaType,
  sentBody,
} from '../body.ts'
import type { Handler, ResourceRequest, ServerEnvironment } from '../request.ts'
import { patchOptions } from '../write-options.ts'
import { objectKey } from './key.ts'
import { subresourceOf, writeAnswer } from './write-answer.ts'

const patchTypes: Readonly<Record<string, Patch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

/** PATCH in any of Kubernetes' four ways: 200, or 201 where a server-side apply has created the object. */
export const patch: Handler = async (environment, request) => {
  const { context, resource, info, query, userAgent } = request
  const type = patchType(resource, request.contentType)
  const options = patchOptions(query, userAgent, type === 'apply')
  const key = objectKey(info)
  const { change, duplicates } = await decodeChange(environment, request, type, key.namespace ?? '')
  const outcome = await environment.registry.patch(context, resource, key, change, {
    ...options,
    ...duplicates,
    subresource: subresourceOf(info),
  })
  return writeAnswer(environment, request, outcome)
}

/** What is sent in a PATCH. The strategic merge needs what only compiled-in kinds have: 415 for custom resources. */
export function patchType(resource: Resource, contentType: string | undefined): Patch['type'] {
  const allowed = Object.keys(patchTypes).filter(
    (each) => resource.kind.origin === 'core' || patchTypes[each] !== 'strategic',
  )
  const given = mediaType(contentType)
  const type = allowed.includes(given) ? patchTypes[given] : undefined
  if (type === undefined) {
    throw resource.kind.origin === 'core' ? unsupportedBody() : unsupportedMediaType(allowed)
  }
  return type
}

async function decodeChange(
  environment: ServerEnvironment,
  request: ResourceRequest,
  type: Patch['type'],
  namespace: string,
): Promise<{ change: Patch; duplicates: DecodedObject['duplicates'] }> {
  const { resource, info } = request
  const body = sentBody(environment, request)
  if (type === 'apply') {
    const expected = info.subresource === 'scale' ? expectedScale : expectedOf(resource)
    const { object, duplicates } = await decodeApply(expected, body, info.name, namespace)
    return { change: { type, body: object }, duplicates }
  }
  const { value, duplicateFields } = await decodePatch(body)
  return { change: { type, body: value as JsonValue }, duplicates: { duplicateFields } }
}
