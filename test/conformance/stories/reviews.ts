import type { Step, Story } from '../step.ts'

const review = (title: string, kind: string, fields: object, query = ''): Step => {
  const group = /SelfSubjectReview|TokenReview/.test(kind) ? 'authentication.k8s.io' : 'authorization.k8s.io'
  return {
    title,
    method: 'POST',
    path: `/apis/${group}/v1/${kind.toLowerCase()}s${query}`,
    body: { apiVersion: `${group}/v1`, kind, ...fields },
  }
}

export const reviewStory: Story = {
  title: 'reviews',
  steps: [
    review('may I', 'SelfSubjectAccessReview', {
      spec: { resourceAttributes: { verb: 'get', resource: 'configmaps', namespace: 'default' } },
    }),
    review('may I, without metadata of any use', 'SelfSubjectAccessReview', {
      metadata: { name: 'x' },
      spec: { resourceAttributes: { verb: 'get' } },
    }),
    review('may I what', 'SelfSubjectAccessReview', { spec: {} }),
    review('may I both', 'SelfSubjectAccessReview', {
      spec: { resourceAttributes: {}, nonResourceAttributes: {} },
    }),
    review('may I, with unknown fields', 'SelfSubjectAccessReview', {
      spec: { surprise: 1, resourceAttributes: { verb: 'get', odd: 1 } },
    }),
    review(
      'may I, with unknown fields, refused',
      'SelfSubjectAccessReview',
      { spec: { surprise: 1, resourceAttributes: { verb: 'get' } } },
      '?fieldValidation=Strict',
    ),
    review('may I, of the wrong type', 'SelfSubjectAccessReview', {
      spec: { resourceAttributes: { verb: 5 } },
    }),
    review('may I, of another wrong type', 'SelfSubjectAccessReview', { spec: [] }),
    review('may they', 'SubjectAccessReview', {
      spec: {
        user: 'somebody',
        groups: ['system:masters'],
        resourceAttributes: { verb: 'get', resource: 'x' },
      },
    }),
    review('may nobody', 'SubjectAccessReview', { spec: { resourceAttributes: { verb: 'get' } } }),
    review('may they, with selectors', 'SubjectAccessReview', {
      spec: { user: 'a', resourceAttributes: { verb: 'list', fieldSelector: {} } },
    }),
    review('whose token', 'TokenReview', { spec: { token: 'nobody' } }),
    review('whose token, without one', 'TokenReview', { spec: {} }),
    review('what may I', 'SelfSubjectRulesReview', { spec: {} }),
    {
      ...review('may they here', 'LocalSubjectAccessReview', {
        spec: {
          user: 'a',
          groups: ['system:masters'],
          resourceAttributes: { verb: 'get', namespace: 'default' },
        },
        metadata: { namespace: 'default' },
      }),
      path: '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews',
    },
    {
      ...review('may they elsewhere', 'LocalSubjectAccessReview', {
        spec: { user: 'a', resourceAttributes: { verb: 'get', namespace: 'other' } },
      }),
      path: '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews',
    },
    {
      title: 'reviews are not listed',
      method: 'GET',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    },
    {
      title: 'reviews are not read',
      method: 'GET',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews/x',
    },
  ],
}
