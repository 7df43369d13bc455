import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'

const group = '/apis/resourcemanager.miloapis.com/v1alpha1'
const planeOf = (sort: string, name: string) => `${group}/${sort}/${name}/control-plane`
const ours = planeOf('organizations', 'acme-corp')
const sandbox = planeOf('projects', 'sandbox')
/** In the name of whatever belongs to the other organization. */
const marker = 'theirs-alone'

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal()
  const make = async (path: string, kind: string, fields: object, apiVersion = 'v1') => {
    const { code, text } = await ask('POST', path, { apiVersion, kind, ...fields })
    expect(code, text).toBe(201)
  }
  const miloapis = 'resourcemanager.miloapis.com/v1alpha1'
  const name = `${marker}-corp`
  await make(
    `${group}/organizations`,
    'Organization',
    { metadata: { name }, spec: { type: 'Standard' } },
    miloapis,
  )
  await datum.settle()
  const theirs = planeOf('organizations', name)
  const spec = { ownerRef: { kind: 'Organization', name } }
  await make(`${theirs}${group}/projects`, 'Project', { metadata: { name: marker }, spec }, miloapis)
  await datum.settle()
  const inNamespace = `${theirs}/api/v1/namespaces/organization-${name}`
  await make(`${inNamespace}/secrets`, 'Secret', { metadata: { name: marker }, stringData: { a: marker } })
  await make(`${inNamespace}/configmaps`, 'ConfigMap', { metadata: { name: marker }, data: { a: marker } })
  await make(`${planeOf('projects', marker)}/api/v1/namespaces/default/configmaps`, 'ConfigMap', {
    metadata: { name: marker },
    data: { a: marker },
  })
})
afterAll(() => datum.stop())

/** Sends the path as it stands here: `fetch` would tidy it up. */
async function ask(method: string, path: string, body?: unknown, contentType = 'application/json') {
  const sent = request(datum.httpUrl, {
    method,
    path,
    headers: {
      authorization: `Bearer ${datum.token}`,
      'content-type': contentType,
    },
  })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { code: response.statusCode ?? 0, text }
}

/** What stands in the answer beside what the request itself has said. */
async function shown(path: string): Promise<string> {
  const { text } = await ask('GET', path)
  return text.replaceAll(path, '')
}

test('a membership in what no organization can be called hides no Event of a user', async () => {
  const { items } = JSON.parse((await ask('GET', '/apis/iam.miloapis.com/v1alpha1/users')).text)
  const name = items[0].metadata.name as string
  const membership = {
    apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
    kind: 'OrganizationMembership',
    metadata: { name: 'odd', namespace: 'default' },
    spec: { organizationRef: { name: 'no organization, and no label' }, userRef: { name } },
  }
  const made = await ask('POST', `${group}/namespaces/default/organizationmemberships`, membership)
  expect(made.code, made.text).toBe(201)
  const events = await ask('GET', `/apis/iam.miloapis.com/v1alpha1/users/${name}/control-plane/api/v1/events`)
  expect(events.code, events.text).toBe(200)
  expect(JSON.parse(events.text).items).not.toEqual([])
})

test('whoever watches the Events of an organization hears of those about a project that is made meanwhile', async () => {
  const sent = request(datum.httpUrl, {
    path: `${ours}/api/v1/events?watch=true`,
    headers: { authorization: `Bearer ${datum.token}` },
  })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const made = {
    metadata: { name: 'newcomer' },
    spec: { ownerRef: { kind: 'Organization', name: 'acme-corp' } },
  }
  const project = { apiVersion: 'resourcemanager.miloapis.com/v1alpha1', kind: 'Project', ...made }
  expect((await ask('POST', `${ours}${group}/projects`, project)).code).toBe(201)
  let text = ''
  const isTold = () =>
    text
      .split('\n')
      .some((line) => line.includes('"name":"newcomer"') && line.includes('"message":"Project is ready"'))
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk
    if (isTold()) break
  }
  sent.destroy()
  expect(isTold()).toBe(true)
})

const dots = [
  ...[
    '..',
    '%2e%2e',
    '%2E%2e',
    '.%2e',
    '%252e%252e',
    '..%2f',
    '..%252f',
    '%2f..',
    '..%5c',
    '..\\',
    '%00..',
    '..%00',
  ],
  // Overlong, full-width and other dots and slashes.
  ...[
    '%c0%ae%c0%ae',
    '%e0%80%ae',
    '%ef%bc%8e%ef%bc%8e',
    '..%ef%bc%8f',
    '..%c0%af',
    '%e2%80%a5',
    '..;',
    '.%00./',
  ],
]

