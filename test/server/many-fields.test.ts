import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const refused = {
  code: 413,
  reason: 'RequestEntityTooLarge',
  message: 'Request entity too large: the managers of an object may own at most 10000 fields',
}

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal({ seeds: 'none' })
})
afterAll(() => datum.stop())

async function send(method: string, path: string, object: object, type = 'application/json') {
  const url = `${datum.httpUrl}${configMaps}${path}`
  const headers = { authorization: `Bearer ${datum.token}`, 'content-type': type }
  const response = await fetch(url, { method, headers, body: JSON.stringify(object) })
  const { code, reason, message } = (await response.json()) as Record<string, unknown>
  return { status: response.status, answer: { code, reason, message } }
}

const fields = (count: number, prefix = 'f') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'a']))
const configMap = (name: string, count: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: fields(count),
})

test('hundreds of controllers of one object are told of ten times', async () => {
  const ownerReferences = Object.keys(fields(500)).map((name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid: name,
    controller: true,
  }))
  const { answer } = await send('POST', '', { metadata: { name: 'owned', ownerReferences } })
  expect(answer.code).toBe(422)
  expect(String(answer.message).match(/Only one reference can have Controller set to true/g)).toHaveLength(10)
})

describe('an object whose managers would own more than 10,000 fields is refused', () => {
  test('as it is made', async () => {
    expect((await send('POST', '', configMap('made', 10_000))).answer).toMatchObject(refused)
    // The map itself is a field.
    expect((await send('POST', '', configMap('made', 9_999))).status).toBe(201)
  })

  test.each([
    ['labels', fields(10_000)],
    ['labels', fields(20_000, '-')],
    ['annotations', fields(20_000, '-')],
    ['finalizers', Object.keys(fields(20_000))],
  ])('for its %s, before anybody looks at each', async (field, value) => {
    const { answer } = await send('POST', '', { metadata: { name: 'a', [field]: value } })
    expect(answer).toMatchObject(refused)
    await send('POST', '', configMap(`of-${field}`, 1))
    const change = { metadata: { [field]: value } }
    const patched = await send('PATCH', `/of-${field}`, change, 'application/merge-patch+json')
    expect(patched.answer).toMatchObject(refused)
  })

  test.each([
    ['labels', fields(10_001)],
    ['annotations', fields(10_001, '-')],
  ])('for its %s also where nobody knows its managers', async (field, value) => {
    // Of an object of which nobody owns anything no books are kept.
    await send('POST', '', { metadata: { name: `bare-${field}` } })
    const change = { metadata: { [field]: value } }
    const { answer } = await send('PATCH', `/bare-${field}`, change, 'application/merge-patch+json')
    expect(answer).toMatchObject({
      code: 422,
      message: `ConfigMap "bare-${field}" is invalid: metadata.${field}: Too many: 10001: must have at most 10000 items`,
    })
  })

  test('as it grows patch by patch', async () => {
    await send('POST', '', configMap('growing', 6_000))
    const grow = (prefix: string, type: string) =>
      send('PATCH', '/growing', { data: fields(4_000, prefix) }, `application/${type}`)
    expect((await grow('g', 'merge-patch+json')).answer).toMatchObject(refused)
    expect((await grow('g', 'strategic-merge-patch+json')).answer).toMatchObject(refused)
    expect((await send('PUT', '/growing', configMap('growing', 10_000))).answer).toMatchObject(refused)
    expect((await send('PUT', '/growing', configMap('growing', 5_000))).status).toBe(200)
    expect((await grow('g', 'merge-patch+json')).status).toBe(200)
  })

  test('as it is applied, by all who apply together', async () => {
    const apply = (manager: string, count: number) =>
      send(
        'PATCH',
        `/applied?fieldManager=${manager}`,
        configMap('applied', count),
        'application/apply-patch+yaml',
      )
    expect((await apply('one', 10_001)).answer).toMatchObject(refused)
    expect((await apply('one', 6_000)).status).toBe(201)
    expect((await apply('another', 4_001)).answer).toMatchObject(refused)
    expect((await apply('another', 3_000)).status).toBe(200)
  })
})
