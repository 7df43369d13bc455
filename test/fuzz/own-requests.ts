import type { Announcement } from '../../src/cli/announce.ts'
import type { Chance } from './chance.ts'
import type { FuzzRequest } from './fuzz-request.ts'

const groupVersions = [
  'apps/v1',
  'networking.datumapis.com/v1alpha',
  'compute.datumapis.com/v1alpha',
  'resourcemanager.miloapis.com/v1alpha1',
  'fuzz.example.com/v1',
]

const textTypes = ['application/json', 'text/plain', 'application/openmetrics-text', '*/*', 'text/html']
const discoveryTypes = [
  'application/json',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json',
  'application/vnd.kubernetes.protobuf',
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/yaml',
]

/** A request for what is not in the OpenAPI documents: discovery, health, metrics, documentation, tokens. */
export function ownRequest(
  chance: Chance,
  { token, pat }: Announcement,
  planes: readonly string[],
): FuzzRequest {
  const plane = chance.pick(planes)
  const groupVersion = chance.pick(groupVersions)
  const group = groupVersion.split('/')[0]
  const get = (path: string, types: readonly string[]): FuzzRequest => ({
    method: chance.once(6) ? 'HEAD' : 'GET',
    path,
    headers: chance.once(2) ? {} : { accept: chance.pick(types) },
    body: undefined,
  })
  return chance.pick<() => FuzzRequest>([
    () =>
      get(
        `${plane}/${chance.pick(['api', 'apis', 'api/v1', `apis/${group}`, `apis/${groupVersion}`])}`,
        discoveryTypes,
      ),
    () =>
      get(
        `${plane}/openapi/${chance.pick(['v2', 'v3', 'v3/api/v1', `v3/apis/${groupVersion}`, 'v3/version'])}${chance.pick(['', '?hash=X', '?hash'])}`,
        discoveryTypes,
      ),
    () =>
      get(
        `${plane}/${chance.pick(['healthz', 'livez', 'readyz', 'readyz/ping', 'readyz/x', 'version'])}${chance.pick(['', '?verbose', '?exclude=ping&exclude=x', '?verbose=1&exclude'])}`,
        textTypes,
      ),
    () => get(`${plane}/metrics`, textTypes),
    () =>
      get(
        `/docs${chance.pick(['', '/', '/json', '/yaml', '/static/index.html', '/static/x', '/static/index.css', '/kubernetes/project/api/v1', '/kubernetes/x/y', '/x'])}`,
        textTypes,
      ),
    () => ({
      method: chance.pick(['GET', 'POST']),
      path: chance.pick(['/datum-os/oauth/token/exchange', '/oauth/token/exchange']),
      headers: {
        authorization: chance.pick([
          `Bearer ${pat}`,
          `Bearer ${token}`,
          `bearer ${pat}x`,
          `Basic ${pat}`,
          'Bearer',
          '',
        ]),
      },
      body: chance.once(2) ? undefined : JSON.stringify(chance.text(100)),
    }),
    () => ({
      method: 'POST',
      path: '/datum-local/advance',
      headers: {},
      body: chance.once(2) ? '{}' : undefined,
    }),
    () => ({
      method: 'GET',
      path: `${plane}/api/v1/namespaces`,
      headers: {
        authorization: chance.pick([
          `Bearer ${token.slice(0, chance.between(0, token.length))}`,
          `Bearer ${chance.text(50).replace(/[^ -~]/g, '.')}`,
          `Bearer ${pat}`,
        ]),
      },
      body: undefined,
    }),
  ])()
}
