import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { gadget, gadgetDefinition } from '../conformance/gadget.ts'
import { projectApi } from '../support/plane-api.ts'
import { projectPath } from '../support/program.ts'

/** As a real server (kube-apiserver 1.34.1) answered the same documents. */

const group = 'warnings.example.com'
const configMaps = '/api/v1/namespaces/default/configmaps'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`

const odd = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [`odd${String(index).padStart(3, '0')}`, 1]),
)
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, ...odd }
const named = gadget(group, 'a')

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal({ definitions: [gadgetDefinition(group) as never] })
})
afterAll(() => datum.stop())

async function send(method: string, path: string, fieldValidation: string, object: object) {
  const url = `${datum.httpUrl}${projectPath}${path}?dryRun=All&fieldValidation=${fieldValidation}`
  const headers = { authorization: `Bearer ${datum.token}`, 'content-type': 'application/json' }
  const response = await fetch(url, { method, headers, body: JSON.stringify(object) })
  const { message = '' } = (await response.json()) as { message?: string }
  const warnings = response.headers.get('warning')?.match(/299 - "(?:[^"\\]|\\.)*"/g) ?? []
  return { code: response.status, told: message.match(/unknown field/g)?.length ?? 0, warnings }
}

const create = (path: string, fieldValidation: string, object: object) =>
  send('POST', path, fieldValidation, object)

test('a decoder that has a type tells of 100 unknown fields, a schema of all', async () => {
  expect(await create(configMaps, 'Strict', configMap)).toMatchObject({ code: 400, told: 100 })
  expect(await create(gadgets, 'Strict', { ...named, ...odd })).toMatchObject({ code: 400, told: 300 })
  const metadata = { ...named.metadata, ...odd }
  expect(await create(gadgets, 'Strict', { ...named, metadata })).toMatchObject({ code: 400, told: 100 })
})

test('warnings end with the one that makes them more than 4,096 characters', async () => {
  const few = await create(configMaps, 'Warn', configMap)
  expect([few.code, few.warnings.length]).toEqual([201, 100])
  const { warnings } = await create(gadgets, 'Warn', { ...named, ...odd })
  expect(warnings).toHaveLength(187)
  expect(warnings.at(-1)).toBe('299 - "unknown field \\"odd186\\""')
  const inside = await create(gadgets, 'Warn', { ...named, spec: odd })
  expect(inside.warnings).toHaveLength(152)
})

test('a Scale has a type, whatever it is the Scale of', async () => {
  await projectApi(datum).create(gadgets, gadget(group, 'scaled', { replicas: 1 }))
  const scale = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'scaled' },
    spec: { replicas: 2 },
  }
  const { code, warnings } = await send('PUT', `${gadgets}/scaled/scale`, 'Warn', { ...scale, ...odd })
  expect([code, warnings.length]).toEqual([200, 100])
})
