import { expect, test } from 'vitest'
import { seededIds } from '../../src/apimachinery/ids.ts'
import { createClient } from '../../src/controller-runtime/create-client.ts'
import { createRegistry } from '../../src/registry/create-registry.ts'
import { ConfigMap } from '../../src/schemas/core/config-map.ts'
import { CustomResourceDefinition } from '../../src/schemas/core/custom-resource-definition.ts'
import { Namespace } from '../../src/schemas/core/namespace.ts'
import { createSqliteStore } from '../../src/storage/sqlite-store.ts'
import { createManualClock } from '../../src/testing/manual-clock.ts'

test('a change is made of the newest object, whoever has written since it was read', async () => {
  const clock = createManualClock()
  const store = createSqliteStore({ path: ':memory:', clock })
  const registry = createRegistry({
    store,
    kinds: [Namespace, ConfigMap, CustomResourceDefinition],
    clock,
    ids: seededIds(1),
    authorize: async () => ({ allowed: true, reason: '' }),
  })
  const user = { name: 'test', groups: ['system:masters'] }
  const clientOf = (manager: string) => createClient({ registry, plane: 'root', user, manager })
  const key = { namespace: 'default', name: 'shared' }
  await clientOf('test').create(Namespace, { metadata: { name: 'default' } })
  await clientOf('test').create(ConfigMap, { metadata: key, data: {} })

  const writers = ['a', 'b', 'c']
  await Promise.all(
    writers.map((writer) =>
      clientOf(writer).change(ConfigMap, key, (draft) => {
        draft.data = { ...draft.data, [writer]: 'x' }
      }),
    ),
  )
  expect((await clientOf('test').get(ConfigMap, key))?.data).toEqual({ a: 'x', b: 'x', c: 'x' })
  registry.close()
  await store.close()
})
