import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'

let datum: DatumLocal
beforeAll(async () => {
  datum = await startDatumLocal({ seeds: 'none' })
})
afterAll(() => datum.stop())

/** Defines a kind with these fields in its versions, and says why that is refused. */
async function define(plural: string, ...versions: object[]): Promise<string | undefined> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All'
  const kind = `K${plural}`
  const response = await fetch(`${datum.httpUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${datum.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
        versions: versions.map((properties, index) => ({
          name: `v${index + 1}`,
          served: true,
          storage: index === 0,
          schema: { openAPIV3Schema: { type: 'object', properties } },
        })),
      },
    }),
  })
  return ((await response.json()) as { message?: string }).message
}

const fields = (count: number, field: (index: number) => object) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, field(index)]))

test('a definition has at most 2,000 expressions of rules and their messages, over all versions', async () => {
  const rules = (count: number, rule: object = {}) => ({
    type: 'string',
    maxLength: 10,
    'x-kubernetes-validations': Array.from({ length: count }, () => ({ rule: 'self != ""', ...rule })),
  })
  const refusal = (place: string) =>
    expect.stringContaining(
      `${place}.x-kubernetes-validations: Forbidden: the rules of a definition must have at most 2000 expressions together`,
    )
  expect(await define('rules', { a: rules(2000) })).toBeUndefined()
  expect(await define('rules', { a: rules(2000), b: rules(1) })).toEqual(refusal('properties[b]'))
  expect(await define('rules', { a: rules(1001, { messageExpression: '"a"' }) })).toEqual(
    refusal('properties[a]'),
  )
  expect(await define('rules', { a: rules(1200) }, { a: rules(801) })).toEqual(
    refusal('spec.versions[1].schema.openAPIV3Schema.properties[a]'),
  )
})

test('the patterns of all versions of a definition count together, the same one once, and each something', async () => {
  const patterns = (count: number, name: (index: number) => string) =>
    fields(count, (index) => ({ type: 'string', pattern: name(index) }))
  const refusal = expect.stringContaining(
    'pattern: Forbidden: the patterns of a definition must have at most 100000 instructions together',
  )
  const large = (letter: string) => patterns(60, (index) => `x{1000}${letter}${index}`)
  expect(await define('patterns', large('a'))).toBeUndefined()
  expect(await define('patterns', large('a'), { ...large('a'), other: { type: 'string' } })).toBeUndefined()
  expect(await define('patterns', large('a'), large('b'))).toEqual(refusal)
  expect(await define('patterns', patterns(5000, String))).toEqual(refusal)
})

test('a value with a field of the name is no pattern', async () => {
  const value = (index: number) => ({ pattern: `x{1000}${index}` })
  const type = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const defaults = fields(150, (index) => ({ ...type, default: value(index) }))
  expect(await define('values', defaults)).toBeUndefined()
  const enumerated = { ...type, enum: Array.from({ length: 150 }, (_, index) => value(index)) }
  expect(await define('values', { enumerated })).toBeUndefined()
})
