import { type FieldError, invalid, required } from '../../../apimachinery/field-error.ts'
import type { KubernetesObject } from '../../../apimachinery/object.ts'
import type { AccessAttributes, Authorize, Caller } from '../../../registry/kind.ts'
import { boolean, list, object, optional, plainText, type Static, text } from '../../field.ts'
import { extra } from './user-info.ts'

function selector(description: string) {
  return object(description, {
    rawSelector: optional(text('The selector as a query parameter has it; not beside `requirements`.')),
    requirements: optional(
      list(
        'The selector in its parts, all of which must hold.',
        object('One part of a selector.', {
          key: text('The label or field.'),
          operator: text('`In`, `NotIn`, `Exists` or `DoesNotExist`.'),
          values: optional(list('The values of `In` and `NotIn`.', plainText())),
        }),
      ),
    ),
  })
}

function resourceAttributes() {
  return object('An action on objects.', {
    namespace: optional(text('The namespace; empty for all of them, and for kinds without one.')),
    verb: optional(
      text(
        '`get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or `*` for all.',
      ),
    ),
    group: optional(text('The group of the resource; `*` for all.')),
    version: optional(text('The version of the resource; `*` for all.')),
    resource: optional(text('The plural name of the resource; `*` for all.')),
    subresource: optional(text('The subresource, such as `status`; empty for none.')),
    name: optional(text('The name of the object; empty for all.')),
    fieldSelector: optional(selector('Narrows the action to objects with certain fields.')),
    labelSelector: optional(selector('Narrows the action to objects with certain labels.')),
  })
}

function nonResourceAttributes() {
  return object('An action on a URL that names no resource.', {
    path: optional(text('The path of the URL.')),
    verb: optional(text('The HTTP method, in lower case.')),
  })
}

/** The question of a SelfSubjectAccessReview. */
export function selfSpec() {
  return object('The question: one of the two.', {
    resourceAttributes: optional(resourceAttributes()),
    nonResourceAttributes: optional(nonResourceAttributes()),
  })
}

/** The question of reviews about somebody else. */
export function subjectSpec() {
  return object('The question: one of the two actions, and a user or a group.', {
    resourceAttributes: optional(resourceAttributes()),
    nonResourceAttributes: optional(nonResourceAttributes()),
    user: optional(text('The name of the user. Alone it means: a member of no group.')),
    groups: optional(list('The groups of the user.', plainText())),
    uid: optional(text('The identity of the user.')),
    extra: optional(extra('What else is known of the user.')),
  })
}

export function accessStatus() {
  return object('The answer.', {
    allowed: boolean('Whether the action is allowed.'),
    denied: optional(boolean('Whether the action is forbidden once and for all.')),
    reason: optional(text('Why it is allowed or not.')),
    evaluationError: optional(text('What went wrong while it was decided.')),
  })
}

export type SelfSpec = Static<ReturnType<typeof selfSpec>>
export type SubjectSpec = Static<ReturnType<typeof subjectSpec>>
type AccessStatus = Static<ReturnType<typeof accessStatus>>

/** Asks the authorizer. The spec has been validated: it has exactly one of the two. */
export async function decide(
  authorize: Authorize,
  user: Caller,
  { resourceAttributes: resource, nonResourceAttributes: path }: SelfSpec,
): Promise<AccessStatus> {
  const attributes: AccessAttributes = resource
    ? { verb: resource.verb ?? '', ...present(resource) }
    : { verb: path?.verb ?? '', path: path?.path ?? '' }
  const { allowed, reason } = await authorize(user, attributes)
  return { allowed, ...(reason === '' ? {} : { reason }) }
}

function present(resource: NonNullable<SelfSpec['resourceAttributes']>): Omit<AccessAttributes, 'verb'> {
  const { group = '', version, resource: plural = '', subresource, namespace, name } = resource
  return {
    group,
    resource: plural,
    ...(version ? { version } : {}),
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  }
}

export function callerOf({ user = '', uid, groups = [], extra }: SubjectSpec): Caller {
  return { name: user, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) }
}

/** The faults of the action that is asked for. */
export function validateAction({
  resourceAttributes: resource,
  nonResourceAttributes: path,
}: SelfSpec): FieldError[] {
  const errors: FieldError[] = []
  if (resource && path) {
    errors.push(
      invalid(
        'spec.nonResourceAttributes',
        path,
        'cannot be specified in combination with resourceAttributes',
      ),
    )
  }
  if (!resource && !path) {
    errors.push({
      type: 'FieldValueInvalid',
      field: 'spec.resourceAttributes',
      message:
        'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    })
  }
  for (const name of ['fieldSelector', 'labelSelector'] as const) {
    errors.push(...validateSelector(`spec.resourceAttributes.${name}`, resource?.[name]))
  }
  return errors
}

/** The faults of the action and of the subject. */
export function validateSubject(spec: SubjectSpec): FieldError[] {
  const errors = validateAction(spec)
  if (!spec.user && !spec.groups?.length) {
    errors.push(invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified'))
  }
  return errors
}

/** A review has no identity: its metadata is empty, but for the fields named. */
export function validateMetadata(
  { metadata }: KubernetesObject,
  detail: string,
  admitted: readonly string[] = [],
): FieldError[] {
  const set = Object.entries(metadata ?? {}).filter(
    ([name, value]) => name !== 'managedFields' && !admitted.includes(name) && !isEmpty(value),
  )
  return set.length > 0 ? [invalid('metadata', metadata, detail)] : []
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

function validateSelector(
  field: string,
  selector: Static<ReturnType<typeof resourceAttributes>>['fieldSelector'],
): FieldError[] {
  if (!selector) return []
  const { rawSelector = '', requirements = [] } = selector
  if (rawSelector !== '' && requirements.length > 0) {
    return [
      invalid(`${field}.rawSelector`, rawSelector, 'may not specified at the same time as requirements'),
    ]
  }
  if (rawSelector === '' && requirements.length === 0) {
    return [
      required(
        `${field}.requirements`,
        `when ${field} is specified, requirements or rawSelector is required`,
      ),
    ]
  }
  return []
}
