import type { JsonValue } from '../apimachinery/object.ts'
import { choice, dateTime, int64, keyedList, list, object, optional, text } from './field.ts'

/** One entry of `status.conditions`. */
function condition() {
  return object('One thing that was observed about the object, and whether it holds.', {
    type: text('What is observed, in CamelCase, such as `Ready`. There is one entry for each type.', {
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    }),
    status: choice('Whether it holds; `Unknown` while nobody has been able to tell.', [
      'True',
      'False',
      'Unknown',
    ]),
    reason: text('Why, as one CamelCase word that programs may rely on.', {
      minLength: 1,
      maxLength: 1024,
      pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$',
    }),
    message: text('Why, in a sentence for people. It may be empty.', { maxLength: 32768 }),
    lastTransitionTime: dateTime(
      'When `status` last changed from one value to another; a new reason alone does not move it.',
    ),
    observedGeneration: optional(
      int64('The `metadata.generation` that this was observed of. Lower than the present one: out of date.', {
        minimum: 0,
      }),
    ),
  })
}

export function conditions(description: string) {
  return list(description, condition())
}

/** The same, with what they are until a controller has looked at the object. */
export function conditionsWithDefault(description: string, value: JsonValue[]) {
  return list(description, condition(), { default: value })
}

/** `status.conditions` as a list that several writers share, one type each. */
export function keyedConditions(
  description: string,
  options: { readonly maxItems?: number; readonly default?: JsonValue } = {},
) {
  return keyedList(description, ['type'], condition(), options)
}

/** What the conditions of these types are until a controller has looked at the object. */
export function pendingConditions(...types: readonly string[]): JsonValue[] {
  return types.map((type) => unknownCondition(type, 'Pending', 'Waiting for controller'))
}

/** The same for the kinds of the resource manager and of identity, which put it in other words. */
export function unreconciledConditions(...types: readonly string[]): JsonValue[] {
  return types.map((type) => unknownCondition(type, 'Unknown', 'Waiting for control plane to reconcile'))
}

function unknownCondition(type: string, reason: string, message: string): JsonValue {
  return { type, status: 'Unknown', reason, message, lastTransitionTime: '1970-01-01T00:00:00Z' }
}
