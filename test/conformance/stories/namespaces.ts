import type { Found, Step, Story } from '../step.ts'

const collection = '/api/v1/namespaces'
const namespace = (name: string, metadata: object = {}, fields: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...metadata },
  ...fields,
})
const configMap = (name: string, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
})
const step =
  (method: Step['method'], type?: string) =>
  (title: string, path: string, body?: unknown): Step => ({
    title,
    method,
    path,
    ...(body === undefined ? {} : { body }),
    ...(type === undefined ? {} : { type }),
  })
const post = step('POST')
const put = step('PUT')
const get = step('GET')
const remove = step('DELETE')
const merge = step('PATCH', 'application/merge-patch+json')
const json = step('PATCH', 'application/json-patch+json')
const apply = step('PATCH', 'application/apply-patch+yaml')

const waits =
  (type: string) =>
  ({ status }: Found) =>
    status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false
const unfinished = waits('NamespaceFinalizersRemaining')

export const namespaceStory: Story = {
  title: 'namespaces',
  steps: [
    post('a namespace', collection, namespace('life', { labels: { a: 'b' } })),
    post('a namespace again', collection, namespace('life')),
    post(
      'a namespace with finalizers and a phase',
      collection,
      namespace('held', {}, { spec: { finalizers: ['example.com/x'] }, status: { phase: 'Terminating' } }),
    ),
    post(
      'a namespace with a finalizer that is none',
      collection,
      namespace('bad', {}, { spec: { finalizers: ['a b', 'plain'] } }),
    ),
    post('a namespace with a generated name', collection, {
      ...namespace(''),
      metadata: { generateName: 'Bad_' },
    }),
    post('a namespace within a namespace', collection, namespace('inner', { namespace: 'default' })),
    post('a namespace with its label forged', `${collection}?dryRun=All`, {
      ...namespace('forged', { labels: { 'kubernetes.io/metadata.name': 'other' } }),
    }),
    put(
      'finalizers do not change by the main door',
      `${collection}/life`,
      namespace('life', {}, { spec: { finalizers: ['example.com/y'] }, status: { phase: 'Terminating' } }),
    ),
    merge('its label cannot be taken off', `${collection}/life`, {
      metadata: { labels: { 'kubernetes.io/metadata.name': null, c: 'd' } },
    }),
    put(
      'a status by its own door',
      `${collection}/life/status`,
      namespace('life', { labels: { z: 'z' } }, { status: { phase: 'Active', conditions: [] } }),
    ),
    put(
      'a status that does not fit',
      `${collection}/life/status`,
      namespace('life', {}, { status: { phase: 'Terminating' } }),
    ),
    merge('a condition by its own door', `${collection}/life/status`, {
      status: { conditions: [{ type: 'Odd', status: 'True' }] },
    }),
    put('finalizers without a body of use', `${collection}/life/finalize`, namespace('life')),
    put(
      'finalizers of another name',
      `${collection}/life/finalize`,
      namespace('other', {}, { spec: { finalizers: ['kubernetes'] } }),
    ),
    put(
      'finalizers at an old revision',
      `${collection}/life/finalize`,
      namespace('life', { resourceVersion: '1' }, { spec: { finalizers: ['kubernetes'] } }),
    ),
    put(
      'finalizers that are none',
      `${collection}/life/finalize`,
      namespace('life', {}, { spec: { finalizers: ['kubernetes', 'a b', 'plain'] } }),
    ),
    put('finalizers of the wrong type', `${collection}/life/finalize`, {
      ...namespace('life'),
      spec: { finalizers: 'kubernetes' },
    }),
    put(
      'finalizers back',
      `${collection}/life/finalize`,
      namespace('life', { labels: { e: 'f' } }, { spec: { finalizers: ['kubernetes'] } }),
    ),
    merge('metadata that is wrong', `${collection}/life`, {
      metadata: { labels: { 'a b': 'c d' }, finalizers: ['plain', 'u v'] },
    }),
    post('content', `${collection}/life/configmaps`, configMap('plain')),
    post(
      'content that stays',
      `${collection}/life/configmaps`,
      configMap('kept', { finalizers: ['example.com/keep'] }),
    ),
    post('more content that stays', `${collection}/life/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'kept', finalizers: ['example.com/keep', 'example.com/other'] },
    }),
    remove('deletion as a dry run', `${collection}/life?dryRun=All`),
    remove('deletion of another identity', `${collection}/life`, { preconditions: { uid: 'other' } }),
    remove('deletion at an old revision', `${collection}/life`, { preconditions: { resourceVersion: '1' } }),
    remove('deletion of what is not there', `${collection}/nowhere`),
    remove('deletion', `${collection}/life`),
    { ...get('what remains is told', `${collection}/life`), until: unfinished },
    remove('deletion again', `${collection}/life`),
    remove('deletion again, in the foreground', `${collection}/life?propagationPolicy=Foreground`),
    { ...get('plain content is gone', `${collection}/life/configmaps/plain`), until: 404 },
    get('other content is on its way', `${collection}/life/configmaps/kept`),
    post('no new content', `${collection}/life/configmaps`, configMap('late')),
    post('no new content, as a dry run', `${collection}/life/configmaps?dryRun=All`, configMap('late')),
    post('no new content under a generated name', `${collection}/life/configmaps`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { generateName: 'late-' },
    }),
    apply(
      'no new content by apply',
      `${collection}/life/configmaps/late?fieldManager=story`,
      configMap('late'),
    ),
    put('no new content by update', `/apis/coordination.k8s.io/v1/namespaces/life/leases/late`, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'late' },
    }),
    post('no new events', `${collection}/life/events`, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'late' },
      involvedObject: { kind: 'ConfigMap', name: 'kept', namespace: 'life' },
    }),
    post('content that is there already', `${collection}/life/configmaps`, configMap('kept')),
    post('reviews go on', '/apis/authorization.k8s.io/v1/namespaces/life/localsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'LocalSubjectAccessReview',
      metadata: { namespace: 'life' },
      spec: {
        user: 'a',
        groups: ['system:masters'],
        resourceAttributes: { verb: 'get', namespace: 'life' },
      },
    }),
    merge('content may change', `${collection}/life/configmaps/kept`, { data: { a: 'b' } }),
    merge('the namespace may change', `${collection}/life`, { metadata: { labels: { late: 'yes' } } }),
    put('deletion cannot be taken back', `${collection}/life`, namespace('life')),
    merge('one finalizer less', `${collection}/life/secrets/kept`, {
      metadata: { finalizers: ['example.com/other'] },
    }),
    merge('one finalizer less still', `${collection}/life/secrets/kept`, { metadata: { finalizers: null } }),
    merge('the last finalizer', `${collection}/life/configmaps/kept`, { metadata: { finalizers: null } }),
    { ...get('then it is gone', `${collection}/life`), until: 404 },
    post('and may be made again', collection, namespace('life')),
    get('without content', `${collection}/life/configmaps/kept`),
    remove('and deleted again', `${collection}/life?propagationPolicy=Background`),
    { ...get('and is gone again', `${collection}/life`), until: 404 },

    merge('a finalizer of metadata too', `${collection}/held`, {
      metadata: { finalizers: ['example.com/meta'] },
    }),
    post('content of a held namespace', `${collection}/held/configmaps`, configMap('plain')),
    remove('deletion of a held namespace', `${collection}/held`),
    { ...get('its content goes', `${collection}/held/configmaps/plain`), until: 404 },
    {
      ...get('its first finalizer goes', `${collection}/held`),
      until: (answer) => {
        const { spec } = answer as { spec?: { finalizers?: string[] } }
        return spec?.finalizers?.join() === 'example.com/x'
      },
    },
    put(
      'a finalizer put back',
      `${collection}/held/finalize`,
      namespace('held', { finalizers: ['example.com/meta'] }, { spec: { finalizers: ['example.com/z'] } }),
    ),
    put(
      'finalizers of spec done',
      `${collection}/held/finalize`,
      namespace('held', { finalizers: ['example.com/meta'] }, { spec: {} }),
    ),
    get('a finalizer of metadata remains', `${collection}/held`),
    json('that is taken off', `${collection}/held`, [{ op: 'remove', path: '/metadata/finalizers' }]),
    { ...get('then the held one is gone', `${collection}/held`), until: 404 },

    post('a namespace without anything', collection, namespace('short')),
    remove('deletion with grace', `${collection}/short?gracePeriodSeconds=30`),
    { ...get('it does not wait for that', `${collection}/short`), until: 404 },
    post('a namespace to orphan', collection, namespace('orphaned')),
    post('content to orphan', `${collection}/orphaned/configmaps`, configMap('plain')),
    remove('deletion with orphaning', `${collection}/orphaned?propagationPolicy=Orphan`),
    { ...get('its content goes all the same', `${collection}/orphaned`), until: 404 },
    post('a namespace for the foreground', collection, namespace('front')),
    remove('deletion in the foreground', `${collection}/front?propagationPolicy=Foreground`),
    { ...get('it goes too', `${collection}/front`), until: 404 },
    remove('default stays', `${collection}/default`),
    remove('kube-system stays', `${collection}/kube-system?dryRun=All`),
    remove('kube-public stays', `${collection}/kube-public`),
    remove('an immortal one with bad options', `${collection}/default?propagationPolicy=Sideways`),
  ],
}
