import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { project, startHttpServer } from './support/http-server.ts'

const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }
const metadataList = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }
const configMaps = `${project}/api/v1/namespaces/default/configmaps`
const networks = `${project}/apis/networking.datumapis.com/v1alpha/namespaces/default/networks`

const http = startHttpServer()
const { ask } = http

beforeAll(async () => {
  await ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
})
afterAll(() => http.close())

const configMap = (name: string, data: Record<string, string> = { key: 'value' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

describe('writing', () => {
  test('a POST answers 201 with the object as stored, head and all', async () => {
    const made = await ask('POST', `${configMaps}?fieldManager=me`, configMap('made'))
    expect(made.code).toBe(201)
    expect(made.json).toMatchObject({
      ...configMap('made'),
      metadata: { name: 'made', namespace: 'default', managedFields: [{ manager: 'me' }] },
    })
    expect((await ask('GET', `${configMaps}/made`)).text).toBe(made.text)
  })

  test.each([
    ['metadata.labels', { labels: { 'a b': 'x' } }],
    ['metadata.labels', { labels: { good: 'not good' } }],
    ['metadata.annotations', { annotations: { 'a b': 'x' } }],
    ['metadata.finalizers', { finalizers: ['a b'] }],
    [
      'metadata.ownerReferences.uid',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }] },
    ],
  ])('an update that changes nothing but the metadata is looked at too: %s, %j', async (field, change) => {
    await ask('POST', networks, {
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'Network',
      metadata: { name: 'looked-at' },
      spec: { ipam: { mode: 'Auto' } },
    })
    const { json: object } = await ask('GET', `${networks}/looked-at`)
    const changed = { ...object, metadata: { ...object.metadata, ...change } }
    const { code, json } = await ask('PUT', `${networks}/looked-at`, changed)
    expect([code, json.reason]).toEqual([422, 'Invalid'])
    expect(json.details.causes.map((cause: { field: string }) => cause.field)).toContain(field)
  })

  test('`generation` counts changes of the spec, and none of the status or of labels', async () => {
    const network = (mtu: number) => ({
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'Network',
      metadata: { name: 'counted' },
      spec: { ipam: { mode: 'Auto' }, mtu },
    })
    const merge = { 'content-type': 'application/merge-patch+json' }
    const generation = async (path: string, body: object) => {
      const { code, json } = await ask('PATCH', `${networks}/counted${path}`, body, merge)
      return [code, json.metadata.generation]
    }
    expect((await ask('POST', networks, network(1460))).json.metadata.generation).toBe(1)
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    expect(await generation('/status', { status: { conditions: [condition] } })).toEqual([200, 1])
    expect(await generation('', { metadata: { labels: { tier: 'app' } } })).toEqual([200, 1])
    expect(await generation('', { spec: { mtu: 1500 } })).toEqual([200, 2])
    await ask('DELETE', `${networks}/counted`)
  })

  test('a body in YAML is read as well', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  key: "no"\n'
    const made = await ask('POST', configMaps, body, { 'content-type': 'application/yaml' })
    expect(made.json.data).toEqual({ key: 'no' })
  })

  test('names of the manager come from the user agent where the query has none', async () => {
    const made = await ask('POST', configMaps, configMap('by-agent'), { 'user-agent': 'helm/3.1 linux' })
    expect(made.json.metadata.managedFields[0].manager).toBe('helm')
  })

  test('a PUT must bear the name and the namespace of its URL', async () => {
    await ask('POST', configMaps, configMap('put'))
    expect((await ask('PUT', `${configMaps}/put`, configMap('put', { a: 'b' }))).json.data).toEqual({
      a: 'b',
    })
    expect((await ask('PUT', `${configMaps}/put`, configMap('other'))).json).toMatchObject({
      code: 400,
      message: 'the name of the object (other) does not match the name on the URL (put)',
    })
    expect((await ask('PUT', `${configMaps}/put`, { ...configMap('put'), metadata: {} })).json.message).toBe(
      'the name of the object (put based on URL) was undeterminable: name must be provided',
    )
    const elsewhere = { ...configMap('put'), metadata: { name: 'put', namespace: 'elsewhere' } }
    expect((await ask('PUT', `${configMaps}/put`, elsewhere)).json).toMatchObject({
      code: 400,
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    })
  })

  test('a DELETE answers with a Status that says what is gone', async () => {
    const { json } = await ask('POST', configMaps, configMap('gone'))
    const deleted = await ask('DELETE', `${configMaps}/gone`, { kind: 'DeleteOptions', apiVersion: 'v1' })
    expect(deleted.code).toBe(200)
    expect(deleted.json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'gone', kind: 'configmaps', uid: json.metadata.uid },
    })
    expect((await ask('GET', `${configMaps}/gone`)).json.message).toBe('configmaps "gone" not found')
  })

  test('a DELETE that finalizers hold up answers with the object', async () => {
    const held = { ...configMap('held'), metadata: { name: 'held', finalizers: ['example.com/held'] } }
    await ask('POST', configMaps, held)
    const deleted = await ask('DELETE', `${configMaps}/held`)
    expect(deleted.code).toBe(200)
    expect(deleted.json.metadata.deletionTimestamp).toMatch(/Z$/)
  })

  test('a DELETE of a collection takes what the selector selects', async () => {
    const labelled = { ...configMap('labelled'), metadata: { name: 'labelled', labels: { x: 'y' } } }
    await ask('POST', configMaps, labelled)
    const deleted = await ask('DELETE', `${configMaps}?labelSelector=x%3Dy`)
    expect(deleted.json.kind).toBe('ConfigMapList')
    expect(deleted.json.items.map((each: { metadata: { name: string } }) => each.metadata.name)).toEqual([
      'labelled',
    ])
    expect((await ask('GET', `${configMaps}/labelled`)).code).toBe(404)
  })

  test('unknown fields are told in a Warning header, with whatever they hold', async () => {
    const network = {
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'Network',
      metadata: { name: 'warned' },
    }
    const reply = await ask('POST', networks, {
      ...network,
      spec: { ipam: { mode: 'Auto' }, 'naïve "x"': 1 },
    })
    expect(reply.code).toBe(201)
    const header = Buffer.from(String(reply.headers.warning), 'latin1').toString('utf8')
    expect(header).toBe(String.raw`299 - "unknown field \"spec.naïve \\\"x\\\"\""`)
  })

  test('a dry run stores nothing', async () => {
    expect((await ask('POST', `${configMaps}?dryRun=All`, configMap('dry'))).code).toBe(201)
    expect((await ask('GET', `${configMaps}/dry`)).code).toBe(404)
  })
})

