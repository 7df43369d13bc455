import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededIds } from '../../../src/apimachinery/ids.ts'
import { createManualClock, type DatumLocal, startDatumLocal } from '../../../src/testing/index.ts'
import { gadgetDefinition } from '../../conformance/gadget.ts'
import type { TestObject } from '../../support/plane-api.ts'
import { projectPath } from '../../support/program.ts'

/**
 * A write takes over from the object in memory what it does not change: without a copy, a look, or a new line in the
 * books. One server keeps what was written a moment ago, the other reads everything anew; nobody may see which is which.
 */

const group = 'laws.example.com'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const gadgets = `/apis/${group}/v1/namespaces/default/gadgets`

let servers: readonly DatumLocal[]

beforeAll(async () => {
  const start = (recordCacheLength: number) =>
    startDatumLocal({
      ids: seededIds(1),
      clock: createManualClock(),
      definitions: [gadgetDefinition(group) as never],
      limits: { recordCacheLength },
    })
  servers = [await start(8 * 1024 * 1024), await start(1)]
})
afterAll(() => Promise.all(servers.map((server) => server.stop())))

interface Answer {
  readonly code: number
  readonly warnings: string | null
  readonly body: TestObject
}

async function ask(
  server: DatumLocal,
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<Answer> {
  const response = await fetch(`${server.httpUrl}${projectPath}${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const warnings = response.headers.get('warning')
  return { code: response.status, warnings, body: (await response.json()) as TestObject }
}

/** Revisions count what else has been written. */
function told({ code, warnings, body }: Answer): unknown {
  const text = JSON.stringify(body, (key, value) => (key === 'resourceVersion' ? undefined : value))
  return { code, warnings, body: JSON.parse(text) }
}

const words = fc.constantFrom('http', 'https', 'metrics')
const spec = fc.record(
  {
    color: fc.constantFrom('blue', 'green', 'red', 'pink', null),
    replicas: fc.constantFrom(0, 1, 3, 4, -1, null),
    note: fc.constantFrom('x', 'y', null),
    tags: fc.array(words, { maxLength: 3 }),
    options: fc.dictionary(words, fc.boolean(), { maxKeys: 3 }),
    free: fc.constantFrom({ a: 1 }, { a: { b: [1, 2] } }, { a: null }, null),
    ports: fc.array(fc.record({ name: words, port: fc.constantFrom(80, 443) }), { maxLength: 3 }),
    fixed: fc.constantFrom('one', 'one', 'other'),
    unheardOf: fc.constantFrom(1, { deep: true }),
  },
  { requiredKeys: [] },
)
const metadata = fc.record(
  {
    labels: fc.constantFrom({ tier: 'one' }, { tier: 'two', 'not valid!': 'x' }, null),
    annotations: fc.constantFrom({ note: 'x' }, {}, null),
    finalizers: fc.constantFrom(['example.com/one'], ['example.com/one', 'plain'], [], null),
    managedFields: fc.constantFrom([], [{}], null),
  },
  { requiredKeys: [] },
)
const status = fc.record(
  { replicas: fc.constantFrom(0, 2, 'many'), phase: fc.constantFrom('New', 'Old') },
  { requiredKeys: [] },
)
const part = fc.record({ spec, metadata, status }, { requiredKeys: [] })

interface Step {
  readonly verb: 'replace' | 'merge' | 'json' | 'apply' | 'define'
  readonly door: '' | '/status'
  readonly manager: string
  readonly force: boolean
  readonly part: { spec?: object; metadata?: object; status?: object }
}

const step: fc.Arbitrary<Step> = fc.record({
  verb: fc.constantFrom('replace', 'replace', 'merge', 'json', 'apply', 'apply', 'define'),
  door: fc.constantFrom('', '', '/status'),
  manager: fc.constantFrom('alice', 'bob'),
  force: fc.boolean(),
  part,
})

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))
}

/** What is there with parts of it replaced, as a client sends it that has read it; fields may come in another order. */
function replaced(current: TestObject, { spec, metadata, status }: Step['part'], turned: boolean): object {
  const { apiVersion, kind, ...rest } = current
  const parts = {
    ...rest,
    ...(spec ? { spec: withoutNulls({ ...current.spec, ...spec }) } : {}),
    ...(status ? { status: { ...current.status, ...status } } : {}),
    metadata: withoutNulls({ ...current.metadata, ...metadata }),
  }
  return { apiVersion, kind, ...(turned ? Object.fromEntries(Object.entries(parts).reverse()) : parts) }
}

function operations({ spec = {}, metadata = {} }: Step['part']): object[] {
  const under = (path: string, fields: object) =>
    Object.entries(fields).map(([name, value]) => ({ op: 'add', path: `${path}/${name}`, value }))
  return [...under('/spec', spec), ...under('/metadata', metadata)]
}

/** Another schema under the same objects: with other defaults, without a field, or with one more rule. */
function definition(force: boolean, manager: string): object {
  return gadgetDefinition(group, ({ spec }) => {
    const [version] = spec.versions
    const specSchema = version?.schema.openAPIV3Schema.properties.spec as unknown as {
      properties: Record<string, Record<string, unknown>>
      'x-kubernetes-validations': [{ rule: string }]
    }
    const { properties } = specSchema
    if (force) {
      delete properties.free
      // What looks at the old value is asked of a part that did not change, too.
      const [paint] = specSchema['x-kubernetes-validations']
      paint.rule = "self.color != 'red' || self.replicas > oldSelf.replicas"
    }
    if (manager === 'bob') properties.color = { type: 'string', default: 'green', enum: ['green', 'red'] }
  })
}

async function perform(server: DatumLocal, name: string, each: Step): Promise<Answer> {
  const { verb, door, manager, force, part } = each
  const path = `${gadgets}/${name}`
  const url = `${path}${door}?fieldManager=${manager}`
  switch (verb) {
    case 'replace': {
      const { body } = await ask(server, 'GET', path)
      return ask(server, 'PUT', url, replaced(body, part, force))
    }
    case 'merge':
      return ask(server, 'PATCH', url, part, 'application/merge-patch+json')
    case 'json':
      return ask(server, 'PATCH', url, operations(part), 'application/json-patch+json')
    case 'apply': {
      const { managedFields: _managedFields, ...own } = { managedFields: undefined, ...part.metadata }
      const applied = { apiVersion: `${group}/v1`, kind: 'Gadget', ...part, metadata: { name, ...own } }
      return ask(server, 'PATCH', `${url}&force=${force}`, applied, 'application/apply-patch+yaml')
    }
    case 'define': {
      const { body } = await ask(server, 'GET', `${definitions}/gadgets.${group}`)
      const changed = { ...definition(force, manager), metadata: body.metadata }
      const answer = await ask(server, 'PUT', `${definitions}/gadgets.${group}`, changed)
      await server.settle()
      return answer
    }
  }
}

let runs = 0

test('what a write makes of an object does not depend on what of it is in memory', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const name = `gadget-${runs++}`
      const created = { apiVersion: `${group}/v1`, kind: 'Gadget', metadata: { name }, spec: {} }
      const both = <T>(action: (server: DatumLocal) => Promise<T>) => Promise.all(servers.map(action))
      const [first, second] = await both((server) => ask(server, 'POST', gadgets, created))
      expect(told(first as Answer)).toEqual(told(second as Answer))
      for (const each of steps) {
        const [kept, read] = await both((server) => perform(server, name, each))
        expect(told(kept as Answer), JSON.stringify(each)).toEqual(told(read as Answer))
      }
      const [kept, read] = await both((server) => ask(server, 'GET', `${gadgets}/${name}`))
      expect(told(kept as Answer)).toEqual(told(read as Answer))
    }),
    { numRuns: 30 },
  )
})