describe('a path', () => {
  test('of ours does lead to what is theirs where it should', async () => {
    expect(await shown(`${planeOf('projects', marker)}/api/v1/configmaps`)).toContain(marker)
    expect(await shown(`${planeOf('organizations', `${marker}-corp`)}/api/v1/secrets`)).toContain(marker)
    expect(await shown('/api/v1/secrets')).toContain(marker)
  })

  test.each(dots)('does not leave its plane over %s', async (step) => {
    for (const plane of [sandbox, ours]) {
      for (const times of [1, 2, 3, 4, 6]) {
        const up = `${step}/`.repeat(times)
        for (const target of [
          `projects/${marker}/control-plane/api/v1/configmaps`,
          `${marker}/control-plane/api/v1/namespaces/default/configmaps/${marker}`,
          'api/v1/secrets',
        ]) {
          const { code, text } = await ask('GET', `${plane}/${up}${target}`)
          expect([400, 404], `${plane}/${up}${target}: ${text}`).toContain(code)
        }
      }
    }
  })

  test.each([
    `${sandbox}//api/v1/configmaps`,
    `${sandbox}/${planeOf('projects', marker)}/api/v1/configmaps`,
    `${sandbox}${planeOf('projects', marker)}/api/v1/configmaps`,
    `${ours}${planeOf('projects', marker)}/api/v1/configmaps`,
    `${ours}${planeOf('organizations', `${marker}-corp`)}/api/v1/secrets`,
    `${sandbox}${planeOf('organizations', `${marker}-corp`)}/api/v1/secrets`,
    `${planeOf('projects', `sandbox%2f..%2f${marker}`)}/api/v1/configmaps`,
    `${planeOf('projects', `sandbox/../${marker}`)}/api/v1/configmaps`,
    `${planeOf('projects', `${marker}%00`)}/api/v1/configmaps`,
    `${planeOf('projects', `${marker}%20`)}/api/v1/configmaps`,
    `${planeOf('projects', marker.toUpperCase())}/api/v1/configmaps`,
    `${planeOf('projects', '__proto__')}/api/v1/configmaps`,
    `http://localhost${planeOf('projects', marker)}/api/v1/configmaps`,
  ])('is refused or leads nowhere: %s', async (path) => {
    const { code, text } = await ask('GET', path)
    expect([400, 404], text).toContain(code)
  })
})

describe('an organization', () => {
  const namespace = `organization-${marker}-corp`

  test.each([
    '/api/v1/namespaces',
    '/api/v1/secrets',
    '/api/v1/configmaps',
    '/api/v1/events',
    `${group}/organizations`,
    `${group}/projects`,
    `${group}/organizationmemberships`,
    '/apis/resourcemanager.datumapis.com/v1alpha/projects',
    '/apis/resourcemanager.datumapis.com/v1alpha/organizations',
    `/api/v1/namespaces?fieldSelector=metadata.name=${namespace}`,
    `/api/v1/secrets?fieldSelector=metadata.namespace=${namespace}`,
    '/api/v1/secrets?watch=1&timeoutSeconds=1&resourceVersion=0',
    '/api/v1/namespaces?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    `${group}/projects?watch=1&timeoutSeconds=1&resourceVersion=1`,
    `/api/v1/namespaces/${namespace}/secrets`,
    `/api/v1/namespaces/${namespace}/secrets/${marker}`,
    `/api/v1/namespaces/${namespace}`,
    `${group}/projects/${marker}`,
    `${group}/organizations/${marker}-corp`,
    `${group}/organizations/${marker}-corp/status`,
  ])('shows nothing of another: %s', async (path) => {
    const { text } = await ask('GET', `${ours}${path}`)
    // A refusal may repeat the name that it was asked for.
    const said = text.startsWith('{"kind":"Status"') ? '' : text
    expect(said).not.toContain(marker)
  })

  test('shows nothing of another in the pages of a list that was begun elsewhere', async () => {
    const first = JSON.parse((await ask('GET', '/api/v1/secrets?limit=1')).text)
    const rest = await ask(
      'GET',
      `${ours}/api/v1/secrets?limit=500&continue=${first.metadata.continue ?? ''}`,
    )
    expect(rest.text).not.toContain(marker)
  })

  test('changes nothing of another', async () => {
    const path = `${ours}/api/v1/namespaces/${namespace}`
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: marker },
      data: { a: 'changed' },
    }
    const merge = 'application/merge-patch+json'
    const refused = [
      await ask('PUT', `${path}/configmaps/${marker}`, configMap),
      await ask('PATCH', `${path}/configmaps/${marker}`, { data: { a: 'changed' } }, merge),
      await ask(
        'PATCH',
        `${path}/configmaps/${marker}?fieldManager=a&force=true`,
        configMap,
        'application/apply-patch+yaml',
      ),
      await ask('POST', `${path}/configmaps`, { ...configMap, metadata: { name: 'intruder' } }),
      await ask('DELETE', `${path}/configmaps/${marker}`),
      await ask('DELETE', path),
      await ask('DELETE', `${ours}${group}/projects/${marker}`),
      await ask('PATCH', `${ours}${group}/projects/${marker}`, { metadata: { labels: { a: 'b' } } }, merge),
    ]
    for (const { code, text } of refused) expect([403, 404], text).toContain(code)
    await ask('DELETE', `${path}/configmaps`)
    await ask('DELETE', `${path}/secrets`)
    const theirs = await ask('GET', `/api/v1/namespaces/${namespace}/configmaps`)
    expect(JSON.parse(theirs.text).items.map(({ data }: { data: { a?: string } }) => data.a)).toContain(
      marker,
    )
    expect(theirs.text).not.toContain('intruder')
    expect((await ask('GET', `/api/v1/namespaces/${namespace}/secrets/${marker}`)).code).toBe(200)
    expect((await ask('GET', `${planeOf('projects', marker)}/api/v1/configmaps`)).text).toContain(marker)
  })

  test('makes projects of its own, whatever their manifest says', async () => {
    const { code, text } = await ask('POST', `${ours}${group}/projects`, {
      apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
      kind: 'Project',
      metadata: { name: 'changeling' },
      spec: { ownerRef: { kind: 'Organization', name: `${marker}-corp` } },
    })
    expect([code, JSON.parse(text).spec.ownerRef.name]).toEqual([201, 'acme-corp'])
    const theirs = await ask('GET', `${planeOf('organizations', `${marker}-corp`)}${group}/projects`)
    expect(theirs.text).not.toContain('changeling')
  })
})

test.each(['/api/v1/configmaps', '/api/v1/secrets', '/api/v1/namespaces', '/api/v1/events'])(
  'a project shows nothing of another: %s',
  async (path) => {
    expect((await ask('GET', `${sandbox}${path}`)).text).not.toContain(marker)
  },
)
