import { gadgetDefinition } from '../gadget.ts'
import { post } from '../requests.ts'
import type { Step, Story } from '../step.ts'

const group = 'discovery.example.com'
const version = `${group}/v1`
const json = 'application/json'
const aggregatedForm = (type: string, version: string) =>
  `${type};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
const aggregated = aggregatedForm(json, 'v2')
const older = aggregatedForm(json, 'v2beta1')
const table = `${json};as=Table;g=meta.k8s.io;v=v1`

const forms: Readonly<Record<string, string>> = {
  'plain JSON': json,
  anything: '*/*',
  'anything of an application': 'application/*',
  'a page or anything': 'text/html,*/*;q=0.1',
  nothing: `${json};q=0`,
  YAML: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  'protobuf or JSON': `application/vnd.kubernetes.protobuf,${json}`,
  'a page': 'text/html',
  'no type': 'rubbish',
  'JSON in capitals': 'application/JSON',
  'a table': table,
  'a table or JSON': `${table},${json}`,
  'a stream': `${json};stream=watch`,
  'the aggregated form': aggregated,
  'the aggregated form, of JSON in second place': `${json},${aggregated}`,
  'the aggregated form, most of all': `${json};q=0.1,${aggregated}`,
  'the aggregated form, with a profile': `${aggregated};profile=nopeer`,
  'the older aggregated form': older,
  'the older aggregated form or JSON': `${older},${json}`,
  'what clients ask for': `${aggregated},${older},${json}`,
  'the aggregated form of days to come': aggregatedForm(json, 'v3'),
  'the aggregated form as YAML': aggregatedForm('application/yaml', 'v2'),
}

interface Discovered {
  readonly groups?: readonly { readonly name: string }[]
  readonly items?: readonly { readonly metadata: { readonly name?: string } }[]
}

const ours = (name: string | undefined) => name === group || name === 'coordination.k8s.io'

/** The groups that both serve; of YAML and of the core group, whose contents differ, only what it is. */
function comparable(answer: Discovered | string): unknown {
  if (typeof answer === 'string') return answer.match(/^(apiVersion|kind): .*/gm)
  const { groups, items, ...rest } = answer
  return {
    ...rest,
    ...('serverAddressByClientCIDRs' in rest ? { serverAddressByClientCIDRs: '<addresses>' } : {}),
    ...('resources' in rest && !('apiVersion' in rest) ? { resources: '<resources>' } : {}),
    ...(groups ? { groups: groups.filter(({ name }) => ours(name)) } : {}),
    ...(items ? { items: items.map(({ metadata }) => metadata.name ?? '').filter(ours) } : {}),
  }
}

const cached = ['content-type', 'cache-control', 'etag', 'vary']
const ask = (title: string, path: string, accept = json): Step => ({
  title,
  method: 'GET',
  path,
  accept,
  headers: ['content-type', 'cache-control'],
})
const discovery = (title: string, path: string, accept = json): Step => ({
  ...ask(title, path, accept),
  headers: cached,
  part: comparable,
})
const negotiated = (name: string, path: string): Step[] =>
  Object.entries(forms).map(([form, accept]) => discovery(`${name} as ${form}`, path, accept))
const methods = (name: string, path: string): Step[] =>
  (['HEAD', 'POST', 'DELETE'] as const).map((method) => ({
    ...discovery(`${method} of ${name}`, path),
    method,
    headers: [],
  }))

interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}
interface Document {
  readonly openapi?: string
  readonly swagger?: string
}
const document = `/openapi/v3/apis/${version}`
const openApi = (title: string, path: string, accept = json): Step => ({
  ...ask(title, path, accept),
  headers: cached,
  part: ({ openapi, swagger }: Document) => openapi ?? swagger ?? '<protobuf>',
})

export const discoveryStory: Story = {
  title: 'discovery',
  steps: [
    post(
      'the definition',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      gadgetDefinition(group, ({ spec }) => {
        const [v1] = spec.versions
        if (!v1) return
        const { subresources: _, ...plain } = v1
        const other = { ...plain, storage: false } as typeof v1
        spec.versions.push({ ...other, name: 'v1beta1' }, { ...other, name: 'v2', served: false })
      }),
    ),
    { title: 'is served', method: 'GET', path: `/apis/${version}/namespaces/default/gadgets`, until: 200 },
    { ...ask('is told', `/apis/${group}`), untilText: 'v1beta1' },
    { ...discovery('is told at once', '/apis', aggregated), untilText: `"${group}"` },
    { ...openApi('has a document', document), until: 200 },
    ...negotiated('the core group', '/api'),
    ...negotiated('the groups', '/apis'),
    ...negotiated('a group', `/apis/${group}`),
    ...negotiated('a version', `/apis/${version}`),
    discovery('another version', `/apis/${group}/v1beta1`),
    discovery('the core version', '/api/v1'),
    discovery('the core version as a page', '/api/v1', 'text/html'),
    discovery('the core version as a table', '/api/v1', table),
    discovery('a group compiled in', '/apis/coordination.k8s.io'),
    discovery('a group compiled in, as a page', '/apis/coordination.k8s.io', 'text/html'),
    discovery('a version compiled in', '/apis/coordination.k8s.io/v1'),
    discovery('a version compiled in, as a page', '/apis/coordination.k8s.io/v1', 'text/html'),
    discovery('a version compiled in, of old clients', '/apis/coordination.k8s.io/v1', `${older},${json}`),
    {
      ...discovery('both groups at once', '/apis', aggregated),
      part: ({ items = [] }: Discovered) => items.filter(({ metadata }) => ours(metadata.name)),
      tag: 'groups',
    },
    { ...discovery('what is held', '/apis', aggregated), ifNoneMatch: '{groups}', part: () => '' },
    { ...discovery('what anybody holds', '/apis', aggregated), ifNoneMatch: '*', part: () => '' },
    { ...discovery('what nobody holds', '/apis', aggregated), ifNoneMatch: '"other"' },
    { ...discovery('a version that is held', `/apis/${version}`), ifNoneMatch: '*' },
    ask('an unknown core version', '/api/v2'),
    ask('an unknown group', '/apis/nobody.example.com'),
    ask('an unknown group as a page', '/apis/nobody.example.com', 'text/html'),
    ask('an unknown group and version', '/apis/nobody.example.com/v1'),
    ask('a version that is not served', `/apis/${group}/v2`),
    ask('an unknown version', `/apis/${group}/v9`),
    ask('an unknown version of what is compiled in', '/apis/coordination.k8s.io/v9'),
    discovery('the groups with a slash', '/apis/'),
    discovery('a version with a slash', `/apis/${version}/`),
    ask('an unknown path', '/nothing'),
    ...methods('the core group', '/api'),
    ...methods('the core version', '/api/v1'),
    ...methods('the groups', '/apis'),
    ...methods('a group', `/apis/${group}`),
    ...methods('a version', `/apis/${version}`),
    ...methods('a version compiled in', '/apis/coordination.k8s.io/v1'),
    ...Object.entries(forms).map(([form, accept]) => ({
      ...ask(`the version of the server as ${form}`, '/version', accept),
      part: () => '<the version>',
    })),
    ...methods('the version of the server', '/version').filter(({ method }) => method !== 'HEAD'),

    {
      ...ask('the index of documents', '/openapi/v3'),
      headers: ['cache-control'],
      part: ({ paths }: Index) => paths[`apis/${version}`],
      remember: { document: 'serverRelativeURL' },
    },
    {
      ...ask('the headers of the index', '/openapi/v3'),
      headers: ['content-type', 'etag'],
      part: () => '',
    },
    {
      ...ask('which documents of the groups', '/openapi/v3'),
      headers: [],
      part: ({ paths }: Index) =>
        Object.keys(paths).filter(
          (path) =>
            /^(api(\/.*)?|apis|version|apis\/(coord|disc).*)$/.test(path) &&
            !path.includes('discovery.k8s.io'),
        ),
    },
    ...['application/yaml', 'text/html', 'rubbish'].map((accept) => ({
      ...ask(`the index as ${accept}`, '/openapi/v3', accept),
      headers: [],
      part: () => '',
    })),
    { ...openApi('a document', document), tag: 'held' },
    { ...openApi('a document that is held', document), ifNoneMatch: '{held}' },
    { ...openApi('a document that anybody holds', document), ifNoneMatch: '*' },
    { ...openApi('a document that nobody holds', document), ifNoneMatch: '"other"' },
    openApi('a document by its hash', '{document}'),
    { ...openApi('a document by its hash that is held', '{document}'), ifNoneMatch: '{held}' },
    {
      ...ask('a document by an old hash', `${document}?hash=OLD`),
      headers: ['cache-control', 'etag', 'vary', 'location'],
    },
    openApi('a document by no hash', `${document}?hash=`),
    openApi('a document compiled in', '/openapi/v3/apis/coordination.k8s.io/v1'),
    ask('a document of an unknown version', `/openapi/v3/apis/${group}/v9`),
    ask('a document of a group', `/openapi/v3/apis/${group}`),
    ask('a document of nothing', '/openapi/v3/nothing'),
    ask('an unknown version of OpenAPI', '/openapi/v4'),
    ask('something below version 2', '/openapi/v2/nothing'),
    ...['*/*', 'application/yaml', 'text/html', table, `${json};q=0`].flatMap((accept) => [
      openApi(`a document as ${accept}`, document, accept),
      openApi(`version 2 as ${accept}`, '/openapi/v2', accept),
    ]),
    openApi('a document as protobuf', document, 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf'),
    openApi('version 2', '/openapi/v2'),
    {
      ...openApi('version 2 that is held', '/openapi/v2'),
      ifNoneMatch: '*',
      headers: ['cache-control', 'etag'],
    },
    openApi(
      'version 2 as protobuf',
      '/openapi/v2',
      'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    ),
    openApi('version 2 as other protobuf', '/openapi/v2', 'application/vnd.kubernetes.protobuf'),
    ...methods('the index of documents', '/openapi/v3').map((step) => ({ ...step, part: () => '' })),
    ...methods('a document', document).map((step) => ({ ...step, part: () => '' })),
    ...methods('version 2', '/openapi/v2').map((step) => ({ ...step, part: () => '' })),
  ],
}
