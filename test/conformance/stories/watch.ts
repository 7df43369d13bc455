import { gadget, served } from '../gadget.ts'
import type { Step, Story } from '../step.ts'

const group = 'watch.example.com'
const version = `/apis/${group}/v1`
const gadgets = `${version}/namespaces/default/gadgets`
const get = (title: string, query: string, accept?: string): Step => ({
  title,
  method: 'GET',
  path: gadgets + query,
  ...(accept ? { accept } : {}),
})
const make = (name: string, spec: object, labels: object): Step => ({
  title: `an object ${name}`,
  method: 'POST',
  path: gadgets,
  body: gadget(group, name, spec, { labels }),
  remember: { [name]: 'metadata.resourceVersion' },
})
const patch = (title: string, name: string, body: object): Step => ({
  title,
  method: 'PATCH',
  path: `${gadgets}/${name}`,
  type: 'application/merge-patch+json',
  body,
})
const legacy = (title: string, path: string): Step => ({ title, method: 'GET', path: version + path })

const table = 'application/json;as=Table;g=meta.k8s.io;v=v1'
const metadata = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const history = '?watch=true&timeoutSeconds=1&resourceVersion={a}'
const watch = '?watch=true&timeoutSeconds=1'
const streamed = `${watch}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`

/** What happened is asked for again: one client cannot write while it waits for the end of a watch. */
export const watchStory: Story = {
  title: 'watch',
  steps: [
    ...served(group),
    make('a', { color: 'red' }, { tier: 'one' }),
    make('b', { color: 'red' }, { tier: 'one' }),
    patch('a label changes', 'a', { metadata: { labels: { tier: 'two' } } }),
    patch('a color changes', 'a', { spec: { color: 'green' } }),
    { title: 'one goes', method: 'DELETE', path: `${gadgets}/b` },
    make('c', {}, {}),
    get('everything that happened', history),
    get('what stops matching a label is gone', `${history}&labelSelector=tier%3Done`),
    get('what begins to match a label is new', `${history}&labelSelector=tier%3Dtwo`),
    get('what never matched is not told', `${history}&labelSelector=tier%3Dthree`),
    get('by the absence of a label', `${history}&labelSelector=!tier`),
    get('what stops matching a field is gone', `${history}&fieldSelector=spec.color%3Dred`),
    get('what begins to match a field is new', `${history}&fieldSelector=spec.color%3Dgreen`),
    get('of one by its name', `${history}&fieldSelector=metadata.name%3Da`),
    get('of all but one', `${history}&fieldSelector=metadata.name!%3Da`),
    get('by a name and a label', `${history}&fieldSelector=metadata.name%3Da&labelSelector=tier%3Dtwo`),
    get('by a field that is not selectable', `${history}&fieldSelector=spec.replicas%3D1`),
    get('by a label that is wrong', `${history}&labelSelector=tier%3D%3D%3D`),
    get('of one', `/a${history}`),
    get('of one by the name of another', `/a${history}&fieldSelector=metadata.name%3Dc`),
    get('of one that is not there', `/zz${history}`),
    get('of a status', `/a/status${history}`),
    get('as Tables: the columns once', history, table),
    get('as Tables with objects', `${history}&includeObject=Object`, table),
    get('as Tables without objects', `${history}&includeObject=None`, table),
    get('as Tables or else', history, `${table},application/json`),
    get('as metadata', history, metadata),
    get('as metadata by a label', `${history}&labelSelector=tier%3Done`, metadata),
    get('in a form that is not served', history, 'text/html'),
    get('in protobuf, or else', history, 'application/vnd.kubernetes.protobuf,application/json'),
    get('from a revision that is still to come', `${watch}&resourceVersion=99999999`),
    get('from no revision, without saying so', `${watch}&resourceVersion=`),
    get('from below nothing', `${watch}&resourceVersion=-1`),
    get('streamed', streamed),
    get('streamed from zero', `${streamed}&resourceVersion=0`),
    get('streamed from a revision', `${streamed}&resourceVersion={a}`),
    get('streamed by a label', `${streamed}&labelSelector=tier%3Dtwo`),
    get('streamed by a field', `${streamed}&fieldSelector=spec.color%3Dblue`),
    get('streamed by a label that nothing has', `${streamed}&labelSelector=tier%3Dthree`),
    get('streamed as Tables', streamed, table),
    get('streamed as metadata', streamed, metadata),
    get('streamed with a limit', `${streamed}&limit=1`),
    get('streamed with a token', `${streamed}&continue=e30`),
    get('streamed by a word that is none', `${watch}&sendInitialEvents=maybe`),
    get('streamed without a match', `${watch}&sendInitialEvents=true&allowWatchBookmarks=true`),
    get('not streamed, without a match', `${watch}&sendInitialEvents=false`),
    get('not streamed', `${watch}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`),
    get('streamed with an unknown match', `${watch}&sendInitialEvents=true&resourceVersionMatch=Roughly`),
    get('a match alone', `${watch}&resourceVersionMatch=NotOlderThan`),
    get('a time that is no number', '?watch=true&timeoutSeconds=abc'),
    get('a word for watch', '?watch=yes&timeoutSeconds=1'),
    get('a number for watch', '?watch=1&timeoutSeconds=1&labelSelector=tier%3Dtwo'),
    get('no value for watch', '?watch&timeoutSeconds=1&labelSelector=tier%3Dtwo'),
    get('a zero for watch', '?watch=0&labelSelector=tier%3Dtwo'),
    get('a word for bookmarks', `${watch}&allowWatchBookmarks=yes&labelSelector=tier%3Dtwo`),
    legacy('by the old path', `/watch/namespaces/default/gadgets${history}`),
    legacy('by the old path, without asking', '/watch/namespaces/default/gadgets?timeoutSeconds=1'),
    legacy('by the old path, everywhere', '/watch/gadgets?timeoutSeconds=1'),
    legacy('by the old path, of one', '/watch/namespaces/default/gadgets/a?timeoutSeconds=1'),
    legacy(
      'by the old path, of one that is not there',
      '/watch/namespaces/default/gadgets/zz?timeoutSeconds=1',
    ),
    legacy('by the old path, of no kind', '/watch/namespaces/default/things?timeoutSeconds=1'),
    legacy('by the old path, of nothing', '/watch'),
    {
      title: 'by the old path, of a core kind',
      method: 'GET',
      path: '/api/v1/watch/namespaces/default?timeoutSeconds=1',
    },
    {
      title: 'by the old path, of another core kind',
      method: 'GET',
      path: '/api/v1/watch/namespaces/default/secrets?timeoutSeconds=1',
    },
    {
      title: 'by the old path, to write',
      method: 'POST',
      path: `${version}/watch/namespaces/default/gadgets?timeoutSeconds=1`,
      body: gadget(group, 'd'),
    },
    {
      title: 'of a core kind that has no watch',
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?watch=true',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb: 'get' } },
      },
    },
  ],
}
