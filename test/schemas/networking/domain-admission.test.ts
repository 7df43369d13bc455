import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi } from '../../support/plane-api.ts'

const group = '/apis/networking.datumapis.com/v1alpha'
const domains = `${group}/namespaces/default/domains`
const proxies = `${group}/namespaces/default/httpproxies`

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
  api = projectApi(datum)
})
afterAll(() => datum.stop())

function domain(name: string, domainName: string) {
  return {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind: 'Domain',
    metadata: { name },
    spec: { domainName },
  }
}

function proxy(hostname: string) {
  return {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind: 'HTTPProxy',
    metadata: { name: 'proxy' },
    spec: { hostnames: [hostname], rules: [{ backends: [{ endpoint: 'https://backend.example.net' }] }] },
  }
}

test('a name is one domain’s in a namespace', async () => {
  await api.create(domains, domain('first', 'example.com'))
  await expect(api.create(domains, domain('second', 'example.com'))).rejects.toMatchObject({
    code: 409,
    message: expect.stringContaining('vdomain-v1alpha.kb.io'),
  })
  await expect(api.create(domains, domain('first', 'example.com'))).rejects.toMatchObject({
    code: 409,
    message: expect.stringContaining('"reason":"AlreadyExists"'),
  })
  await api.create(domains, domain('part', 'part.example.com'))
  await api.create('/api/v1/namespaces', { metadata: { name: 'other' } })
  await api.create(`${group}/namespaces/other/domains`, domain('first', 'example.com'))
})

test('a domain stays as long as a proxy answers for it or for a part of it', async () => {
  await api.create(domains, domain('used', 'used.example.org'))
  await api.create(domains, domain('unused', 'unused.example.org'))
  await api.create(proxies, proxy('www.used.example.org'))
  await expect(api.remove(`${domains}/used`)).rejects.toMatchObject({
    code: 403,
    message: expect.stringContaining(
      'domains.networking.datumapis.com \\"used\\" is forbidden: cannot delete Domain while in use by an HTTPProxy',
    ),
  })
  await api.remove(`${domains}/unused`)
  await api.remove(`${proxies}/proxy`)
  await api.remove(`${domains}/used`)
  expect(await api.find(`${domains}/used`)).toBeUndefined()
})

test('a namespace goes with the domains and the proxies in it', async () => {
  await api.create('/api/v1/namespaces', { metadata: { name: 'ending' } })
  await api.create(`${group}/namespaces/ending/domains`, domain('used', 'ending.example.org'))
  await api.create(`${group}/namespaces/ending/httpproxies`, proxy('ending.example.org'))
  await api.remove('/api/v1/namespaces/ending')
  await datum.settle()
  expect(await api.find('/api/v1/namespaces/ending')).toBeUndefined()
})
