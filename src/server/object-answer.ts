import type { StoredObject } from '../registry/registry.ts'
import { encodeObject, type View } from './encode.ts'
import type { Format } from './negotiation.ts'
import type { ResourceRequest, ServerEnvironment } from './request.ts'
import { type Answer, jsonAnswer, withWarnings, yamlAnswer } from './respond.ts'
import { includeObjectOf } from './table.ts'
import { yamlText } from './yaml-text.ts'

/** How this request wants its objects written. */
export function viewOf(environment: ServerEnvironment, request: ResourceRequest): View {
  const { resource, format, query } = request
  return {
    resource,
    format,
    includeObject: format.shape === 'Table' ? includeObjectOf(query) : 'Metadata',
    clock: environment.clock,
  }
}

/** An object as the answer to a read or a write, in the form asked for. */
export async function objectAnswer(
  environment: ServerEnvironment,
  request: ResourceRequest,
  stored: StoredObject,
  status = 200,
  warnings: readonly string[] = [],
): Promise<Answer> {
  const answer = await encodedAnswer(status, encodeObject(viewOf(environment, request), stored), request)
  return warnings.length === 0 ? answer : withWarnings(answer, warnings)
}

/** JSON text as an answer in the encoding asked for. */
export async function encodedAnswer(
  status: number,
  json: string,
  { format, pretty }: { readonly format: Format; readonly pretty: boolean },
): Promise<Answer> {
  if (format.encoding === 'yaml') {
    return yamlAnswer(status, await yamlText(json))
  }
  return jsonAnswer(status, `${pretty ? JSON.stringify(JSON.parse(json), null, 2) : json}\n`)
}
