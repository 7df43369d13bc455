import { describe, expect, test } from 'vitest'
import { parseQuery } from '../../src/server/query.ts'
import { type RequestInfo, requestInfo } from '../../src/server/request-info.ts'

function info(method: string, url: string): RequestInfo {
  const [path = '', query = ''] = url.split('?')
  return requestInfo(method, path.split('/').slice(1), path, parseQuery(query))
}

/** `verb group/version resource/subresource namespace/name` */
function told(method: string, url: string): string {
  const found = info(method, url)
  if (!found.isResource) return `${found.verb} ${found.path}`
  const { verb, group, version, resource, subresource, namespace, name } = found
  return `${verb} ${group}/${version} ${resource}/${subresource} ${namespace}/${name}`
}

describe('what a request is about', () => {
  test.each([
    ['GET', '/api/v1/namespaces', 'list /v1 namespaces/ /'],
    ['GET', '/api/v1/namespaces/a', 'get /v1 namespaces/ a/a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update /v1 namespaces/finalize a/a'],
    ['PATCH', '/api/v1/namespaces/a/status', 'patch /v1 namespaces/status a/a'],
    ['GET', '/api/v1/namespaces/a/secrets', 'list /v1 secrets/ a/'],
    ['GET', '/api/v1/secrets', 'list /v1 secrets/ /'],
    ['POST', '/api/v1/namespaces/a/secrets', 'create /v1 secrets/ a/'],
    ['DELETE', '/api/v1/namespaces/a/secrets', 'deletecollection /v1 secrets/ a/'],
    ['DELETE', '/api/v1/namespaces/a/secrets/b', 'delete /v1 secrets/ a/b'],
    ['HEAD', '/api/v1/namespaces/a/secrets/b', 'get /v1 secrets/ a/b'],
    ['GET', '/apis/g.io/v2/things/b', 'get g.io/v2 things/ /b'],
    ['PUT', '/apis/g.io/v2/namespaces/a/things/b/status', 'update g.io/v2 things/status a/b'],
    ['GET', '/apis/g.io/v2/things?watch=true', 'watch g.io/v2 things/ /'],
    ['GET', '/apis/g.io/v2/things?watch=1', 'watch g.io/v2 things/ /'],
    ['GET', '/apis/g.io/v2/things?watch', 'watch g.io/v2 things/ /'],
    ['GET', '/apis/g.io/v2/things?watch=false', 'list g.io/v2 things/ /'],
    ['GET', '/apis/g.io/v2/things?watch=0&watch=1', 'list g.io/v2 things/ /'],
    ['GET', '/apis/g.io/v2/things/b?watch=true', 'get g.io/v2 things/ /b'],
    ['GET', '/apis/g.io/v2/things?watch=1&fieldSelector=metadata.name%3Db', 'watch g.io/v2 things/ /b'],
    ['GET', '/apis/g.io/v2', 'get /apis/g.io/v2'],
    ['GET', '/api/v1', 'get /api/v1'],
    ['POST', '/openapi/v3', 'post /openapi/v3'],
  ])('%s %s is %s', (method, url, expected) => {
    expect(told(method, url)).toBe(expected)
  })
})