describe('bad requests', () => {
  const refusal = async (method: string, url: string, body?: unknown, headers?: Record<string, string>) => {
    const { code, json } = await ask(method, url, body, headers)
    return `${code} ${json.reason}: ${json.message}`
  }

  test('a body that is no JSON is shown as it begins', async () => {
    expect(await refusal('POST', configMaps, '{"kind":')).toMatch(
      /^400 BadRequest: the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: .* \(\{"kind":\)$/,
    )
    expect(await refusal('POST', configMaps, '')).toMatch(/\(<empty>\)$/)
  })

  test('another group, version or kind than the URL', async () => {
    expect(await refusal('POST', configMaps, { ...configMap('x'), apiVersion: 'apps/v1' })).toBe(
      '400 BadRequest: the API version in the data (apps/v1) does not match the expected API version (v1)',
    )
    expect(await refusal('POST', configMaps, { ...configMap('x'), kind: 'Secret' })).toBe(
      '400 BadRequest: Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
    )
    const network = {
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'Subnet',
      metadata: { name: 'n' },
    }
    expect(await refusal('POST', networks, network)).toBe(
      '422 Invalid: Subnet.networking.datumapis.com "n" is invalid: kind: Invalid value: "Subnet": must be Network',
    )
    expect(await refusal('POST', networks, { metadata: { name: 'n' } })).toContain(
      "Object 'Kind' is missing in '{",
    )
  })

  test('a media type that is not read', async () => {
    expect(await refusal('POST', networks, 'x', { 'content-type': 'text/plain' })).toBe(
      '415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
    expect(
      await refusal(
        'PATCH',
        `${networks}/n`,
        {},
        { 'content-type': 'application/strategic-merge-patch+json' },
      ),
    ).toBe(
      '415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    )
  })

  test('a body that is too long', async () => {
    const body = JSON.stringify(configMap('long', { long: 'x'.repeat(3 * 1024 * 1024) }))
    expect(await refusal('POST', configMaps, body)).toBe(
      '413 RequestEntityTooLarge: Request entity too large: limit is 3145728',
    )
  })

  test('options that are none', async () => {
    expect(await refusal('POST', `${configMaps}?dryRun=Some`, configMap('x'))).toContain(
      '422 Invalid: CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    )
    expect(await refusal('POST', `${configMaps}?fieldValidation=x`, configMap('x'))).toContain(
      'fieldValidation: Unsupported value: "x": supported values: "", "Ignore", "Strict", "Warn"',
    )
    expect(
      await refusal(
        'PATCH',
        `${configMaps}/made?force=1`,
        {},
        { 'content-type': 'application/merge-patch+json' },
      ),
    ).toContain('force: Forbidden: may not be specified for non-apply patch')
    expect(
      await refusal('PATCH', `${configMaps}/made`, {}, { 'content-type': 'application/apply-patch+yaml' }),
    ).toContain('fieldManager: Required value: is required for apply patch')
    expect(await refusal('DELETE', `${configMaps}/x`, { propagationPolicy: 'Never' })).toContain(
      'propagationPolicy: Unsupported value: "Never": supported values: "Foreground", "Background", "Orphan", "nil"',
    )
    expect(await refusal('GET', `${configMaps}?limit=many`)).toBe(
      '400 BadRequest: strconv.ParseInt: parsing "many": invalid syntax',
    )
    expect(await refusal('GET', `${configMaps}?sendInitialEvents=true`)).toContain(
      'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    )
    expect(await refusal('GET', `${configMaps}?includeObject=All`, undefined, table)).toContain(
      'Unable to convert to Table as requested',
    )
  })

  test('verbs and resources that are not served', async () => {
    expect(await refusal('POST', `${configMaps}/made`, configMap('made'))).toBe(
      '405 MethodNotAllowed: the server does not allow this method on the requested resource',
    )
    for (const method of ['QUERY', 'PROPFIND']) {
      expect(await refusal(method, configMaps), method).toBe(
        '405 MethodNotAllowed: the server does not allow this method on the requested resource',
      )
    }
    expect(await refusal('PUT', networks, {})).toBe('400 BadRequest: name must be provided')
    for (const path of ['/api/v1/pods', '/api/v1/namespaces/default/configmaps/made/status']) {
      expect(await refusal('GET', project + path)).toBe(
        '404 NotFound: the server could not find the requested resource',
      )
    }
    for (const path of ['/apis/x.io/v1/things', '/nowhere']) {
      const { code, text, headers } = await ask('GET', project + path)
      expect([code, text, headers['content-type']]).toEqual([
        404,
        '404 page not found\n',
        'text/plain; charset=utf-8',
      ])
    }
    expect(await refusal('GET', `${networks}/n/scale`)).toBe(
      '404 NotFound: networks.networking.datumapis.com "n" not found',
    )
  })

  test('a form that cannot be had', async () => {
    expect(await refusal('GET', configMaps, undefined, { accept: 'text/html' })).toBe(
      '406 NotAcceptable: only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
    expect(await refusal('GET', `${configMaps}/made`, undefined, metadataList)).toMatch(/^406 NotAcceptable/)
  })

  test('a fault of ours is told without its cause', async () => {
    await using broken = startHttpServer({
      authorize: async () => {
        throw new Error('secret detail')
      },
    })
    const reply = await broken.ask('GET', '/api/v1/namespaces')
    expect(reply.code).toBe(500)
    expect(reply.text).not.toContain('secret detail')
    expect(reply.json.message).toContain(reply.headers['audit-id'])
  })
})

describe('reading', () => {
  test('a list without a limit is whole, however many pages it takes', async () => {
    await using other = startHttpServer({ limits: { listPage: 3 } })
    await other.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
    const names = Array.from({ length: 10 }, (_, index) => `item-${index}`)
    for (const name of names) await other.ask('POST', configMaps, configMap(name))
    for (const headers of [{}, { 'user-agent': 'curl/8' }, table, metadataList]) {
      const { json, text } = await other.ask('GET', configMaps, undefined, headers)
      const items: { metadata?: { name: string }; cells?: string[] }[] = json.items ?? json.rows
      expect(items.map((each) => each.metadata?.name ?? each.cells?.[0])).toEqual(names)
      expect(json.metadata).toEqual({ resourceVersion: expect.any(String) })
      expect(text.endsWith('}\n')).toBe(true)
    }
    const { json, text } = await other.ask('GET', `${configMaps}?pretty=1`)
    expect(text).toBe(`${JSON.stringify(json, null, 2)}\n`)
    const empty = await other.ask('GET', `${configMaps}?labelSelector=no%3Dthing&pretty=1`)
    expect(empty.text).toBe(`${JSON.stringify(empty.json, null, 2)}\n`)
  })

  test('a long list is compressed for who comes from afar and accepts it', async () => {
    await using other = startHttpServer({ limits: { listPage: 3, compressFrom: 1000 } })
    await other.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
    for (const name of ['a', 'b', 'c', 'd', 'e']) await other.ask('POST', configMaps, configMap(name))
    const plain = (await other.ask('GET', configMaps)).text
    const ask = (url: string, remoteAddress: string) =>
      other.server.app.inject({
        url,
        remoteAddress,
        headers: { host: 'localhost', authorization: 'Bearer good', 'accept-encoding': 'gzip' },
      })
    const streamed = await ask(configMaps, '192.0.2.1')
    expect(streamed.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(streamed.rawPayload).toString()).toBe(plain)
    const page = await ask(`${configMaps}?limit=5`, '192.0.2.1')
    expect(page.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(page.rawPayload).toString()).toBe(plain)
    expect((await ask(`${configMaps}?limit=1`, '192.0.2.1')).headers['content-encoding']).toBeUndefined()
    expect((await ask(configMaps, '127.0.0.1')).body).toBe(plain)
    const documents = await ask(`${project}/openapi/v3`, '192.0.2.1')
    expect([documents.headers['content-encoding'], documents.headers.vary]).toEqual([
      'gzip',
      'Accept-Encoding, Accept',
    ])
  })

  test('a page says where the next begins and how many follow', async () => {
    const page = await ask('GET', `${configMaps}?limit=2`)
    expect(page.json.items).toHaveLength(2)
    expect(page.json.metadata.remainingItemCount).toBeGreaterThan(0)
    const next = await ask('GET', `${configMaps}?limit=2&continue=${page.json.metadata.continue}`)
    expect(next.json.items[0].metadata.name > page.json.items[1].metadata.name).toBe(true)
  })

  test('a Table has the columns of the kind and the metadata of each object', async () => {
    const { json } = await ask('GET', `${configMaps}?fieldSelector=metadata.name%3Dmade`, undefined, table)
    expect(json.kind).toBe('Table')
    expect(json.columnDefinitions.map((each: { name: string }) => each.name)).toEqual(['Name', 'Data', 'Age'])
    expect(json.rows).toEqual([
      {
        cells: ['made', 1, expect.stringMatching(/^\d+s$/)],
        object: {
          kind: 'PartialObjectMetadata',
          apiVersion: 'meta.k8s.io/v1',
          metadata: expect.objectContaining({ name: 'made' }),
        },
      },
    ])
    const bare = await ask('GET', `${configMaps}/made?includeObject=None`, undefined, table)
    expect(bare.json.rows[0].object).toBeNull()
    const full = await ask('GET', `${configMaps}/made?includeObject=Object`, undefined, table)
    expect(full.json.rows[0].object.kind).toBe('ConfigMap')
  })

  test('metadata alone can be asked for, of one and of many', async () => {
    const one = await ask('GET', `${configMaps}/made`, undefined, {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    })
    expect(Object.keys(one.json)).toEqual(['kind', 'apiVersion', 'metadata'])
    const many = await ask('GET', configMaps, undefined, metadataList)
    expect(many.json.kind).toBe('PartialObjectMetadataList')
    expect(many.json.items[0].kind).toBe('PartialObjectMetadata')
  })

  test('YAML can be asked for', async () => {
    const reply = await ask('GET', `${configMaps}/made`, undefined, { accept: 'application/yaml' })
    expect(reply.headers['content-type']).toBe('application/yaml')
    expect(reply.text).toContain('kind: ConfigMap\n')
  })

  test('custom resources bear their heads in lists, compiled-in kinds do not', async () => {
    const network = {
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'Network',
      metadata: { name: 'n' },
    }
    await ask('POST', networks, { ...network, spec: { ipam: { mode: 'Auto' } } })
    const listed = (await ask('GET', networks)).json.items
    expect(listed[0]).toMatchObject({ apiVersion: 'networking.datumapis.com/v1alpha', kind: 'Network' })
    expect((await ask('GET', configMaps)).json.items[0].kind).toBeUndefined()
  })

  test('HEAD tells the length and sends nothing', async () => {
    const head = await ask('HEAD', `${configMaps}/made`)
    const get = await ask('GET', `${configMaps}/made`)
    expect(head.text).toBe('')
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
  })
})

describe('beside the resources', () => {
  test('health tells of each check when asked', async () => {
    let ready = false
    await using other = startHttpServer({ readiness: [{ name: 'seeds', check: () => ready }] })
    expect((await other.ask('GET', '/livez')).text).toBe('ok')
    const waiting = await other.ask('GET', '/readyz')
    expect(waiting.code).toBe(500)
    expect(waiting.text).toBe('[+]ping ok\n[-]seeds failed: reason withheld\nreadyz check failed\n')
    expect((await other.ask('GET', '/readyz/seeds')).code).toBe(500)
    expect((await other.ask('GET', '/readyz?exclude=seeds')).code).toBe(200)
    expect((await other.ask('GET', '/readyz?verbose&exclude=seeds&exclude=none&exclude=ping')).text).toBe(
      '[+]ping excluded: ok\n[+]seeds excluded: ok\nwarn: some health checks cannot be excluded: no matches for "none"\nreadyz check passed\n',
    )
    ready = true
    expect((await other.ask('GET', `${project}/readyz?verbose`)).text).toBe(
      '[+]ping ok\n[+]seeds ok\nreadyz check passed\n',
    )
    expect((await other.ask('GET', '/readyz/seeds')).text).toBe('ok')
    expect((await other.ask('GET', '/livez/ping')).text).toBe('ok')
    expect((await other.ask('GET', '/livez/seeds')).code).toBe(404)
  })

  test('figures are kept under names that are served, not under those that clients invent', async () => {
    await using other = startHttpServer()
    await other.ask('GET', '/api/v1/namespaces/none')
    await other.ask('GET', '/apis/invented.io/v1/things')
    const { text } = await other.ask('GET', '/metrics')
    expect(text).toContain(
      'resource="namespaces",subresource="",scope="resource",component="apiserver",code="404"} 1',
    )
    expect(text).not.toContain('invented')
    expect(text).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 1')
  })

  test('whoever keeps books hears of every request, also of refused ones', async () => {
    const heard: string[] = []
    await using other = startHttpServer({
      audit: ({ stage, method, uri, code, user, parent }) =>
        heard.push(`${stage} ${method} ${uri} ${code} ${user?.name} ${parent?.name}`),
    })
    await other.ask('GET', `${project}/api`)
    await other.ask('GET', '/api/v1/..%2f')
    await other.ask('GET', '/api/v1/namespaces', undefined, { authorization: 'Bearer x' })
    expect(heard).toEqual([
      `RequestReceived GET ${project}/api 0 developer@example.com sandbox`,
      `ResponseComplete GET ${project}/api 200 developer@example.com sandbox`,
      'ResponseComplete GET /api/v1/..%2f 400 undefined undefined',
      'ResponseComplete GET /api/v1/namespaces 403 system:anonymous undefined',
    ])
  })

  test('the page of the documentation lists the routes and the documents of Kubernetes', async () => {
    await using other = startHttpServer({
      documentation: { version: '1', kinds: [{ name: 'root', kinds: () => http.registry.kinds('root') }] },
    })
    const routes = await other.ask('GET', '/docs/json', undefined, { authorization: '' })
    expect(Object.keys(routes.json.paths)).toEqual(['/healthz', '/livez', '/readyz', '/version', '/metrics'])
    expect((await other.ask('GET', '/docs/static/swagger-initializer.js')).text).toContain(
      '/docs/kubernetes/root/api/v1',
    )
    expect((await other.ask('GET', '/docs/kubernetes/root/api/v1')).json.openapi).toBe('3.0.0')
    for (const path of ['/docs/missing', `/docs/kubernetes/${'x'.repeat(400)}/api/v1`]) {
      const missing = await other.ask('GET', path)
      expect([missing.code, missing.text]).toEqual([404, '404 page not found\n'])
    }
  })
})
