import { describe, expect, test } from 'vitest'
import { StatusError } from '../../../src/apimachinery/errors.ts'
import type { KubernetesObject } from '../../../src/apimachinery/object.ts'
import type { AccessAttributes, Authorize, Caller, Kind } from '../../../src/registry/kind.ts'
import { LocalSubjectAccessReview } from '../../../src/schemas/core/reviews/local-subject-access-review.ts'
import { SelfSubjectAccessReview } from '../../../src/schemas/core/reviews/self-subject-access-review.ts'
import { SelfSubjectReview } from '../../../src/schemas/core/reviews/self-subject-review.ts'
import { SelfSubjectRulesReview } from '../../../src/schemas/core/reviews/self-subject-rules-review.ts'
import { SubjectAccessReview } from '../../../src/schemas/core/reviews/subject-access-review.ts'
import { createTokenReviewKind } from '../../../src/schemas/core/reviews/token-review.ts'

const developer: Caller = { name: 'developer', uid: 'u-1', groups: ['team'], extra: { scopes: ['a', 'b'] } }

const everything: Authorize = async () => ({ allowed: true, reason: '' })

/** Grants reading of workloads to members of `team`, and records what it is asked. */
function reader(asked: { user: Caller; attributes: AccessAttributes }[] = []): Authorize {
  return async (user, attributes) => {
    asked.push({ user, attributes })
    const allowed =
      user.groups.includes('team') && attributes.verb === 'get' && attributes.resource === 'workloads'
    return { allowed, reason: allowed ? 'members of team may read' : '' }
  }
}

async function ask(kind: Kind, fields: object, authorize = everything, namespace?: string) {
  const review = { metadata: {}, ...fields } as unknown as KubernetesObject
  return (await kind.answer?.(review, {
    user: developer,
    namespace,
    time: '2026-01-01T00:00:00Z',
    authorize,
  })) as unknown as {
    status: Record<string, unknown>
  }
}

async function refusal(answer: Promise<unknown>): Promise<StatusError> {
  const error = await answer.catch((thrown: unknown) => thrown)
  if (error instanceof StatusError) return error
  throw new Error(`not refused: ${JSON.stringify(error)}`)
}

const getWorkload = {
  resourceAttributes: { verb: 'get', group: 'g', resource: 'workloads', namespace: 'default' },
}

test('SelfSubjectReview says as whom the sender is known', async () => {
  const { status } = await ask(SelfSubjectReview, {})
  expect(status).toEqual({
    userInfo: { username: 'developer', uid: 'u-1', groups: ['team'], extra: { scopes: ['a', 'b'] } },
  })
})

describe('SelfSubjectAccessReview', () => {
  test('asks the authorizer about the sender', async () => {
    const asked: { user: Caller; attributes: AccessAttributes }[] = []
    const { status } = await ask(SelfSubjectAccessReview, { spec: getWorkload }, reader(asked))
    expect(status).toEqual({ allowed: true, reason: 'members of team may read' })
    expect(asked).toEqual([
      {
        user: developer,
        attributes: { verb: 'get', group: 'g', resource: 'workloads', namespace: 'default' },
      },
    ])
  })

  test('says no without a reason where there is none', async () => {
    const spec = { nonResourceAttributes: { verb: 'get', path: '/metrics' } }
    expect((await ask(SelfSubjectAccessReview, { spec }, reader())).status).toEqual({ allowed: false })
  })

  test('without a question is invalid', async () => {
    const error = await refusal(ask(SelfSubjectAccessReview, { spec: {} }))
    expect(error.code).toBe(422)
    expect(error.message).toBe(
      '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    )
  })

  test('with two questions is invalid', async () => {
    const spec = { ...getWorkload, nonResourceAttributes: { path: '/x' } }
    const error = await refusal(ask(SelfSubjectAccessReview, { spec }))
    expect(error.status.details?.causes).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.nonResourceAttributes',
        message: 'Invalid value: {"path":"/x"}: cannot be specified in combination with resourceAttributes',
      },
    ])
  })

  test('with a name is invalid, and with the nulls of a Go client is not', async () => {
    const named = await refusal(ask(SelfSubjectAccessReview, { spec: getWorkload, metadata: { name: 'x' } }))
    expect(named.message).toContain('metadata: Invalid value: {"name":"x"}: must be empty')
    await ask(SelfSubjectAccessReview, { spec: getWorkload, metadata: { creationTimestamp: null } })
  })

  test('takes a selector in one form only', async () => {
    const both = { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] }
    const spec = {
      resourceAttributes: { ...getWorkload.resourceAttributes, fieldSelector: both, labelSelector: {} },
    }
    const error = await refusal(ask(SelfSubjectAccessReview, { spec }))
    expect(error.status.details?.causes?.map((cause) => [cause.field, cause.message])).toEqual([
      [
        'spec.resourceAttributes.fieldSelector.rawSelector',
        'Invalid value: "a=b": may not specified at the same time as requirements',
      ],
      [
        'spec.resourceAttributes.labelSelector.requirements',
        'Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required',
      ],
    ])
  })
})

