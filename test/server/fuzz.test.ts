import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { project, startHttpServer } from './support/http-server.ts'

const http = startHttpServer()

beforeAll(async () => {
  await http.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
})
afterAll(() => http.close())

const segment = fc.oneof(
  fc.constantFrom(
    ...[
      'api',
      'apis',
      'v1',
      'namespaces',
      'default',
      'configmaps',
      'secrets',
      'x',
      'status',
      'scale',
      'finalize',
    ],
    ...[
      'networking.datumapis.com',
      'v1alpha',
      'networks',
      'openapi',
      'v2',
      'v3',
      '..',
      '%2e%2e',
      '%00',
      '%',
      '',
    ],
    ...['coordination.k8s.io', 'leases', 'apiextensions.k8s.io', 'customresourcedefinitions', '__proto__'],
  ),
  fc.string({ maxLength: 12 }).map(encodeURIComponent),
)
const plausiblePath = fc.constantFrom(
  ...[
    '/api/v1/namespaces/default/configmaps',
    '/api/v1/namespaces/default/configmaps/x',
    '/api/v1/namespaces',
  ],
  ...['/apis/networking.datumapis.com/v1alpha/namespaces/default/networks', '/api/v1/namespaces/default'],
  ...[
    '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks/x/status',
    '/openapi/v3',
    '/readyz',
  ],
)
const path = fc.oneof(
  plausiblePath,
  fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.join('/')}`),
)
const parameter = fc.tuple(
  fc.constantFrom(
    ...[
      'limit',
      'continue',
      'resourceVersion',
      'resourceVersionMatch',
      'labelSelector',
      'fieldSelector',
      'dryRun',
    ],
    ...[
      'fieldManager',
      'fieldValidation',
      'force',
      'pretty',
      'includeObject',
      'propagationPolicy',
      'exclude',
    ],
  ),
  fc.oneof(
    fc.constantFrom(
      'All',
      'Strict',
      'Exact',
      'NotOlderThan',
      '0',
      '1',
      '-1',
      '',
      'a=b',
      'metadata.name=x',
      '!',
      'me',
    ),
    fc.string({ maxLength: 20 }),
  ),
)
const body = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 40 }),
  fc.json(),
  fc.constantFrom(
    '[]',
    'null',
    '{"kind":1}',
    '{"metadata":[]}',
    '{"metadata":{"name":{}}}',
    '- a\n- b',
    'a: &x [*x]',
  ),
  fc
    .record(
      {
        apiVersion: fc.constantFrom('v1', 'networking.datumapis.com/v1alpha', 'x'),
        kind: fc.constantFrom('ConfigMap', 'Namespace', 'Network', 'DeleteOptions', 'x'),
        metadata: fc.oneof(
          fc.record({ name: fc.constantFrom('x', 'default', 'X', '') }),
          fc.dictionary(
            fc.constantFrom('name', 'labels', 'finalizers', 'ownerReferences', '__proto__'),
            fc.jsonValue(),
          ),
        ),
        data: fc.jsonValue(),
        spec: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
)
const headers = fc.record(
  {
    accept: fc.constantFrom(
      ...[
        'application/json',
        'application/yaml',
        'text/html',
        '',
        ';;,',
        'application/json;as=Table;v=v1;g=meta.k8s.io',
      ],
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    ),
    'content-type': fc.constantFrom(
      ...[
        'application/json',
        'application/yaml',
        'application/vnd.kubernetes.protobuf',
        'x',
        'text/plain',
        '',
      ],
      ...['application/merge-patch+json', 'application/json-patch+json', 'application/apply-patch+yaml'],
      'application/strategic-merge-patch+json',
    ),
    'user-agent': fc.constantFrom('curl/8', 'kubectl/v1', ''),
    'impersonate-user': fc.constantFrom('jane', ''),
    'accept-encoding': fc.constantFrom('gzip', 'gzip;q=0', 'x'),
  },
  { requiredKeys: [] },
)

interface Question {
  readonly verb: string
  readonly where: string
  readonly query: readonly (readonly [string, string])[]
  readonly text: string
  readonly extra: Readonly<Record<string, string>>
}

const anything: fc.Arbitrary<Question> = fc.record({
  verb: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  where: path,
  query: fc.array(parameter, { maxLength: 3 }),
  text: body,
  extra: headers,
})

const name = fc.constantFrom('one', 'two', 'three')
const collection = '/api/v1/namespaces/default/configmaps'
const networks = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks'
const content = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y'))

/** Requests that are right, one after another for a few names, so that there is something to break. */
const right: fc.Arbitrary<Question> = fc.tuple(name, content).chain(([named, data]) => {
  const metadata = { name: named, labels: { [named]: 'yes' } }
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
  const network = {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind: 'Network',
    metadata,
    spec: { ipam: { mode: 'Auto' }, mtu: 1400 },
  }
  const send = (verb: string, where: string, value?: unknown, type = 'application/json'): Question => ({
    verb,
    where,
    query: [],
    text: value === undefined ? '' : JSON.stringify(value),
    extra: value === undefined ? {} : { 'content-type': type },
  })
  return fc.constantFrom(
    send('POST', collection, configMap),
    send('PUT', `${collection}/${named}`, configMap),
    send('PATCH', `${collection}/${named}`, { data }, 'application/merge-patch+json'),
    send('PATCH', `${collection}/${named}`, { data }, 'application/strategic-merge-patch+json'),
    send('DELETE', `${collection}/${named}`),
    send('GET', collection),
    send('POST', networks, network),
    send(
      'PATCH',
      `${networks}/${named}`,
      [{ op: 'add', path: '/spec/mtu', value: 1500 }],
      'application/json-patch+json',
    ),
    send('PATCH', `${networks}/${named}?fieldManager=me`, network, 'application/apply-patch+yaml'),
    send('PATCH', `${networks}/${named}/status`, { status: {} }, 'application/merge-patch+json'),
    send('DELETE', `${networks}/${named}`, { propagationPolicy: 'Foreground' }),
    send('GET', `${networks}/${named}`),
  )
})

/** The same with one thing wrong, or at least unusual. */
const nearlyRight = fc
  .tuple(
    right,
    fc.nat(),
    fc.jsonValue(),
    parameter,
    headers,
    fc.constantFrom('body', 'text', 'query', 'headers'),
  )
  .map(([question, position, value, added, others, where]): Question => {
    switch (where) {
      case 'body':
        return { ...question, text: replaceOne(question.text, position, value) }
      case 'text': {
        const at = position % (question.text.length + 1)
        return { ...question, text: question.text.slice(0, at) + question.text.slice(at + 1) }
      }
      case 'query':
        return { ...question, query: [added] }
      default:
        return { ...question, extra: { ...question.extra, ...others } }
    }
  })

/** The JSON with one of its values replaced by another. */
function replaceOne(text: string, position: number, replacement: unknown): string {
  if (text === '') return JSON.stringify(replacement)
  let count = 0
  const counted = JSON.stringify(JSON.parse(text), (_key, value) => {
    count++
    return value
  })
  let seen = 0
  return (
    JSON.stringify(JSON.parse(counted), (_key, value) =>
      seen++ === position % count ? replacement : value,
    ) ?? ''
  )
}

test('whatever is asked, the answer is one that Kubernetes could give, and never a fault of the server', async () => {
  let written = 0
  const question = fc.oneof(anything, right, nearlyRight)
  await fc.assert(
    fc.asyncProperty(question, async ({ verb, where, query, text, extra }) => {
      const mark = where.includes('?') ? '&' : '?'
      const url = `${project}${where}${mark}${new URLSearchParams(query.map(([key, value]): [string, string] => [key, value]))}`
      const reply = await http.ask(verb, url, text, extra)
      if (reply.code === 201) written++
      const type = String(reply.headers['content-type'] ?? '')
      const json =
        type === 'application/json' && verb !== 'HEAD' && reply.text !== '' ? reply.json : undefined
      // A revision that is still to come is answered with 504, there as here.
      const fault = reply.code >= 500 && json?.reason !== 'Timeout'
      expect(fault, `${verb} ${url} ${JSON.stringify(extra)} ${text}: ${reply.text}`).toBe(false)
      if (reply.code >= 400 && json) expect(json).toMatchObject({ status: 'Failure', code: reply.code })
    }),
    { numRuns: 1500 },
  )
  expect(written).toBeGreaterThan(20)
  expect((await http.ask('GET', `${project}/readyz`)).text).toBe('ok')
})
