import { describe, expect, test } from 'vitest'
import { createKindSet } from '../../../src/registry/kind-set.ts'
import { createReviewKinds } from '../../../src/schemas/core/reviews/index.ts'
import { kinds as stored } from '../../../src/schemas/index.ts'
import { type OpenApiRequest, openApi } from '../../../src/server/openapi/openapi.ts'

const reviews = createReviewKinds({ authenticateToken: async () => undefined, audiences: [] })
const kinds = createKindSet([...stored, ...reviews])

function ask(path: string, request?: OpenApiRequest) {
  const answer = openApi(kinds, path.split('/').filter(Boolean), request)
  if (!answer) throw new Error(`${path} is not a path of OpenAPI`)
  return answer
}

interface Schema {
  $ref?: string
  type?: string
  description?: string
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[]
  [keyword: string]: unknown
}

interface Operation {
  operationId: string
  parameters?: { name: string; in: string }[]
  'x-kubernetes-action'?: string
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }
}

interface Document {
  paths: Record<string, Record<string, Operation> & { serverRelativeURL?: string }>
  components: { schemas: Record<string, Schema> }
  definitions: Record<string, Schema>
}

function document(path: string, request?: OpenApiRequest): Document {
  const answer = ask(path, request)
  expect(answer.status).toBe(200)
  return JSON.parse(String(answer.body))
}

const index = Object.entries(document('/openapi/v3').paths).map(([path, { serverRelativeURL }]) => ({
  path,
  url: new URL(serverRelativeURL ?? '', 'http://localhost'),
}))
const groupVersions = index.filter(({ path }) => /^api\/|^apis\/.+\//.test(path))

const methods = ['get', 'put', 'post', 'patch', 'delete']

function operations(paths: Document['paths']): [string, string, Operation][] {
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method): [string, string, Operation][] =>
      item[method] ? [[path, method, item[method]]] : [],
    ),
  )
}

function* nodes(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield value as Record<string, unknown>
  for (const inner of Object.values(value)) yield* nodes(inner)
}

/** A schema and every schema inside it. */
function* schemasOf(schema: Schema): Generator<Schema> {
  yield schema
  for (const property of Object.values(schema.properties ?? {})) yield* schemasOf(property)
  if (schema.items) yield* schemasOf(schema.items)
  if (typeof schema.additionalProperties === 'object') yield* schemasOf(schema.additionalProperties)
}

function references(value: unknown): Set<string> {
  return new Set([...nodes(value)].flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : [])))
}

describe('the index of OpenAPI v3', () => {
  test('names a document for every group version that is served, for discovery and for the version', () => {
    const served = kinds.groups.flatMap(({ name, versions }) =>
      versions.map(({ version }) => (name === '' ? `api/${version}` : `apis/${name}/${version}`)),
    )
    const paths = index.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([...served, 'api', 'apis', 'version', 'apis/compute.datumapis.com']),
    )
    expect(paths).toEqual([...paths].sort())
  })

  test('gives URLs that need no second question', () => {
    for (const { path, url } of index) {
      const hash = url.searchParams.get('hash') ?? ''
      expect(url.pathname).toBe(`/openapi/v3/${path}`)
      expect(hash).toMatch(/^[0-9A-F]{128}$/)
      const answer = ask(url.pathname, { hash })
      expect([answer.status, answer.headers['cache-control']]).toEqual([
        200,
        'public, immutable, max-age=31536000',
      ])
    }
  })

  test('changes only where the kinds change', () => {
    const fewer = createKindSet([...stored.filter((kind) => kind.names.kind !== 'Network'), ...reviews])
    const other = JSON.parse(String(openApi(fewer, ['openapi', 'v3'])?.body)) as Document
    const now = Object.fromEntries(index.map(({ path, url }) => [path, url.pathname + url.search]))
    const changed = index
      .map(({ path }) => path)
      .filter((path) => other.paths[path]?.serverRelativeURL !== now[path])
    expect(changed).toEqual(['apis/networking.datumapis.com/v1alpha'])
  })
})

describe('how documents are cached', () => {
  const path = '/openapi/v3/apis/compute.datumapis.com/v1alpha'

  test('a client that holds the document gets 304', () => {
    const tag = ask(path).headers.etag
    expect(ask(path, { ifNoneMatch: tag })).toMatchObject({ status: 304, body: '' })
    expect(ask('/openapi/v2', { ifNoneMatch: ask('/openapi/v2').headers.etag }).status).toBe(304)
  })

  test('an old hash is sent to the new one, relative to the URL of the control plane', () => {
    const answer = ask(path, { hash: 'OLD' })
    expect(answer.status).toBe(301)
    const target = new URL(
      answer.headers.location ?? '',
      `http://h/apis/x/projects/p/control-plane${path}?hash=OLD`,
    )
    expect(target.pathname).toBe(`/apis/x/projects/p/control-plane${path}`)
    expect(ask(path, { hash: target.searchParams.get('hash') ?? '' }).status).toBe(200)
  })

  test('a document that does not exist is a 404 without words', () => {
    expect(ask('/openapi/v3/apis/nobody.example.com/v1')).toMatchObject({
      status: 404,
      body: '',
    })
  })

  test('only JSON is offered for version 3', () => {
    expect(ask(path, { accept: 'text/html' })).toMatchObject({
      status: 406,
      body: '',
      headers: { vary: 'Accept' },
    })
  })

  test('other paths are left to others', () => {
    expect(openApi(kinds, ['version'])).toBeUndefined()
    expect(openApi(kinds, ['openapi'])).toBeUndefined()
    expect(openApi(kinds, ['openapi', 'v4'])).toBeUndefined()
  })
})

