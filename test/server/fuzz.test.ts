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

test('whatever is asked, the answer is one that Kubernetes could give, and never a fault of the server', async () => {
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS')
  await fc.assert(
    fc.asyncProperty(
      method,
      path,
      fc.array(parameter, { maxLength: 3 }),
      body,
      headers,
      async (verb, where, query, text, extra) => {
        const url = `${project}${where}?${new URLSearchParams(query)}`
        const reply = await http.ask(verb, url, text, extra)
        expect(reply.code, `${verb} ${url} ${text}: ${reply.text}`).toBeLessThan(500)
        const type = String(reply.headers['content-type'] ?? '')
        if (reply.code >= 400 && type === 'application/json' && verb !== 'HEAD') {
          expect(reply.json).toMatchObject({ kind: 'Status', status: 'Failure', code: reply.code })
        }
      },
    ),
    { numRuns: 1000 },
  )
  // A real server answers as before.
  expect((await http.ask('GET', `${project}/readyz`)).text).toBe('ok')
})
