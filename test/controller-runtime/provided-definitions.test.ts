import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type DatumLocal, startDatumLocal } from '../../src/testing/start-datum-local.ts'
import { type PlaneApi, rootApi, type TestObject } from '../support/plane-api.ts'
import { newProject } from '../support/project.ts'
import {
  condition,
  location,
  locations as locationsPath,
  network,
  networks as networksPath,
  workload,
  workloads,
} from '../support/workload.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const networks = `${definitions}/networks.networking.datumapis.com`
const lamps = `${definitions}/lamps.example.com`

function lamp(schema: object = { type: 'object' }, metadata: object = {}) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lamps.example.com', ...metadata },
    spec: {
      group: 'example.com',
      names: { plural: 'lamps', kind: 'Lamp' },
      scope: 'Cluster',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  }
}

const head = { apiVersion: 'example.com/v1', kind: 'Lamp' }

let datum: DatumLocal
let root: PlaneApi
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal({ definitions: [lamp({ type: 'object' }, { labels: { of: 'root' } })] })
  root = rootApi(datum)
})
afterAll(() => datum.stop())
beforeEach(async () => {
  api = await newProject(datum)
})

test('the garbage collector writes objects of a kind by the version that is served by now', async () => {
  const text = { type: 'string' }
  const version = (name: string, isServed: boolean, properties: object) => ({
    name,
    served: isServed,
    storage: isServed,
    schema: {
      openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
    },
  })
  await api.create(definitions, {
    ...lamp(),
    metadata: { name: 'doors.example.com' },
    spec: {
      group: 'example.com',
      names: { plural: 'doors', kind: 'Door' },
      scope: 'Namespaced',
      versions: [version('v1alpha1', true, { a: text })],
    },
  })
  await datum.settle()
  const configMaps = '/api/v1/namespaces/default/configmaps'
  const owner = async (name: string) => {
    const { metadata } = await api.create(configMaps, { metadata: { name } })
    return { apiVersion: 'v1', kind: 'ConfigMap', name, uid: metadata.uid }
  }
  const ownerReferences = [await owner('stays'), await owner('goes')]
  await api.create('/apis/example.com/v1alpha1/namespaces/default/doors', {
    apiVersion: 'example.com/v1alpha1',
    kind: 'Door',
    metadata: { name: 'front', ownerReferences },
    spec: { a: 'a' },
  })
  const versions = [version('v1', true, { a: text, b: text }), version('v1alpha1', false, { a: text })]
  await api.patch(`${definitions}/doors.example.com`, { spec: { versions } })
  await datum.settle()

  const front = '/apis/example.com/v1/namespaces/default/doors/front'
  await api.patch(front, { spec: { b: 'b' } })
  await api.remove(`${configMaps}/goes`)
  await datum.settle()
  const { metadata, spec } = await api.get(front)
  expect(metadata.ownerReferences?.map(({ name }) => name)).toEqual(['stays'])
  expect(spec).toEqual({ a: 'a', b: 'b' })
})

async function names(plane: PlaneApi): Promise<string[]> {
  return (await plane.list(definitions)).items.map(({ metadata }) => metadata.name)
}

