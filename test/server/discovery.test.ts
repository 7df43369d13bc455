import { describe, expect, test } from 'vitest'
import { StatusError } from '../../src/apimachinery/errors.ts'
import type { Kind } from '../../src/registry/kind.ts'
import { createKindSet } from '../../src/registry/kind-set.ts'
import { createReviewKinds } from '../../src/schemas/core/reviews/index.ts'
import { discover } from '../../src/server/discovery.ts'

const schema = () => ({ type: 'object' })

const Namespace: Kind = {
  group: '',
  names: {
    kind: 'Namespace',
    listKind: 'NamespaceList',
    plural: 'namespaces',
    singular: 'namespace',
    shortNames: ['ns'],
  },
  scope: 'Cluster',
  planes: ['root'],
  origin: 'core',
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema,
      columns: [],
      subresources: { status: true, finalize: true },
    },
  ],
}

const Widget: Kind = {
  group: 'example.com',
  names: {
    kind: 'Widget',
    listKind: 'WidgetList',
    plural: 'widgets',
    singular: 'widget',
    shortNames: ['wd'],
    categories: ['all'],
  },
  scope: 'Namespaced',
  planes: ['root'],
  origin: 'custom',
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema,
      columns: [],
      subresources: { status: true, scale: { specReplicasPath: '.a', statusReplicasPath: '.b' } },
    },
    { name: 'v1alpha1', served: true, storage: false, schema, columns: [] },
  ],
  aliases: [{ group: 'old.example.com', version: 'v1', of: 'v1' }],
}

const reviews = createReviewKinds({ authenticateToken: async () => undefined, audiences: [] })
const kinds = createKindSet([Namespace, Widget, ...reviews])

const kubectl =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json'

/** What the tests look into; which fields there are depends on the document. */
interface Document {
  kind: string
  groups: { name: string }[]
  resources: { name: string; verbs: string[]; storageVersionHash?: string }[]
  paths: string[]
}

function document(path: string, accept?: string): Document {
  const answer = discover(kinds, path.split('/').filter(Boolean), accept)
  expect(answer?.status).toBe(200)
  return JSON.parse(String(answer?.body))
}

describe('plain discovery', () => {
  test('tells the versions of the core group at /api', () => {
    expect(document('/api')).toEqual({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [],
    })
  })

  test('tells every named group with its preferred version at /apis', () => {
    const { kind, groups } = document('/apis')
    expect(kind).toBe('APIGroupList')
    expect(groups.map((group) => group.name)).toEqual([
      'example.com',
      'old.example.com',
      'authentication.k8s.io',
      'authorization.k8s.io',
    ])
    expect(groups[0]).toEqual({
      name: 'example.com',
      versions: [
        { groupVersion: 'example.com/v1', version: 'v1' },
        { groupVersion: 'example.com/v1alpha1', version: 'v1alpha1' },
      ],
      preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
    })
  })

  test('tells one group at /apis/<group>', () => {
    expect(document('/apis/old.example.com')).toMatchObject({
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'old.example.com',
    })
  })

  test('tells resources and subresources of a group version', () => {
    expect(document('/apis/example.com/v1')).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'example.com/v1',
      resources: [
        {
          name: 'widgets',
          singularName: 'widget',
          namespaced: true,
          kind: 'Widget',
          verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
          shortNames: ['wd'],
          categories: ['all'],
          storageVersionHash: expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/),
        },
        {
          name: 'widgets/status',
          singularName: '',
          namespaced: true,
          kind: 'Widget',
          verbs: ['get', 'patch', 'update'],
        },
        {
          name: 'widgets/scale',
          singularName: '',
          namespaced: true,
          group: 'autoscaling',
          version: 'v1',
          kind: 'Scale',
          verbs: ['get', 'patch', 'update'],
        },
      ],
    })
  })

  test('has the storage version hashes of a real server, equal for two spellings', () => {
    const hash = (path: string) => document(path).resources[0]?.storageVersionHash
    // As every cluster answers for namespaces.
    expect(hash('/api/v1')).toBe('Q3oi5N2YM8M=')
    expect(hash('/apis/old.example.com/v1')).toBe(hash('/apis/example.com/v1'))
  })

  test('says that namespaces cannot be deleted all at once, and that reviews can only be created', () => {
    const [namespaces, finalize, status] = document('/api/v1').resources
    expect(namespaces?.verbs).toEqual(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'])
    expect([finalize?.name, finalize?.verbs]).toEqual(['namespaces/finalize', ['update']])
    expect(status?.name).toBe('namespaces/status')
    for (const { name, verbs, storageVersionHash } of document('/apis/authorization.k8s.io/v1').resources) {
      expect([name, verbs, storageVersionHash]).toEqual([name, ['create'], undefined])
    }
  })

  test('lists every path at which a client can begin', () => {
    const { paths } = document('/')
    expect(paths).toEqual([...paths].sort())
    expect(paths).toEqual(
      expect.arrayContaining(['/api/v1', '/apis', '/apis/example.com/v1alpha1', '/openapi/v3']),
    )
  })

  test.each(['/apis/nobody.example.com', '/apis/example.com/v9'])(
    'answers %s with 404 in plain text',
    (path) => {
      const answer = discover(kinds, path.split('/').filter(Boolean), kubectl)
      expect(answer).toMatchObject({ status: 404, body: '404 page not found\n' })
      expect(answer?.headers['content-type']).toBe('text/plain; charset=utf-8')
    },
  )

  test.each(['/api/v1/namespaces', '/apis/example.com/v1/widgets', '/version', '/openapi/v3'])(
    'leaves %s to others',
    (path) => {
      expect(discover(kinds, path.split('/').filter(Boolean), undefined)).toBeUndefined()
    },
  )
})

