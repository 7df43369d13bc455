import { expect, test } from 'vitest'
import { systemClock } from '../../src/apimachinery/clock.ts'
import { createKindCatalogue } from '../../src/registry/kind-catalogue.ts'
import { kinds } from '../../src/schemas/index.ts'
import { createSqliteStore } from '../../src/storage/sqlite-store.ts'

const definitions = kinds.find(({ names }) => names.kind === 'CustomResourceDefinition')
if (!definitions) throw new Error('there are definitions')

const definition = (group: string, property: string) =>
  JSON.stringify({
    metadata: { name: `lamps.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural: 'lamps', kind: 'Lamp' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { [property]: { type: 'string' } } } },
        },
      ],
    },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  })

test('what a plane has defined is forgotten with the plane', async () => {
  const store = createSqliteStore({ path: ':memory:', clock: systemClock })
  const catalogue = createKindCatalogue(store, kinds, definitions)
  await store.write('project/1/apiextensions.k8s.io/customresourcedefinitions/lamps.example.com', () => ({
    type: 'put',
    text: definition('example.com', 'a'),
  }))
  const lamp = async () =>
    (await catalogue.kinds('project/1')).kinds.find(({ group }) => group === 'example.com')
  const before = await lamp()
  expect(await lamp()).toBe(before)
  catalogue.forget('project/1')
  const after = await lamp()
  expect(after?.names.kind).toBe('Lamp')
  expect(after).not.toBe(before)
  catalogue.close()
  await store.close()
})

test('a definition that did not change defines the very same kind, on every plane that shows it', async () => {
  const store = createSqliteStore({ path: ':memory:', clock: systemClock })
  const catalogue = createKindCatalogue(store, kinds, definitions)
  const put = (plane: string, group: string, property: string) =>
    store.write(`${plane}/apiextensions.k8s.io/customresourcedefinitions/lamps.${group}`, () => ({
      type: 'put',
      text: definition(group, property),
    }))
  const lamp = async (plane: 'root' | `project/${string}`, group: string) =>
    (await catalogue.kinds(plane)).kinds.find((kind) => kind.group === group)
  await put('root', 'one.example.com', 'a')
  await put('root', 'two.example.com', 'a')

  const one = await lamp('root', 'one.example.com')
  const two = await lamp('root', 'two.example.com')
  expect([one?.names.kind, two?.names.kind]).toEqual(['Lamp', 'Lamp'])
  const shown = await lamp('project/1', 'one.example.com')
  expect(shown?.planes).toEqual(['project'])
  expect(await lamp('project/2', 'one.example.com')).toBe(shown)

  await put('root', 'two.example.com', 'b')
  expect(await lamp('root', 'one.example.com')).toBe(one)
  expect(await lamp('project/1', 'one.example.com')).toBe(shown)
  const changed = await lamp('root', 'two.example.com')
  expect(changed?.versions[0]?.schema().properties).toEqual({ b: { type: 'string' } })

  await store.write('root/apiextensions.k8s.io/customresourcedefinitions/lamps.one.example.com', () => ({
    type: 'delete',
    text: '{}',
  }))
  expect(await lamp('root', 'one.example.com')).toBeUndefined()
  catalogue.close()
  await store.close()
})
