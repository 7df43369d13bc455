import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Announcement } from '../../src/cli/announce.ts'
import { projectPath } from '../support/program.ts'
import type { Chance } from './chance.ts'
import type { FuzzRequest, Protocol } from './fuzz-request.ts'
import {
  hostileBytes,
  hostileContinue,
  hostileCustomObject,
  hostileDefinition,
  hostilePatch,
  hostileProtobuf,
  hostileSelector,
  hostileText,
  hostileValue,
  hostileYaml,
} from './hostile.ts'
import { hostileFrames } from './hostile-frames.ts'
import { ownRequest } from './own-requests.ts'
import { names, type Route, routes, sampleOf } from './routes.ts'

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { name: string; namespace?: string }
}

/** What users write: the beginnings of many a request that is right. */
const manifestFolder = new URL('../scenarios/manifests/', import.meta.url)
const manifests: readonly Manifest[] = readdirSync(manifestFolder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => readFileSync(new URL(name, manifestFolder), 'utf8').split(/^---$/m))
  .map((text) => parse(text))
  .filter((value) => typeof value?.kind === 'string' && typeof value.metadata?.name === 'string')

const organizationPath = '/apis/resourcemanager.datumapis.com/v1alpha/organizations/acme-corp/control-plane'
const planes = [projectPath, projectPath, projectPath, '', organizationPath]
const json = { 'content-type': 'application/json' }

/** The next request: right, right but for one thing, or made to hurt. */
export function nextRequest(chance: Chance, announcement: Announcement): FuzzRequest {
  const kind = chance.between(0, 21)
  if (kind < 20) return { ...nextOrdinary(kind, chance, announcement), over: protocol(chance) }
  const { method, path, body } = right(chance)
  const text = typeof body === 'string' ? body : ''
  const request = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  const raw = chance.once(3) ? hostileFrames(chance) : hostileBytes(chance, request)
  return { method, path, headers: {}, body: undefined, over: chance.once(3) ? 'HTTPS' : 'HTTP/1.1', raw }
}

function nextOrdinary(kind: number, chance: Chance, announcement: Announcement): FuzzRequest {
  if (kind < 5) return right(chance)
  if (kind < 10) return broken(right(chance), chance)
  if (kind < 17) return hostile(chance)
  if (kind < 18) return ownRequest(chance, announcement, planes)
  if (kind < 19) return broken(ownRequest(chance, announcement, planes), chance)
  return anything(chance)
}

