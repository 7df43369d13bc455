import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { project, startHttpServer } from '../server/support/http-server.ts'

const http = startHttpServer()
const configMaps = `${project}/api/v1/namespaces/default/configmaps`

beforeAll(async () => {
  await http.ask('POST', `${project}/api/v1/namespaces`, { metadata: { name: 'default' } })
})
afterAll(() => http.close())
afterEach(() => {
  // The server runs in this process: what it pollutes is polluted here.
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(Object.keys(Object.prototype)).toEqual([])
  expect((Object as unknown as Record<string, unknown>).polluted).toBeUndefined()
})

/** As text: an object literal would set the prototype. */
const bad = (key: string) =>
  key === 'constructor'
    ? '"constructor": {"polluted": true, "prototype": {"polluted": true}}'
    : `"${key}": {"polluted": true}`
const keys = ['__proto__', 'constructor', 'prototype'] as const
const types = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}
const patch = (path: string, type: keyof typeof types, body: string) =>
  http.ask('PATCH', path, body, { 'content-type': types[type] })

describe.each(keys)('%s', (key) => {
  test('is an unknown field wherever there is no map', async () => {
    const places = [
      `{"metadata": {"name": "a"}, ${bad(key)}}`,
      `{"metadata": {"name": "a", ${bad(key)}}}`,
      `{"metadata": {"name": "a", "ownerReferences": [{${bad(key)}}]}}`,
      `{"metadata": {"name": "a", "managedFields": [{${bad(key)}}]}}`,
    ]
    for (const body of places) {
      const { code, text } = await http.ask('POST', `${configMaps}?dryRun=All&fieldValidation=Strict`, body)
      expect([400, 422], text).toContain(code)
      const lenient = await http.ask('POST', `${configMaps}?dryRun=All`, body)
      expect([201, 400, 422], lenient.text).toContain(lenient.code)
      if (lenient.code === 201) expect(lenient.text).not.toContain('polluted')
    }
  })

  test('is a key like any other in data, labels and annotations, as far as keys may look so', async () => {
    const name = key.replaceAll('_', '')
    const own = `{"${key}": "value"}`
    await http.ask('POST', configMaps, `{"metadata": {"name": "${name}"}, "data": ${own}}`)
    const stored = await http.ask('GET', `${configMaps}/${name}`)
    expect(stored.text).toContain(`"data":{"${key}":"value"}`)
    const map = `{"metadata": {"labels": ${own}, "annotations": ${own}}}`
    const { code, text } = await patch(`${configMaps}/${name}`, 'merge', map)
    // A label begins and ends with a letter or a digit.
    expect(code, text).toBe(key === '__proto__' ? 422 : 200)
    if (code === 200) {
      const selected = await http.ask('GET', `${configMaps}?labelSelector=${key}%3Dvalue`)
      expect(selected.json.items.map((each: { metadata: { name: string } }) => each.metadata.name)).toEqual([
        name,
      ])
      expect((await http.ask('GET', `${configMaps}?labelSelector=%21${key}`)).text).not.toContain(`"${name}"`)
    }
  })

  test('pollutes nothing in a patch of any sort', async () => {
    const name = `patched-${key.replaceAll('_', '')}`
    await http.ask('POST', configMaps, { metadata: { name }, data: { a: 'b' } })
    const path = `${configMaps}/${name}`
    const head = `"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}", ${bad(key)}}`
    const replies = [
      await patch(path, 'merge', `{${bad(key)}, "data": {${bad(key)}}, "metadata": {${bad(key)}}}`),
      await patch(path, 'strategic', `{${bad(key)}, "data": {${bad(key)}}, "metadata": {${bad(key)}}}`),
      await patch(path, 'json', `[{"op": "add", "path": "/${key}/polluted", "value": true}]`),
      await patch(path, 'json', `[{"op": "add", "path": "/data/${key}/polluted", "value": "true"}]`),
      await patch(path, 'json', `[{"op": "copy", "from": "/data", "path": "/metadata/${key}"}]`),
      await patch(path, 'json', `[{"op": "replace", "path": "/data", "value": {${bad(key)}}}]`),
      await patch(
        `${path}?fieldManager=a&force=true`,
        'apply',
        `{${head}, ${bad(key)}, "data": {${bad(key)}}}`,
      ),
    ]
    for (const { code, text } of replies) expect(code, text).toBeLessThan(500)
    expect((await http.ask('GET', path)).json.data).toEqual({ a: 'b' })
  })

  test('pollutes nothing in a URL', async () => {
    for (const query of [
      `${key}=x`,
      `${key}[polluted]=true`,
      `labelSelector=${key}`,
      `labelSelector=${key}+in+(a,b)`,
      `fieldSelector=metadata.${key}=x`,
      `fieldSelector=${key}.polluted=true`,
      `continue=${Buffer.from(`{${bad(key)}}`).toString('base64url')}`,
      `fieldManager=${key}`,
    ]) {
      const { code, text } = await http.ask('GET', `${configMaps}?${query}`)
      expect(code, `${query}: ${text}`).toBeLessThan(500)
    }
    for (const path of [
      `/${key}`,
      `/api/${key}`,
      `/apis/${key}/v1`,
      `/api/v1/${key}`,
      `/api/v1/namespaces/default/${key}/x`,
    ]) {
      expect((await http.ask('GET', `${project}${path}`)).code, path).toBe(404)
    }
  })

  test('can be a field of a custom resource, and be read by its rules', async () => {
    await using datum = await startDatumLocal()
    const prefix = `${datum.httpUrl}/apis/resourcemanager.miloapis.com/v1alpha1/projects/${datum.project}/control-plane/apis`
    const post = async (path: string, body: string) => {
      const headers = { authorization: `Bearer ${datum.token}`, 'content-type': 'application/json' }
      const response = await fetch(`${prefix}${path}`, { method: 'POST', headers, body })
      return { code: response.status, text: await response.text() }
    }
    const field =
      '{"type": "object", "properties": {"polluted": {"type": "boolean"}, "prototype": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}'
    const rule = `{"rule": "has(self.${escapedInRules(key)})", "message": "is missing"}`
    const spec = `{"type": "object", "properties": {"${key}": ${field}}, "x-kubernetes-validations": [${rule}]}`
    const made = await post(
      '/apiextensions.k8s.io/v1/customresourcedefinitions',
      `{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.example.com"},
        "spec": {"group": "example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
        "versions": [{"name": "v1", "served": true, "storage": true,
          "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": ${spec}}}}}]}}`,
    )
    expect(made.code, made.text).toBe(201)
    await datum.settle()
    const object = (content: string) =>
      `{"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one"}, "spec": {${content}}}`
    const things = '/example.com/v1/namespaces/default/things'
    const without = await post(things, object('"other": {}'))
    expect([without.code, without.text.includes('is missing')]).toEqual([422, true])
    const { code, text } = await post(things, object(bad(key)))
    expect(code, text).toBe(201)
    expect(text).toContain(`"spec":{${bad(key).replaceAll(': ', ':').replaceAll(', ', ',')}}`)
  })
})

/** A field whose name has two underscores is written with each pair spelled out. */
function escapedInRules(name: string): string {
  return name.replaceAll('__', '__underscores__')
}
