import { describe, expect, test } from 'vitest'
import type { AccessAttributes, Caller } from '../../src/registry/kind.ts'
import { organization, project, startHttpServer } from './support/http-server.ts'

const nobody = { authorization: '' }
const forged = { authorization: 'Bearer forged' }

describe('a caller without a good token', () => {
  test('gets the documented 403, with the path as it is within the plane', async () => {
    await using http = startHttpServer()
    for (const headers of [forged, { authorization: 'Basic abc' }, { authorization: 'Bearer' }]) {
      const reply = await http.ask('GET', `${project}/openapi/v3`, undefined, headers)
      expect(reply.code).toBe(403)
      expect(reply.json).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'forbidden: User "system:anonymous" cannot get path "/openapi/v3"',
        reason: 'Forbidden',
        details: {},
        code: 403,
      })
    }
  })

  test('is told in the words of Kubernetes what it may not do to a resource', async () => {
    await using http = startHttpServer()
    const list = await http.ask(
      'GET',
      `${project}/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads`,
      undefined,
      forged,
    )
    expect(list.json.message).toBe(
      'workloads.compute.datumapis.com is forbidden: User "system:anonymous" cannot list resource "workloads" in API group "compute.datumapis.com" in the namespace "default"',
    )
    const get = await http.ask('GET', '/api/v1/namespaces/a/status', undefined, forged)
    expect(get.json.message).toBe(
      'namespaces "a" is forbidden: User "system:anonymous" cannot get resource "namespaces/status" in API group "" in the namespace "a"',
    )
    const all = await http.ask('GET', '/api/v1/secrets', undefined, forged)
    expect(all.json.message).toContain('at the cluster scope')
  })

  test('does not learn whether a plane exists', async () => {
    await using http = startHttpServer()
    const there = await http.ask('GET', `${project}/api`, undefined, forged)
    const missing = await http.ask('GET', `${project.replace('sandbox', 'nothing')}/api`, undefined, forged)
    expect(missing.text).toBe(there.text)
    const version = await http.ask(
      'GET',
      `${project.replace('sandbox', 'nothing')}/version`,
      undefined,
      nobody,
    )
    expect(version.json.gitVersion).toBe('v1.34.0+datum-local.0.0.0-test')
  })

  test('is refused before its body is read', async () => {
    await using http = startHttpServer()
    const reply = await http.ask('POST', `${project}/api/v1/namespaces`, 'x'.repeat(4 * 1024 * 1024), forged)
    expect(reply.code).toBe(403)
  })

  test('gets 401 for a bad token where that is wanted, and 403 for none', async () => {
    await using http = startHttpServer({ badToken: 401 })
    const bad = await http.ask('GET', `${project}/api`, undefined, forged)
    expect(bad.json).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })
    const none = await http.server.app.inject({ url: `${project}/api`, headers: { host: 'localhost' } })
    expect(none.statusCode).toBe(403)
  })
})

describe('an authenticated caller', () => {
  test('gets a 404 that names the plane that is not there', async () => {
    await using http = startHttpServer()
    const reply = await http.ask('GET', `${project.replace('sandbox', 'nothing')}/api/v1/namespaces`)
    expect(reply.json).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'projects.resourcemanager.datumapis.com "nothing" not found',
      details: { name: 'nothing', group: 'resourcemanager.datumapis.com', kind: 'projects' },
    })
  })

  test('does not reach the project of another organization through its own', async () => {
    await using http = startHttpServer()
    const theirs = project.replace('sandbox', 'theirs')
    expect((await http.ask('GET', `${organization}${project}/api`)).code).toBe(200)
    expect((await http.ask('GET', `${organization}${theirs}/api`)).code).toBe(404)
  })

  test('may be refused by the authorizer, which hears the whole request', async () => {
    const heard: AccessAttributes[] = []
    await using http = startHttpServer({
      authorize: async (_user, attributes) => {
        heard.push(attributes)
        return { allowed: false, reason: 'because' }
      },
    })
    const reply = await http.ask('DELETE', '/apis/coordination.k8s.io/v1/namespaces/a/leases/b')
    expect(heard).toEqual([
      {
        verb: 'delete',
        group: 'coordination.k8s.io',
        version: 'v1',
        resource: 'leases',
        namespace: 'a',
        name: 'b',
      },
    ])
    expect(reply.json.message).toBe(
      'leases.coordination.k8s.io "b" is forbidden: User "developer@example.com" cannot delete resource "leases" in API group "coordination.k8s.io" in the namespace "a": because',
    )
  })
})

describe('a caller who asks to be taken for another', () => {
  test('is, when the authorizer agrees to each part of it', async () => {
    const asked: string[] = []
    let seen: Caller | undefined
    await using http = startHttpServer({
      authorize: async (user, { verb, resource, name }) => {
        if (verb === 'impersonate') asked.push(`${resource} ${name}`)
        else seen = user
        return { allowed: true, reason: '' }
      },
    })
    await http.ask('GET', '/api/v1/namespaces', undefined, {
      'impersonate-user': 'jane',
      'impersonate-group': 'admins',
      'impersonate-extra-scopes': 'view',
    })
    expect(asked).toEqual(['users jane', 'groups admins', 'userextras view'])
    expect(seen).toEqual({
      name: 'jane',
      groups: ['admins', 'system:authenticated'],
      extra: { scopes: ['view'] },
    })
  })

  test('is refused when the authorizer does not agree', async () => {
    await using http = startHttpServer({
      authorize: async (_user, { verb }) => ({ allowed: verb !== 'impersonate', reason: '' }),
    })
    const reply = await http.ask('GET', '/api/v1/namespaces', undefined, { 'impersonate-user': 'jane' })
    expect(reply.json.message).toBe(
      'users "jane" is forbidden: User "developer@example.com" cannot impersonate resource "users" in API group "" at the cluster scope',
    )
  })
})

describe('a request under a foreign name', () => {
  test('is refused: a web page must not reach this server by a name of its own', async () => {
    await using http = startHttpServer({ hostNames: ['datum.test'] })
    const code = async (headers: Record<string, string>) =>
      (await http.ask('GET', '/version', undefined, headers)).code
    expect(await code({ host: 'evil.example:7443' })).toBe(403)
    expect(await code({ host: 'datum.test:7443' })).toBe(200)
    expect(await code({ host: '127.0.0.1:7443' })).toBe(200)
    expect(await code({ host: '[::1]:7443' })).toBe(200)
    expect(await code({ origin: 'https://evil.example' })).toBe(403)
    expect(await code({ origin: 'null' })).toBe(403)
    expect(await code({ origin: 'http://localhost:5173' })).toBe(200)
  })
})
