import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { organizationApi, type PlaneApi, projectApi, Refused, rootApi } from '../../support/plane-api.ts'
import { condition, conditionMessage } from '../../support/workload.ts'

const group = '/apis/resourcemanager.miloapis.com/v1alpha1'
const organizations = `${group}/organizations`
const projects = `${group}/projects`
const users = '/apis/iam.miloapis.com/v1alpha1/users'

let datum: DatumLocal
let root: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal()
  root = rootApi(datum)
})
afterAll(() => datum.stop())

function manifest(
  kind: string,
  name: string,
  spec: object,
  apiVersion = 'resourcemanager.miloapis.com/v1alpha1',
) {
  return { apiVersion, kind, metadata: { name }, spec }
}

async function createOrganization(name: string) {
  await root.create(organizations, {
    ...manifest('Organization', name, { type: 'Standard' }),
    metadata: { name, annotations: { 'kubernetes.io/display-name': 'The Company' } },
  })
  await datum.settle()
}

describe('an organization', () => {
  test('is ready with its namespace, and its founder is a member', async () => {
    await createOrganization('company')
    const organization = await root.get(`${organizations}/company`)
    expect(condition(organization, 'Ready')).toBe('True Ready')
    expect(condition(organization, 'OnboardingComplete')).toBe('True Ready')
    const namespace = await root.get('/api/v1/namespaces/organization-company')
    expect(namespace.metadata.labels).toMatchObject({
      'resourcemanager.miloapis.com/organization': 'company',
    })
    expect(namespace.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Organization', controller: true })
    const { items } = await root.list(`${group}/namespaces/organization-company/organizationmemberships`)
    expect(items).toHaveLength(1)
    expect(condition(items[0], 'Ready')).toBe('True Ready')
    expect(condition(items[0], 'RolesApplied')).toBe('True AllRolesApplied')
    expect(items[0]?.status).toMatchObject({
      organization: { type: 'Standard', displayName: 'The Company' },
      user: { email: 'developer@example.com' },
      appliedRoles: [{ status: 'Applied' }],
    })
  })

  test('takes its projects, its namespace and all in it along when it is deleted', async () => {
    await createOrganization('passing')
    const company = organizationApi(datum, 'passing')
    await company.create(projects, manifest('Project', 'passing-project', {}))
    await company.create('/api/v1/namespaces/organization-passing/configmaps', { metadata: { name: 'a' } })
    await datum.settle()
    await root.remove(`${organizations}/passing`)
    await datum.settle()
    for (const path of [
      `${organizations}/passing`,
      `${projects}/passing-project`,
      '/api/v1/namespaces/organization-passing',
    ]) {
      expect(await root.find(path)).toBeUndefined()
    }
  })
})

describe('a membership', () => {
  const memberships = `${group}/namespaces/organization-acme-corp/organizationmemberships`

  test('shows its user as the user changes, and ends with the user', async () => {
    await root.create(
      users,
      manifest('User', 'ada', { email: 'ada@example.com' }, 'iam.miloapis.com/v1alpha1'),
    )
    await root.create(
      memberships,
      manifest('OrganizationMembership', 'member-ada', {
        organizationRef: { name: 'acme-corp' },
        userRef: { name: 'ada' },
      }),
    )
    await datum.settle()
    expect(condition(await root.get(`${users}/ada`), 'Ready')).toBe('True Reconciled')
    const membership = await root.get(`${memberships}/member-ada`)
    expect(condition(membership, 'RolesApplied')).toBe('True NoRolesSpecified')
    await root.patch(`${users}/ada`, { spec: { givenName: 'Ada' } })
    await datum.settle()
    expect((await root.get(`${memberships}/member-ada`)).status.user).toEqual({
      email: 'ada@example.com',
      givenName: 'Ada',
    })
    await root.remove(`${users}/ada`)
    await datum.settle()
    expect(await root.find(`${users}/ada`)).toBeUndefined()
    expect(await root.find(`${memberships}/member-ada`)).toBeUndefined()
  })

  test('of a user who does not exist says so, and goes', async () => {
    await root.create(
      memberships,
      manifest('OrganizationMembership', 'member-nobody', {
        organizationRef: { name: 'acme-corp' },
        userRef: { name: 'nobody' },
      }),
    )
    await datum.settle()
    expect(await root.find(`${memberships}/member-nobody`)).toBeUndefined()
  })
})

describe('a project', () => {
  test('is ready with its plane and the namespaces that every project has', async () => {
    await organizationApi(datum).create(projects, manifest('Project', 'fresh', {}))
    await datum.settle()
    const project = await root.get(`${projects}/fresh`)
    expect(condition(project, 'Ready')).toBe('True Ready')
    expect(conditionMessage(project, 'Ready')).toBe('Project is ready')
    expect(project.metadata.finalizers).toEqual(['resourcemanager.miloapis.com/project-controller'])
    const { items } = await projectApi(datum, 'fresh').list('/api/v1/namespaces')
    const labels = Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.labels]))
    expect(labels).toMatchObject({
      default: { 'miloapis.com/project-default': 'true' },
      'milo-system': { 'miloapis.com/system': 'true' },
    })
  })

  test('is emptied when it is deleted, and one made again under the name starts empty', async () => {
    const organization = organizationApi(datum)
    await organization.create(projects, manifest('Project', 'again', {}))
    await datum.settle()
    const api = projectApi(datum, 'again')
    await api.create('/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'mine', finalizers: ['example.com/never'] },
    })
    await organization.remove(`${projects}/again`)
    await datum.settle()
    expect(await root.find(`${projects}/again`)).toBeUndefined()
    await expect(api.list('/api/v1/namespaces')).rejects.toThrow(Refused)
    await organization.create(projects, manifest('Project', 'again', {}))
    await datum.settle()
    expect((await api.list('/api/v1/namespaces/default/configmaps')).items).toEqual([])
  })
})