describe('aggregated discovery', () => {
  test('tells everything at once to kubectl', () => {
    const answer = discover(kinds, ['apis'], kubectl)
    expect(answer?.headers['content-type']).toBe(
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    )
    const list = JSON.parse(String(answer?.body))
    expect(list).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' })
    expect(list.items[0]).toMatchObject({
      metadata: { name: 'example.com' },
      versions: [{ version: 'v1', freshness: 'Current' }, { version: 'v1alpha1' }],
    })
    expect(list.items[0].versions[0].resources).toEqual([
      {
        resource: 'widgets',
        responseKind: { group: 'example.com', version: 'v1', kind: 'Widget' },
        scope: 'Namespaced',
        singularResource: 'widget',
        verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
        shortNames: ['wd'],
        categories: ['all'],
        subresources: [
          {
            subresource: 'status',
            responseKind: { group: 'example.com', version: 'v1', kind: 'Widget' },
            verbs: ['get', 'patch', 'update'],
          },
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get', 'patch', 'update'],
          },
        ],
      },
    ])
  })

  test('is not spoken in v2beta1 any more: older clients get the plain form', () => {
    const accept =
      'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json'
    expect(document('/api', accept).kind).toBe('APIVersions')
  })

  test('answers 304 to whom holds the document, and has another ETag for other kinds', () => {
    const answer = discover(kinds, ['apis'], kubectl)
    const tag = answer?.headers.etag
    expect(tag).toMatch(/^"[0-9A-F]{128}"$/)
    expect(discover(kinds, ['apis'], kubectl, tag)).toMatchObject({
      status: 304,
      body: '',
      headers: { etag: tag },
    })
    expect(discover(kinds, ['apis'], kubectl, '"other"')?.status).toBe(200)
    expect(discover(createKindSet([Widget]), ['apis'], kubectl)?.headers.etag).not.toBe(tag)
  })

  test('exists at /api and /apis only', () => {
    expect(document('/apis/example.com', kubectl).kind).toBe('APIGroup')
    expect(document('/', kubectl).paths).toBeDefined()
  })
})

describe('what a client accepts', () => {
  test.each([
    [undefined, 'APIGroupList'],
    ['*/*', 'APIGroupList'],
    ['application/*', 'APIGroupList'],
    ['text/html,application/xml;q=0.9,*/*;q=0.8', 'APIGroupList'],
    ['application/vnd.kubernetes.protobuf,application/json', 'APIGroupList'],
    ['application/json;as=Table;g=meta.k8s.io;v=v1,application/json', 'APIGroupList'],
    ['application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,application/json', 'APIGroupList'],
    [
      'application/json;q=0.1,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
      'APIGroupDiscoveryList',
    ],
    [
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer',
      'APIGroupDiscoveryList',
    ],
  ])('%s gets a %s', (accept, kind) => {
    expect(document('/apis', accept).kind).toBe(kind)
  })

  test.each(['text/html', 'application/vnd.kubernetes.protobuf', 'application/JSON'])(
    '%s gets 406',
    (accept) => {
      expect(() => discover(kinds, ['apis'], accept)).toThrow(StatusError)
      expect(() => discover(kinds, ['apis'], accept)).toThrow('only the following media types are accepted')
    },
  )
})
