import { formatTime } from '../apimachinery/clock.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { dryRecord } from './commit.ts'
import { decode } from './document-decoding.ts'
import type { Environment } from './environment.ts'
import { keepBooks, track } from './field-ownership.ts'
import type { Resource } from './kind.ts'
import type { Asked, Prepared } from './preparation.ts'
import type { CreateKey, RequestContext, WriteOptions, WriteOutcome } from './registry.ts'

/** A POST of a kind that is answered and never stored (reviews). */
export async function answer(
  environment: Environment,
  context: RequestContext,
  resource: Resource,
  createKey: CreateKey,
  sent: KubernetesObject,
  options: WriteOptions,
): Promise<WriteOutcome> {
  const time = formatTime(environment.clock.now())
  const manager = options.fieldManager ?? context.user.name
  const { object: question, warnings } = prepareQuestion(sent, { resource, options, manager, time })
  const object =
    (await resource.kind.answer?.(question, {
      user: context.user,
      namespace: createKey.namespace,
      time,
      authorize: environment.authorize,
    })) ?? question
  const key = { name: object.metadata?.name ?? '' }
  const { text } = dryRecord('', { ...object, metadata: object.metadata ?? {} }, 0)
  return { object: { key, revision: 0, text, object }, created: true, warnings }
}

/** A question is decoded and entered into the books like any object, and nothing else. */
function prepareQuestion(sent: KubernetesObject, asked: Asked): Prepared {
  const { draft, warnings } = decode(sent, asked)
  keepBooks(draft, track(asked, undefined, draft, undefined))
  return { object: draft, warnings }
}