describe('SubjectAccessReview', () => {
  test('asks about somebody else, who is only what the review says', async () => {
    const asked: { user: Caller; attributes: AccessAttributes }[] = []
    const spec = { ...getWorkload, user: 'ann', groups: ['team'], uid: '7', extra: { k: ['v'] } }
    expect((await ask(SubjectAccessReview, { spec }, reader(asked))).status.allowed).toBe(true)
    expect(asked[0]?.user).toEqual({ name: 'ann', groups: ['team'], uid: '7', extra: { k: ['v'] } })
    expect(
      (await ask(SubjectAccessReview, { spec: { ...getWorkload, user: 'ann' } }, reader())).status.allowed,
    ).toBe(false)
  })

  test('about nobody is invalid', async () => {
    expect((await refusal(ask(SubjectAccessReview, { spec: getWorkload }))).message).toContain(
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    )
  })
})

describe('LocalSubjectAccessReview', () => {
  const spec = { ...getWorkload, user: 'ann', groups: ['team'] }

  test('asks within its namespace', async () => {
    const review = { spec, metadata: { namespace: 'default' } }
    expect((await ask(LocalSubjectAccessReview, review, reader(), 'default')).status.allowed).toBe(true)
  })

  test('about another namespace, or about a path, is invalid', async () => {
    const elsewhere = await refusal(ask(LocalSubjectAccessReview, { spec }, everything, 'other'))
    expect(elsewhere.message).toContain(
      'spec.resourceAttributes.namespace: Invalid value: "default": must match metadata.namespace',
    )
    const path = { user: 'ann', nonResourceAttributes: { path: '/x' } }
    expect(
      (await refusal(ask(LocalSubjectAccessReview, { spec: path }, everything, 'default'))).message,
    ).toContain(
      'spec.nonResourceAttributes: Invalid value: {"path":"/x"}: disallowed on this kind of request',
    )
  })
})

describe('SelfSubjectRulesReview', () => {
  const spec = { namespace: 'default' }

  test('shows stars to whom everything is allowed', async () => {
    const { status } = await ask(SelfSubjectRulesReview, { spec })
    expect(status.resourceRules).toContainEqual({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })
    expect(status.nonResourceRules).toContainEqual({ verbs: ['*'], nonResourceURLs: ['*'] })
    expect(status.incomplete).toBe(false)
  })

  test('says that it is incomplete to everybody else', async () => {
    const { status } = await ask(SelfSubjectRulesReview, { spec }, reader())
    expect(status).toEqual({
      resourceRules: [],
      nonResourceRules: [],
      incomplete: true,
      evaluationError: 'the authorizer does not support user rule resolution',
    })
  })

  test('needs a namespace', async () => {
    expect((await refusal(ask(SelfSubjectRulesReview, { spec: {} }))).message).toBe('no namespace on request')
  })
})

describe('TokenReview', () => {
  const kind = createTokenReviewKind({
    authenticateToken: async (token) => (token === 'good' ? developer : undefined),
    audiences: ['datum-local'],
  })

  test('of a good token says whose it is', async () => {
    expect((await ask(kind, { spec: { token: 'good' } })).status).toEqual({
      authenticated: true,
      user: { username: 'developer', uid: 'u-1', groups: ['team'], extra: { scopes: ['a', 'b'] } },
      audiences: ['datum-local'],
    })
  })

  test('of a bad token, or for somebody else, says no', async () => {
    const no = { user: {}, error: 'invalid bearer token' }
    expect((await ask(kind, { spec: { token: 'bad' } })).status).toEqual(no)
    expect((await ask(kind, { spec: { token: 'good', audiences: ['other'] } })).status).toEqual(no)
  })

  test('without a token is refused', async () => {
    expect((await refusal(ask(kind, {}))).message).toBe('token is required for TokenReview in authentication')
  })
})

test('reviews are served on both sorts of plane and can only be created', () => {
  for (const kind of [
    SelfSubjectReview,
    SelfSubjectAccessReview,
    SelfSubjectRulesReview,
    SubjectAccessReview,
  ]) {
    expect(kind.planes).toEqual(['root', 'project'])
    expect(kind.names.plural).toBe(`${kind.names.singular}s`)
  }
})