function protocol(chance: Chance): Protocol {
  return chance.pick<Protocol>(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTPS', 'HTTP/2'])
}

function right(chance: Chance): FuzzRequest {
  const route = chance.pick(routes)
  // Whole collections of what everything stands on would end the run, not the server.
  if (route.method === 'DELETE' && !route.path.includes('{name}')) return right(chance)
  const plane = chance.pick(planes)
  const name = chance.pick(names)
  const path = route.path
    .replace('{namespace}', chance.once(10) ? 'elsewhere' : 'default')
    .replace(
      '{name}',
      route.path.includes('customresourcedefinitions')
        ? `fuzz${chance.between(0, 4)}s.fuzz.example.com`
        : name,
    )
  const query = new URLSearchParams(
    route.query
      .filter(() => chance.once(6))
      .map(({ name: parameter, type }): [string, string] => [
        parameter,
        parameterValue(parameter, type, chance),
      ]),
  )
  const url = `${plane}${path}${query.size > 0 ? `?${query}` : ''}`
  if (route.body === undefined)
    return { method: route.method, path: url, headers: accept(chance), body: undefined }
  if (route.method === 'PATCH') return rightPatch(route, url, name, chance)
  const object = bodyOf(route, name, chance)
  return {
    method: route.method,
    path: url,
    headers: { ...json, ...accept(chance) },
    body: JSON.stringify(object),
  }
}

function bodyOf(route: Route, name: string, chance: Chance): unknown {
  if (route.method === 'DELETE') return { kind: 'DeleteOptions', apiVersion: 'v1' }
  if (route.kind?.kind === 'CustomResourceDefinition' && chance.once(2)) return hostileDefinition(chance)
  const apiVersion = route.kind ? [route.kind.group, route.kind.version].filter(Boolean).join('/') : 'v1'
  const fitting = manifests.filter((each) => each.kind === route.kind?.kind && each.apiVersion === apiVersion)
  if (fitting.length > 0 && !chance.once(3)) {
    const { namespace: _namespace, ...metadata } = chance.pick(fitting).metadata
    return { ...chance.pick(fitting), metadata: { ...metadata, name } }
  }
  const value = sampleOf(route.body ?? {}, chance) as Record<string, unknown>
  return { ...value, ...(route.kind ? { apiVersion, kind: route.kind.kind } : {}), metadata: { name } }
}

function rightPatch(route: Route, path: string, name: string, chance: Chance): FuzzRequest {
  const headers = (type: string) => ({ 'content-type': type, ...accept(chance) })
  const method = 'PATCH'
  switch (chance.between(0, 3)) {
    case 0: {
      const body = JSON.stringify([{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }])
      return { method, path, headers: headers('application/json-patch+json'), body }
    }
    case 1: {
      const body = JSON.stringify({ metadata: { labels: { a: name } } })
      return { method, path, headers: headers('application/merge-patch+json'), body }
    }
    default: {
      const body = JSON.stringify(bodyOf(route, name, chance))
      const mark = path.includes('?') ? '&' : '?'
      return {
        method,
        path: `${path}${mark}fieldManager=fuzz&force=true`,
        headers: headers('application/apply-patch+yaml'),
        body,
      }
    }
  }
}

function parameterValue(name: string, type: string | undefined, chance: Chance): string {
  switch (name) {
    case 'labelSelector':
      return chance.pick(['a=b', 'a in (b,c)', '!a', 'a'])
    case 'fieldSelector':
      return chance.pick(['metadata.name=one', 'metadata.namespace!=x'])
    case 'continue':
      return hostileContinue(chance)
    case 'resourceVersion':
      return chance.pick(['0', '1', '5', '99999999', ''])
    case 'resourceVersionMatch':
      return chance.pick(['Exact', 'NotOlderThan'])
    case 'timeoutSeconds':
      return '1'
    case 'dryRun':
      return 'All'
    case 'fieldValidation':
      return chance.pick(['Strict', 'Warn', 'Ignore'])
    case 'propagationPolicy':
      return chance.pick(['Foreground', 'Background', 'Orphan'])
  }
  if (type === 'boolean') return String(chance.once(2))
  if (type === 'integer') return String(chance.between(0, 5))
  return chance.pick(['true', 'fuzz', 'x'])
}

function accept(chance: Chance): Record<string, string> {
  if (!chance.once(6)) return {}
  return {
    accept: chance.pick([
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
      'application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io',
      ';q=',
      'text/html',
    ]),
  }
}

/** The same with one thing wrong. */
function broken(request: FuzzRequest, chance: Chance): FuzzRequest {
  const text = typeof request.body === 'string' ? request.body : ''
  switch (chance.between(0, 7)) {
    case 0:
    case 1:
      return text === ''
        ? { ...request, body: hostileText(chance) }
        : { ...request, body: replaceOne(text, hostileValue(chance), chance) }
    case 2: {
      const at = chance.between(0, text.length + 1)
      return { ...request, body: text.slice(0, at) + chance.text(2) + text.slice(at + chance.between(0, 2)) }
    }
    case 3: {
      const parameter = chance.pick([
        'labelSelector',
        'fieldSelector',
        'limit',
        'resourceVersion',
        'dryRun',
        'fieldManager',
        'pretty',
        'watch',
        'x',
      ])
      const mark = request.path.includes('?') ? '&' : '?'
      return {
        ...request,
        path: `${request.path}${mark}${parameter}=${encodeURIComponent(wellFormed(chance.text(20)))}`,
      }
    }
    case 4: {
      const segments = request.path.split('/')
      const odd = [
        '..',
        '.',
        '',
        '%2e%2e',
        '%2f',
        '%252e%252e',
        '%00',
        '%',
        '%c0%ae',
        'x'.repeat(300),
        '__proto__',
        'constructor',
      ]
      segments[chance.between(1, segments.length)] = chance.pick(odd)
      return { ...request, path: segments.join('/') }
    }
    case 5: {
      const name = chance.pick([
        'content-type',
        'accept',
        'impersonate-user',
        'impersonate-group',
        'if-none-match',
        'accept-encoding',
        'user-agent',
      ])
      return {
        ...request,
        headers: {
          ...request.headers,
          [name]: chance.pick(['', 'x', '*/*', ';;', 'application/json;charset=', 'a/b/c', 'é'.repeat(3)]),
        },
      }
    }
    default:
      return {
        ...request,
        method: chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE']),
      }
  }
}

/** The JSON with one of its values replaced. */
function replaceOne(text: string, replacement: unknown, chance: Chance): string {
  let count = 0
  const value = JSON.parse(text, (_key, each) => {
    count++
    return each
  })
  const position = chance.between(0, count)
  let seen = 0
  return JSON.stringify(value, (_key, each) => (seen++ === position ? replacement : each)) ?? 'null'
}

function hostile(chance: Chance): FuzzRequest {
  const plane = chance.pick([projectPath, projectPath, ''])
  const configMaps = `${plane}/api/v1/namespaces/default/configmaps`
  const create = (path: string, body: string | Buffer, type: string): FuzzRequest => ({
    method: 'POST',
    path,
    headers: { 'content-type': type },
    body,
  })
  return chance.pick<() => FuzzRequest>([
    () => create(configMaps, hostileText(chance), 'application/json'),
    () => create(configMaps, hostileYaml(chance), 'application/yaml'),
    () => create(configMaps, hostileProtobuf(chance), 'application/vnd.kubernetes.protobuf'),
    () => {
      const { type, body } = hostilePatch(chance)
      const path = chance.pick([
        `${configMaps}/one`,
        `${plane}/apis/networking.datumapis.com/v1alpha/namespaces/default/networks/one`,
      ])
      return {
        method: 'PATCH',
        path: `${path}?fieldManager=fuzz`,
        headers: { 'content-type': type },
        body: JSON.stringify(body),
      }
    },
    () => {
      const parameter = chance.pick(['labelSelector', 'fieldSelector'])
      const query = `${parameter}=${encodeURIComponent(wellFormed(hostileSelector(chance)))}`
      return { method: 'GET', path: `${configMaps}?${query}`, headers: {}, body: undefined }
    },
    () => ({
      method: 'GET',
      path: `${configMaps}?limit=1&continue=${encodeURIComponent(wellFormed(hostileContinue(chance)))}`,
      headers: {},
      body: undefined,
    }),
    () =>
      create(
        `${projectPath}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`,
        JSON.stringify(hostileDefinition(chance)),
        'application/json',
      ),
    () => {
      const { path, body } = hostileCustomObject(chance)
      if (chance.once(2)) return create(`${projectPath}${path}`, JSON.stringify(body), 'application/json')
      const headers = { 'content-type': 'application/apply-patch+yaml' }
      return {
        method: 'PATCH',
        path: `${projectPath}${path}/one?fieldManager=fuzz&force=true`,
        headers,
        body: JSON.stringify(body),
      }
    },
    () => ({
      method: 'DELETE',
      path: `${projectPath}/apis/apiextensions.k8s.io/v1/customresourcedefinitions/fuzz${chance.between(0, 4)}s.fuzz.example.com`,
      headers: {},
      body: undefined,
    }),
  ])()
}

function anything(chance: Chance): FuzzRequest {
  const segments = Array.from({ length: chance.between(0, 9) }, () =>
    chance.pick([
      'api',
      'apis',
      'v1',
      'namespaces',
      'default',
      'openapi',
      'v2',
      'v3',
      'readyz',
      'metrics',
      'docs',
      encodeURIComponent(wellFormed(chance.text(8))),
    ]),
  )
  return {
    method: chance.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']),
    path: `${chance.pick(planes)}/${segments.join('/')}`,
    headers: chance.once(2) ? json : {},
    body: chance.once(2) ? undefined : chance.text(60),
  }
}

/** `encodeURIComponent` refuses half a character. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/g, '%')
}
