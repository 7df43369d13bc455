import { badRequest } from '../../../apimachinery/errors.ts'
import type { AnswerRequest } from '../../../registry/kind.ts'
import { boolean, list, object, optional, plainText, type Static, text } from '../../field.ts'
import { objectSchema, onFirstUse } from '../../kind-schema.ts'
import { noMetadata, reviewKind } from './review-kind.ts'

function spec() {
  return object('The question.', { namespace: optional(text('The namespace; required.')) })
}

function resourceRule() {
  return object('Actions on objects.', {
    verbs: list('The verbs; `*` for all.', plainText()),
    apiGroups: optional(list('The groups; `*` for all.', plainText())),
    resources: optional(list('The resources, subresources behind a slash; `*` for all.', plainText())),
    resourceNames: optional(list('The names of the objects; none means all.', plainText())),
  })
}

function nonResourceRule() {
  return object('Actions on URLs that name no resource.', {
    verbs: list('The HTTP methods, in lower case; `*` for all.', plainText()),
    nonResourceURLs: optional(list('The paths; `*` at the end for all below.', plainText())),
  })
}

function status() {
  return object('The answer.', {
    resourceRules: list('What the sender may do with objects.', resourceRule()),
    nonResourceRules: list('What the sender may do with other URLs.', nonResourceRule()),
    incomplete: boolean('Whether there is more that could not be listed.'),
    evaluationError: optional(text('Why the list may be incomplete.')),
  })
}

type Answer = Static<ReturnType<typeof status>>

/** What may I? (`kubectl auth can-i --list`) */
export const SelfSubjectRulesReview = reviewKind({
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectRulesReview',
  scope: 'Cluster',
  schema: onFirstUse(() =>
    objectSchema('Asks what the sender may do in a namespace.', { spec: spec(), status: optional(status()) }),
  ),
  async answer(review, request) {
    const { namespace } = (review.spec ?? {}) as Static<ReturnType<typeof spec>>
    if (!namespace) throw badRequest('no namespace on request')
    return { metadata: noMetadata, spec: {}, status: await rulesOf(request, namespace) }
  },
})

/** What everybody may ask, and look at, who is known to the server. */
const basicRules = [
  { group: 'authorization.k8s.io', resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
  { group: 'authentication.k8s.io', resources: ['selfsubjectreviews'] },
] as const
const basicPaths = ['/api', '/apis', '/healthz', '/livez', '/openapi', '/readyz', '/version']

/**
 * The authorizer answers questions and keeps no list. So what is tried is: everything at once, then what is granted
 * to everybody; whoever may do something in between gets a list that says that it is incomplete.
 */
async function rulesOf({ user, authorize }: AnswerRequest, namespace: string): Promise<Answer> {
  const may = async (attributes: Parameters<typeof authorize>[1]) =>
    (await authorize(user, attributes)).allowed
  const all = await may({ verb: '*', group: '*', resource: '*', namespace })
  const everywhere = await may({ verb: '*', path: '*' })

  const resourceRules: Answer['resourceRules'] = all
    ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]
    : []
  for (const { group, resources } of basicRules) {
    const granted: string[] = []
    for (const resource of resources) {
      if (await may({ verb: 'create', group, resource })) granted.push(resource)
    }
    if (granted.length > 0) resourceRules.push({ verbs: ['create'], apiGroups: [group], resources: granted })
  }

  const nonResourceRules: Answer['nonResourceRules'] = everywhere
    ? [{ verbs: ['*'], nonResourceURLs: ['*'] }]
    : []
  const paths: string[] = []
  for (const path of basicPaths) if (await may({ verb: 'get', path })) paths.push(path)
  if (paths.length > 0) nonResourceRules.push({ verbs: ['get'], nonResourceURLs: paths })

  return {
    resourceRules,
    nonResourceRules,
    incomplete: !all || !everywhere,
    ...(all && everywhere ? {} : { evaluationError: 'the authorizer does not support user rule resolution' }),
  }
}