describe('a definition that is given at the start', () => {
  test('is listed on the root and on projects, established', async () => {
    expect(await names(root)).toContain('lamps.example.com')
    expect(await names(api)).toContain('lamps.example.com')
    const shown = await api.get(lamps)
    expect(shown.metadata.labels).toEqual({ of: 'root' })
    expect(
      shown.status.conditions.map(({ type, status }: { type: string; status: string }) => [type, status]),
    ).toEqual([
      ['NamesAccepted', 'True'],
      ['Established', 'True'],
    ])
    expect(
      await api.create('/apis/example.com/v1/lamps', { ...head, metadata: { name: 'one' } }),
    ).toBeDefined()
  })

  test('follows the root on projects, those who watch among them', async () => {
    const before = await api.list(definitions)
    await root.create(definitions, {
      ...lamp(),
      metadata: { name: 'beds.example.com' },
      spec: { ...lamp().spec, names: { plural: 'beds', kind: 'Bed' } },
    })
    await datum.settle()
    expect(await names(api)).toContain('beds.example.com')
    await root.patch(`${definitions}/beds.example.com`, { spec: { names: { shortNames: ['bd'] } } })
    await datum.settle()
    expect((await api.get(`${definitions}/beds.example.com`)).spec.names.shortNames).toEqual(['bd'])
    await root.remove(`${definitions}/beds.example.com`)
    await datum.settle()
    expect(await names(api)).not.toContain('beds.example.com')
    const seen = await api.history([definitions], before.metadata.resourceVersion)
    expect(seen.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(
      expect.arrayContaining([
        'ADDED beds.example.com',
        'MODIFIED beds.example.com',
        'DELETED beds.example.com',
      ]),
    )
  })

  test('cannot be deleted on a project, nor made again', async () => {
    await expect(api.remove(lamps)).rejects.toThrow(
      /"lamps.example.com\\" is forbidden: the kind is defined on the root, for every control plane/,
    )
    await expect(api.create(definitions, lamp())).rejects.toMatchObject({ code: 409 })
  })

  test('can be changed on a project, for that project; deleted there, it is again as on the root', async () => {
    const other = await newProject(datum)
    const properties = { color: { type: 'string', enum: ['red'] } }
    await api.get(lamps)
    await api.patch(lamps, lamp({ type: 'object', properties }))
    await datum.settle()
    const green = { ...head, metadata: { name: 'green' }, color: 'green' }
    await expect(api.create('/apis/example.com/v1/lamps', green)).rejects.toMatchObject({ code: 422 })
    expect(await other.create('/apis/example.com/v1/lamps', green)).toBeDefined()
    const red = await api.create('/apis/example.com/v1/lamps', {
      ...head,
      metadata: { name: 'red' },
      color: 'red',
    })
    expect(red).toMatchObject({ color: 'red' })
    await api.remove(lamps)
    expect((await api.get(lamps)).spec.versions[0].schema.openAPIV3Schema).toEqual({ type: 'object' })
    expect((await api.get('/apis/example.com/v1/lamps/red')).metadata.uid).toBe(red.metadata.uid)
    expect(await api.create('/apis/example.com/v1/lamps', green)).toBeDefined()
  })
})

describe('the definition of a built-in kind', () => {
  test('is there, cannot be made again, and cannot be deleted', async () => {
    expect(await names(api)).toContain('networks.networking.datumapis.com')
    const { metadata: _metadata, ...rest } = await api.get(networks)
    const again = { ...rest, metadata: { name: 'networks.networking.datumapis.com' } }
    await expect(api.create(definitions, again)).rejects.toMatchObject({ code: 409 })
    await expect(api.remove(networks)).rejects.toThrow(/is forbidden: the kind is built in/)
    await expect(api.remove(networks)).rejects.toMatchObject({ code: 403 })
    expect(await api.get(networks)).toBeDefined()
  })

  test('that was changed serves its plane, and comes back as it was when it is deleted; objects stay', async () => {
    const built = await api.get(networks)
    const changed = structuredClone(built)
    changed.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.color = { type: 'string' }
    await api.replace(networks, changed)
    const network = (name: string) => ({
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'Network',
      metadata: { name },
      spec: { ipam: { mode: 'Auto' }, color: 'blue' },
    })
    const path = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks'
    const blue = await api.create(path, network('blue'))
    expect(blue.spec.color).toBe('blue')
    await datum.settle()
    expect((await api.get(`${path}/blue`)).spec.color, 'what reconcilers write leaves it alone').toBe('blue')
    await api.remove(networks)
    expect((await api.get(networks)).spec).toEqual(built.spec)
    expect((await api.get(`${path}/blue`)).metadata.uid).toBe(blue.metadata.uid)
    expect((await api.create(path, network('plain'))).spec.color).toBeUndefined()
  })

  test('with a further version in front is written by reconcilers in the version that they know', async () => {
    const { spec } = await api.get(networks)
    const [known] = spec.versions
    await api.patch(networks, { spec: { versions: [{ ...known, name: 'v1', storage: false }, known] } })
    await api.create(networksPath, network('first'))
    await datum.settle()
    const first = await api.get(`${networksPath}/first`)
    expect(condition(first, 'Ready')).toBe('True Ready')
    const written = first.metadata.managedFields?.map(({ apiVersion }) => apiVersion)
    expect(new Set(written)).toEqual(new Set(['networking.datumapis.com/v1alpha']))
  })
})

const folder = new URL('../../../shared/reference/crds/', import.meta.url)

describe.skipIf(!existsSync(folder))(
  'the deployed definitions (skipped where ../shared/reference/crds is not there)',
  () => {
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.yaml')) : []
    const read = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8')) as TestObject

    test.each(files)('%s is taken in another group, through the front door', async (file) => {
      const deployed = read(file)
      const group = `other.${deployed.spec.group}`
      const name = `${deployed.spec.names.plural}.${group}`
      await api.create(definitions, { ...deployed, metadata: { name }, spec: { ...deployed.spec, group } })
      await datum.settle()
      expect((await api.get(`${definitions}/${name}`)).status.acceptedNames.kind).toBe(
        deployed.spec.names.kind,
      )
    })

    test('serve a project in place of ours, and a Workload runs on it', async () => {
      for (const deployed of files.map(read)) {
        const ours = await api.find(`${definitions}/${deployed.metadata.name}`)
        if (ours) await api.patch(`${definitions}/${deployed.metadata.name}`, { spec: deployed.spec })
      }
      await api.create(locationsPath, location('dallas', 'DFW'))
      await api.create(networksPath, network('default'))
      await api.create(workloads, workload({ replicas: 2 }))
      await datum.settle()
      expect(condition(await api.get(`${workloads}/web`), 'Available')).toBe('True AvailablePlacementFound')
      expect((await api.get(`${workloads}/web`)).status.readyReplicas).toBe(2)
      const { items } = await api.list('/api/v1/events')
      expect(items.filter((each) => 'type' in each && each.type === 'Warning')).toEqual([])
    })

    test.each(files)('%s is taken as an update of ours, where we have one', async (file) => {
      const deployed = read(file)
      for (const plane of [api, root]) {
        const ours = await plane.find(`${definitions}/${deployed.metadata.name}`)
        if (!ours) continue
        const { name } = ours.metadata
        const updated = await plane.patch(`${definitions}/${name}`, { spec: deployed.spec })
        expect(updated.spec.versions).toEqual(deployed.spec.versions)
        await plane.remove(`${definitions}/${name}`)
        expect((await plane.get(`${definitions}/${name}`)).spec).toEqual(ours.spec)
      }
    })
  },
)