describe.each(groupVersions)('the v3 document of $path', ({ path, url }) => {
  const { paths, components } = document(url.pathname)
  const all = operations(paths)

  test('refers only to components that it has, and has none that nothing refers to', () => {
    const known = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`)
    const own = Object.entries(components.schemas).flatMap(([name, schema]) => {
      const gvk = schema['x-kubernetes-group-version-kind']?.at(-1)
      const spelling = gvk?.group === '' ? `api/${gvk.version}` : `apis/${gvk?.group}/${gvk?.version}`
      return spelling === path ? [`#/components/schemas/${name}`] : []
    })
    const used = references({ paths, components })
    expect([...used].filter((reference) => !known.includes(reference))).toEqual([])
    expect(known.filter((name) => !used.has(name) && !own.includes(name))).toEqual([])
  })

  test('calls every operation by a name of its own', () => {
    const ids = all.map(([, , { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('lists fieldValidation and the kind for every patch, which kubectl apply asks for', () => {
    for (const [, , operation] of all.filter(([, method]) => method === 'patch')) {
      expect(operation.parameters?.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation', 'force']),
      )
      expect(operation['x-kubernetes-action']).toBe('patch')
      expect(operation['x-kubernetes-group-version-kind']?.kind).toBeTruthy()
    }
  })

  test('declares every parameter of its paths', () => {
    for (const [path, item] of Object.entries(paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = ((item as { parameters?: { name: string }[] }).parameters ?? []).map(
        ({ name }) => name,
      )
      expect(declared.sort()).toEqual(named.sort())
    }
  })

  test('describes every field of every object, down to the last', () => {
    const missing: string[] = []
    const visit = (schema: Schema, place: string) => {
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        if (!property.description) missing.push(`${place}.${name}`)
        visit(property, `${place}.${name}`)
      }
      if (schema.items) visit(schema.items, `${place}[]`)
      if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${place}{}`)
    }
    for (const [name, schema] of Object.entries(components.schemas)) {
      if (!schema.description) missing.push(name)
      visit(schema, name)
    }
    expect(missing).toEqual([])
  })

  test('has the metadata of every object as one shared component', () => {
    for (const [name, schema] of Object.entries(components.schemas)) {
      const metadata = schema.properties?.metadata
      if (metadata && schema['x-kubernetes-group-version-kind']) {
        expect([name, ...references(metadata)]).toEqual([
          name,
          expect.stringMatching(
            /^#\/components\/schemas\/io\.k8s\.apimachinery\.pkg\.apis\.meta\.v1\.(Object|List)Meta$/,
          ),
        ])
      }
    }
  })
})

test('names are those of a real server', () => {
  const schemas = (path: string) => Object.keys(document(`/openapi/v3/${path}`).components.schemas)
  const ids = (path: string) =>
    operations(document(`/openapi/v3/${path}`).paths).map(([, , { operationId }]) => operationId)
  expect(schemas('api/v1')).toEqual(
    expect.arrayContaining(['io.k8s.api.core.v1.Secret', 'io.k8s.api.core.v1.SecretList']),
  )
  expect(schemas('apis/coordination.k8s.io/v1')).toContain('io.k8s.api.coordination.v1.Lease')
  expect(schemas('apis/apiextensions.k8s.io/v1')).toContain(
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  )
  expect(schemas('apis/compute.datumapis.com/v1alpha')).toContain('com.datumapis.compute.v1alpha.Workload')
  expect(ids('apis/coordination.k8s.io/v1').sort()).toEqual([
    'createCoordinationV1NamespacedLease',
    'deleteCoordinationV1CollectionNamespacedLease',
    'deleteCoordinationV1NamespacedLease',
    'getCoordinationV1APIResources',
    'listCoordinationV1LeaseForAllNamespaces',
    'listCoordinationV1NamespacedLease',
    'patchCoordinationV1NamespacedLease',
    'readCoordinationV1NamespacedLease',
    'replaceCoordinationV1NamespacedLease',
  ])
  expect(ids('apis/compute.datumapis.com/v1alpha')).toContain(
    'readComputeDatumapisComV1alphaNamespacedWorkloadStatus',
  )
  expect(ids('api/v1')).toContain('replaceCoreV1NamespaceFinalize')
})

describe('the v2 document', () => {
  const { paths, definitions } = document('/openapi/v2')

  test('refers only to definitions that it has', () => {
    const known = Object.keys(definitions).map((name) => `#/definitions/${name}`)
    expect([...references({ paths, definitions })].filter((reference) => !known.includes(reference))).toEqual(
      [],
    )
  })

  test('says nothing that version 2 cannot say', () => {
    const schemas = Object.values(definitions).flatMap((schema) => [...schemasOf(schema)])
    for (const keyword of ['nullable', 'oneOf', 'anyOf', 'allOf', 'not']) {
      expect(schemas.filter((schema) => keyword in schema)).toEqual([])
    }
  })

  test('has a definition for every kind under every spelling, marked with it', () => {
    for (const { name, versions } of kinds.groups) {
      for (const { version, resources } of versions) {
        for (const { kind } of resources) {
          const marked = Object.values(definitions).filter((schema) =>
            schema['x-kubernetes-group-version-kind']?.some(
              (each) => each.group === name && each.version === version && each.kind === kind.names.kind,
            ),
          )
          expect([name, version, kind.names.kind, marked.length]).toEqual([name, version, kind.names.kind, 1])
        }
      }
    }
  })

  test('has the same operations as the documents of version 3', () => {
    const ids = (paths: Document['paths']) => operations(paths).map(([, , { operationId }]) => operationId)
    const v3 = index.flatMap(({ url }) => ids(document(url.pathname).paths))
    expect(ids(paths).sort()).toEqual(v3.sort())
  })
})
