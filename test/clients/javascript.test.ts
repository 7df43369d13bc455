import {
  ApiException,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  type Informer,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  V1MicroTime,
  Watch,
} from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../src/testing/index.ts'
import { widgetDefinition } from './support/widget.ts'

interface Widget extends KubernetesObject {
  spec: { color?: string; replicas?: number; note?: string; tags?: string[] }
  status?: { replicas?: number }
}

const group = 'example.com'
const version = 'v1'
const plural = 'widgets'
const namespace = 'default'
const place = { group, version, plural, namespace }
const path = `/apis/${group}/${version}/namespaces/${namespace}/${plural}`

function widget(name: string, spec: Widget['spec'] = {}, labels?: Record<string, string>): Widget {
  return {
    apiVersion: `${group}/${version}`,
    kind: 'Widget',
    metadata: { name, namespace, ...(labels ? { labels } : {}) },
    spec,
  }
}

/** What the server said when it refused. */
async function refusal(call: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ApiException)) throw error
    const { reason, message } = typeof error.body === 'string' ? JSON.parse(error.body) : error.body
    return { code: error.code, reason, message }
  }
  throw new Error('it was not refused')
}

/** Collects what is pushed, and hands it out as soon as there is enough. */
function collector<T>() {
  const seen: T[] = []
  let wake = () => {}
  return {
    push(value: T) {
      seen.push(value)
      wake()
    },
    async first(count: number): Promise<readonly T[]> {
      while (seen.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return seen
    },
  }
}

describe.each([{ transport: 'HTTPS' }, { transport: 'plain HTTP' }])(
  "JavaScript's client over $transport",
  ({ transport }) => {
    let datum: DatumLocal
    let config: KubeConfig
    let core: CoreV1Api
    let custom: CustomObjectsApi
    let objects: KubernetesObjectApi

    beforeAll(async () => {
      datum = await startDatumLocal({ definitions: [widgetDefinition] })
      config = new KubeConfig()
      const plane = { sort: 'project', name: datum.project ?? '' } as const
      config.loadFromString(await datum.kubeconfigFor(plane, { http: transport !== 'HTTPS' }))
      core = config.makeApiClient(CoreV1Api)
      custom = config.makeApiClient(CustomObjectsApi)
      objects = KubernetesObjectApi.makeApiClient(config)
    })

    afterAll(() => datum?.stop())

    describe('the typed clients', () => {
      test('create, read, list, replace and delete', async () => {
        const metadata = { name: 'settings', labels: { app: 'a' } }
        const made = await core.createNamespacedConfigMap({ namespace, body: { metadata, data: { a: '1' } } })
        expect(made).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } })
        expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date)

        const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=a' })
        expect(items.map((item) => item.metadata?.name)).toEqual(['settings'])

        const body = { ...made, data: { b: '2' } }
        const replaced = await core.replaceNamespacedConfigMap({ name: 'settings', namespace, body })
        expect(replaced.data).toEqual({ b: '2' })
        expect(
          await refusal(core.replaceNamespacedConfigMap({ name: 'settings', namespace, body })),
        ).toMatchObject({ code: 409, reason: 'Conflict' })

        await core.deleteNamespacedConfigMap({ name: 'settings', namespace })
        expect(await refusal(core.readNamespacedConfigMap({ name: 'settings', namespace }))).toEqual({
          code: 404,
          reason: 'NotFound',
          message: 'configmaps "settings" not found',
        })
      })

      test('a list comes in pages', async () => {
        for (const name of ['page-a', 'page-b', 'page-c']) {
          await core.createNamespacedSecret({
            namespace,
            body: { metadata: { name, labels: { paged: 'yes' } }, stringData: { name } },
          })
        }
        const list = { namespace, labelSelector: 'paged=yes', limit: 2 }
        const first = await core.listNamespacedSecret(list)
        const _continue = first.metadata?._continue ?? ''
        const second = await core.listNamespacedSecret({ ...list, _continue })
        expect([first, second].map(({ items }) => items.map((item) => item.metadata?.name))).toEqual([
          ['page-a', 'page-b'],
          ['page-c'],
        ])
        expect(first.items[0]?.data).toEqual({ name: Buffer.from('page-a').toString('base64') })
        await core.deleteCollectionNamespacedSecret({ namespace, labelSelector: 'paged=yes' })
        expect((await core.listNamespacedSecret(list)).items).toEqual([])
      })

      test('a lease keeps its times to the microsecond', async () => {
        const leases = config.makeApiClient(CoordinationV1Api)
        const renewTime = new V1MicroTime('2026-01-02T03:04:05.678Z')
        const spec = { holderIdentity: 'me', leaseDurationSeconds: 15, renewTime }
        await leases.createNamespacedLease({ namespace, body: { metadata: { name: 'leader' }, spec } })
        const read = await leases.readNamespacedLease({ name: 'leader', namespace })
        expect(String(read.spec?.renewTime)).toBe('2026-01-02T03:04:05.678000Z')
      })
    })

    describe('patches', () => {
      test.each([
        [PatchStrategy.JsonPatch, [{ op: 'add', path: '/data/b', value: '2' }], { a: '1', b: '2' }],
        [PatchStrategy.MergePatch, { data: { a: null, c: '3' } }, { c: '3' }],
        [PatchStrategy.StrategicMergePatch, { data: { d: '4' } }, { a: '1', d: '4' }],
      ])('%s of a core kind', async (strategy, body, data) => {
        const name = `patched-${strategy.replace(/\W+/g, '-')}`
        await core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data: { a: '1' } } })
        const patched = await core.patchNamespacedConfigMap(
          { name, namespace, body },
          setHeaderOptions('Content-Type', strategy),
        )
        expect(patched.data).toEqual(data)
      })

      test('a custom resource takes JSON patch, merge patch and apply', async () => {
        await objects.create(widget('patched', { tags: ['a'] }))
        const target = { ...place, name: 'patched' }
        await custom.patchNamespacedCustomObject({
          ...target,
          body: [{ op: 'add', path: '/spec/tags/-', value: 'b' }],
        })
        await custom.patchNamespacedCustomObject(
          { ...target, body: { spec: { note: 'merged' } } },
          setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
        )
        const applied = await custom.patchNamespacedCustomObject(
          { ...target, body: widget('patched', { color: 'green' }), fieldManager: 'me', force: true },
          setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
        )
        expect(applied.spec).toEqual({ color: 'green', note: 'merged', replicas: 1, tags: ['a', 'b'] })
      })

      test("a custom resource refuses strategic merge, which is KubernetesObjectApi's default", async () => {
        expect(await refusal(objects.patch(widget('patched')))).toEqual({
          code: 415,
          reason: 'UnsupportedMediaType',
          message:
            'the body of the request was in an unknown format - accepted media types include: ' +
            'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        })
      })
    })

    describe('KubernetesObjectApi', () => {
      test('finds any kind by its apiVersion, and goes through its whole life', async () => {
        const made = await objects.create(widget('whole', { color: 'red' }))
        expect(made.spec).toEqual({ color: 'red', replicas: 1 })
        const applied = await objects.patch(
          { ...widget('whole', { color: 'blue' }) },
          undefined,
          undefined,
          'me',
          true,
          PatchStrategy.ServerSideApply,
        )
        expect(applied.spec.color).toBe('blue')
        const listed = await objects.list<Widget>(`${group}/${version}`, 'Widget', namespace)
        expect(listed.items.map((item) => item.metadata?.name)).toContain('whole')
        await objects.delete(widget('whole'))
        expect(await refusal(objects.read(widget('whole') as never))).toMatchObject({ code: 404 })
      })

      test('--dry-run leaves nothing behind', async () => {
        await objects.create(widget('ghost'), undefined, 'All')
        expect(await refusal(objects.read(widget('ghost') as never))).toMatchObject({ code: 404 })
      })
    })

    describe('CustomObjectsApi', () => {
      test('status and scale are doors of their own', async () => {
        const made = await custom.createNamespacedCustomObject({ ...place, body: widget('doors') })
        const target = { ...place, name: 'doors' }
        const body = { ...made, spec: { color: 'red' }, status: { replicas: 1 } }
        const updated = await custom.replaceNamespacedCustomObjectStatus({ ...target, body })
        expect(updated).toMatchObject({ spec: { color: 'blue' }, status: { replicas: 1 } })
        await custom.patchNamespacedCustomObjectScale(
          { ...target, body: { spec: { replicas: 3 } } },
          setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
        )
        expect(await custom.getNamespacedCustomObjectScale(target)).toMatchObject({
          kind: 'Scale',
          spec: { replicas: 3 },
          status: { replicas: 1 },
        })
      })

      test('what is invalid comes back with a cause for each field', async () => {
        const call = custom.createNamespacedCustomObject({
          ...place,
          body: widget('bad', { color: 'pink', replicas: -1 }),
        })
        const error: unknown = await call.catch((reason: unknown) => reason)
        const { code, body } = error as ApiException<string>
        const status = typeof body === 'string' ? JSON.parse(body) : body
        expect(code).toBe(422)
        expect(status.details.causes.map((cause: { field: string }) => cause.field)).toEqual(
          expect.arrayContaining(['spec.color', 'spec.replicas']),
        )
      })
    })

    describe('watches', () => {
      test('a watch tells each change in order, from a revision on', async () => {
        const { metadata } = await custom.listNamespacedCustomObject({ ...place })
        const events = collector<string>()
        const watching = await new Watch(config).watch(
          path,
          { resourceVersion: metadata.resourceVersion, labelSelector: 'watched=yes' },
          (type, object: Widget) => events.push(`${type} ${object.metadata?.name} ${object.spec.color}`),
          () => {},
        )
        await objects.create(widget('seen', {}, { watched: 'yes' }))
        await objects.create(widget('unseen'))
        await custom.patchNamespacedCustomObject({
          ...place,
          name: 'seen',
          body: [{ op: 'replace', path: '/spec/color', value: 'green' }],
        })
        await objects.delete(widget('seen'))
        expect(await events.first(3)).toEqual([
          'ADDED seen blue',
          'MODIFIED seen green',
          'DELETED seen green',
        ])
        watching.abort()
      })

      test('a watch from a revision that is none is refused', async () => {
        const ends = collector<unknown>()
        await new Watch(config).watch(
          path,
          { resourceVersion: 'soon' },
          () => {},
          (error) => ends.push(error),
        )
        expect((await ends.first(1))[0]).toMatchObject({ statusCode: 400 })
      })

      test('an informer lists, follows, and holds what is there', async () => {
        await objects.create(widget('before', {}, { informed: 'yes' }))
        const labelSelector = 'informed=yes'
        const list = () => custom.listNamespacedCustomObject({ ...place, labelSelector }) as never
        const informer = makeInformer<Widget>(config, path, list, labelSelector)
        const events = collector<string>()
        const tell = (verb: 'add' | 'update' | 'delete') => {
          ;(informer as Informer<Widget>).on(verb, (object: Widget) =>
            events.push(`${verb} ${object.metadata?.name}`),
          )
        }
        tell('add')
        tell('update')
        tell('delete')
        await informer.start()
        await events.first(1)
        await objects.create(widget('after', {}, { informed: 'yes' }))
        await events.first(2)
        await objects.delete(widget('before'))
        expect(await events.first(3)).toEqual(['add before', 'add after', 'delete before'])
        expect(informer.list(namespace).map((each) => each.metadata?.name)).toEqual(['after'])
        await informer.stop()
      })
    })
  },
)
