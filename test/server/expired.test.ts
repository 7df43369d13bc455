import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { widgetDefinition } from '../clients/support/widget.ts'
import { projectPath } from '../support/program.ts'

const tooOldToContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
  'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing ' +
  'with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the ' +
  'time the first chunk was returned and now may show up in the list.'

const expired = (message: string, metadata: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata,
  status: 'Failure',
  message,
  reason: 'Expired',
  code: 410,
})

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly { readonly metadata: { readonly name: string } }[]
}

/** As kube-apiserver 1.34.1 was seen to answer when its history had been compacted. */
describe.each([
  { what: 'a core kind', collection: '/api/v1/namespaces/default/secrets', head: {} },
  {
    what: 'a custom kind',
    collection: '/apis/example.com/v1/namespaces/default/widgets',
    head: { apiVersion: 'example.com/v1', kind: 'Widget', spec: {} },
  },
])('what is asked of a time that is forgotten, of $what', ({ collection, head }) => {
  let datum: DatumLocal
  /** The first two of four objects, as they were when everything else happened. */
  let first: List

  beforeAll(async () => {
    datum = await startDatumLocal({
      definitions: [widgetDefinition],
      limits: { keepMilliseconds: 0, keepChanges: 5 },
    })
    for (const name of ['a', 'b', 'c', 'd']) {
      await ask('POST', '', { ...head, metadata: { name } })
    }
    first = (await (await ask('GET', '?limit=2')).json()) as List
    const forgotten = async () => (await ask('GET', exact())).status === 410
    for (let count = 0; !(await forgotten()); count++) {
      await ask('PATCH', '/a', { metadata: { labels: { count: String(count) } } })
    }
  }, 60_000)

  afterAll(() => datum.stop())

  const exact = () => `?resourceVersion=${first.metadata.resourceVersion}&resourceVersionMatch=Exact`

  function ask(method: string, path: string, body?: object, accept = 'application/json') {
    return fetch(`${datum.httpUrl}${projectPath}${collection}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${datum.token}`,
        accept,
        ...(body === undefined
          ? {}
          : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  test.each([
    ['exactly then', exact],
    ['a page of exactly then', () => `${exact()}&limit=1`],
    ['a page of then', () => `?limit=2&resourceVersion=${first.metadata.resourceVersion}`],
  ])('a list: %s', async (_, query) => {
    const response = await ask('GET', query())
    expect(response.status).toBe(410)
    expect(await response.json()).toEqual(expired('The resourceVersion for the provided list is too old.'))
  })

  test('everything, not older than then: as it is now', async () => {
    const response = await ask('GET', `?resourceVersion=${first.metadata.resourceVersion}`)
    expect(response.status).toBe(200)
    const { items } = (await response.json()) as List
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c', 'd'])
  })

  test.each([
    ['JSON', 'application/json'],
    ['a table', 'application/json;as=Table;g=meta.k8s.io;v=v1'],
  ])('the next page as %s, with a token by which the rest can be read as it is now', async (_, accept) => {
    const response = await ask('GET', `?limit=1&continue=${first.metadata.continue}`, undefined, accept)
    expect(response.status).toBe(410)
    const status = (await response.json()) as { metadata: { continue: string } }
    expect(status).toEqual(expired(tooOldToContinue, { continue: expect.any(String) }))

    const names: string[] = []
    let token: string | undefined = status.metadata.continue
    while (token) {
      const page = (await (await ask('GET', `?limit=1&continue=${token}`)).json()) as List
      names.push(...page.items.map(({ metadata }) => metadata.name))
      token = page.metadata.continue
    }
    expect(names).toEqual(['c', 'd'])
  })

  test('the deletion of a collection, page by page', async () => {
    const response = await ask(
      'DELETE',
      `?limit=1&labelSelector=none%3Dnone&continue=${first.metadata.continue}`,
    )
    expect(response.status).toBe(410)
    expect(await response.json()).toEqual(expired(tooOldToContinue, { continue: expect.any(String) }))
  })

  test.each([
    ['all', ''],
    ['one', '&fieldSelector=metadata.name%3Da'],
    ['none', '&labelSelector=none%3Dnone'],
    ['all with bookmarks', '&allowWatchBookmarks=true'],
  ])('a watch of %s from then on: an event, and the end', async (_, query) => {
    const since = first.metadata.resourceVersion
    const response = await ask('GET', `?watch=true&resourceVersion=${since}${query}`)
    expect(response.status).toBe(200)
    expect(JSON.parse(await response.text())).toEqual({
      type: 'ERROR',
      object: {
        ...expired(''),
        message: expect.stringMatching(`^too old resource version: ${since} \\(\\d+\\)$`),
      },
    })
  })
})
