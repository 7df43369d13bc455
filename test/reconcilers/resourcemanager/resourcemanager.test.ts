import { createHash } from 'node:crypto'
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

const warnings = (namespace: string, name: string) => told('Warning', namespace, name)

/** What Events say about an object: the reason and the message of each. */
async function told(sort: 'Normal' | 'Warning', namespace: string, name: string): Promise<string[]> {
  await datum.settle()
  const { items } = await root.list(`/api/v1/namespaces/${namespace}/events`)
  return (
    items as unknown as { type: string; reason: string; message: string; involvedObject: { name: string } }[]
  )
    .filter(({ type, involvedObject }) => type === sort && involvedObject.name === name)
    .map(({ reason, message }) => `${reason}: ${message}`)
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
      appliedRoles: [{ status: 'Applied', policyBindingRef: { namespace: 'organization-company' } }],
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

describe('what somebody changes behind the backs of reconcilers', () => {
  test('the namespace of an organization, torn loose or deleted, is its own again', async () => {
    await createOrganization('meddled')
    const path = '/api/v1/namespaces/organization-meddled'
    const before = await root.get(path)
    const loose = { ...before, metadata: { name: before.metadata.name } }
    await root.replace(path, loose)
    await datum.settle()
    const { labels, ownerReferences } = (await root.get(path)).metadata
    expect({ labels, ownerReferences }).toEqual({
      labels: before.metadata.labels,
      ownerReferences: before.metadata.ownerReferences,
    })
    await root.replace(path, loose)
    await root.remove(path)
    await datum.settle()
    expect((await root.get(path)).metadata.ownerReferences).toEqual(before.metadata.ownerReferences)
  })

  test('with the namespace of an organization go its memberships, which are made again by hand alone', async () => {
    await createOrganization('emptied')
    const inEmptied = `${group}/namespaces/organization-emptied/organizationmemberships`
    const before = await root.get(`${inEmptied}/member-developer`)
    await root.remove('/api/v1/namespaces/organization-emptied')
    await datum.settle()
    expect((await root.get('/api/v1/namespaces/organization-emptied')).status.phase).toBe('Active')
    expect((await root.list(inEmptied)).items).toEqual([])
    const { apiVersion, kind, metadata, spec } = before
    await root.create(inEmptied, { apiVersion, kind, metadata: { name: metadata.name }, spec })
    await datum.settle()
    const again = await root.get(`${inEmptied}/member-developer`)
    expect(condition(again, 'Ready')).toBe('True Ready')
    expect(condition(again, 'RolesApplied')).toBe('True AllRolesApplied')
  })

  test('a status that makes no sense is put right', async () => {
    const lie = { type: 'Ready', status: 'False', reason: 'Nonsense', message: '' }
    const conditions = [{ ...lie, lastTransitionTime: '2020-01-01T00:00:00Z' }]
    const membership = `${group}/namespaces/organization-acme-corp/organizationmemberships/member-developer`
    const bindings = await root.list('/apis/iam.miloapis.com/v1alpha1/policybindings')
    const paths = [
      `${organizations}/acme-corp`,
      `${projects}/sandbox`,
      `${users}/developer`,
      membership,
      ...bindings.items
        .filter(({ metadata }) => metadata.name.startsWith('user-self-manage-'))
        .map(
          ({ metadata: { namespace, name } }) =>
            `/apis/iam.miloapis.com/v1alpha1/namespaces/${namespace}/policybindings/${name}`,
        ),
    ]
    for (const path of paths) {
      const before = condition(await root.get(path), 'Ready')
      for (const status of [null, { conditions: [] }, { conditions }]) {
        await root.patch(`${path}/status`, { status })
        await datum.settle()
        expect(condition(await root.get(path), 'Ready'), path).toBe(before)
      }
    }
  })

  test('a project that is torn loose goes with its organization all the same', async () => {
    await createOrganization('lost')
    await organizationApi(datum, 'lost').create(projects, manifest('Project', 'lost-project', {}))
    await datum.settle()
    const path = `${projects}/lost-project`
    const before = await root.get(path)
    await root.replace(path, { ...before, metadata: { ...before.metadata, ownerReferences: [] } })
    await datum.settle()
    expect((await root.get(path)).metadata.ownerReferences).toEqual(before.metadata.ownerReferences)
    expect(await warnings('default', 'lost-project')).toEqual([
      'Restored: Restored the owner of project lost-project: organization lost',
    ])
    await root.remove(`${organizations}/lost`)
    await datum.settle()
    expect(await root.find(path)).toBeUndefined()
  })

  test('the bindings of a membership are its own: owner, labels and subjects, and deleted ones come back', async () => {
    await createOrganization('tied')
    const bindings = '/apis/iam.miloapis.com/v1alpha1/namespaces/organization-tied/policybindings'
    const essence = async () =>
      (await root.list(bindings)).items
        .map(({ metadata: { name, labels, ownerReferences }, spec, status }) => {
          return { name, labels, ownerReferences, spec, ready: condition({ status }, 'Ready') }
        })
        .sort((left, right) => (left.name < right.name ? -1 : 1))
    const tearLoose = async (path: string) => {
      const binding = await root.get(path)
      const { ownerReferences: _owners, labels: _labels, ...metadata } = binding.metadata
      await root.replace(path, { ...binding, metadata })
    }
    const before = await essence()
    expect(before.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^member-developer-[0-9a-f]{64}$/),
      'usermembership-self-delete-developer',
    ])
    for (const { name } of before) {
      const path = `${bindings}/${name}`
      await tearLoose(path)
      await datum.settle()
      expect(await essence()).toEqual(before)
      await root.patch(path, { spec: { subjects: [{ kind: 'User', name: 'stranger', uid: 'strange' }] } })
      await datum.settle()
      expect(await essence()).toEqual(before)
      expect(await warnings('organization-tied', name)).toContain(
        `Restored: Restored what was changed in policy binding ${name}`,
      )
      await tearLoose(path)
      await root.remove(path)
      await datum.settle()
      expect(await essence()).toEqual(before)
    }
  })

  test('a user and an organization can be made without the system’s namespace', async () => {
    await root.remove('/api/v1/namespaces/milo-system')
    await datum.settle()
    await root.create(
      users,
      manifest('User', 'late', { email: 'late@example.com' }, 'iam.miloapis.com/v1alpha1'),
    )
    await datum.settle()
    expect(condition(await root.get(`${users}/late`), 'Ready')).toBe('True Reconciled')
    await root.create('/api/v1/namespaces', { metadata: { name: 'milo-system' } })
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
    expect(await told('Normal', 'default', 'ada')).toContain(
      'MembershipDeleted: Deleted membership member-ada in organization-acme-corp',
    )
  })

  test('with a name that leaves no room for those of its bindings says which roles it failed to give', async () => {
    const name = 'm'.repeat(200)
    const roles = [{ name: 'viewer', namespace: 'datum-cloud' }]
    await root.create(
      memberships,
      manifest('OrganizationMembership', name, {
        organizationRef: { name: 'acme-corp' },
        userRef: { name: 'developer' },
        roles,
      }),
    )
    await datum.settle()
    const membership = await root.get(`${memberships}/${name}`)
    expect(condition(membership, 'RolesApplied')).toBe('False PartialRolesApplied')
    expect(membership.status.appliedRoles).toMatchObject([{ name: 'viewer', status: 'Failed' }])
    expect(membership.status.appliedRoles[0].message).toContain('must be no more than 253')
    await root.remove(`${memberships}/${name}`)
  })

  test('of a user who has another one there leaves that one what its user needs for leaving', async () => {
    await createOrganization('twice')
    const inTwice = `${group}/namespaces/organization-twice/organizationmemberships`
    const spec = { organizationRef: { name: 'twice' }, userRef: { name: 'grace' } }
    await root.create(
      users,
      manifest('User', 'grace', { email: 'grace@example.com' }, 'iam.miloapis.com/v1alpha1'),
    )
    await root.create(inTwice, manifest('OrganizationMembership', 'first', spec))
    await datum.settle()
    await root.create(inTwice, manifest('OrganizationMembership', 'second', spec))
    await datum.settle()
    const leaving =
      '/apis/iam.miloapis.com/v1alpha1/namespaces/organization-twice/policybindings/usermembership-self-delete-grace'
    const target = async () => (await root.get(leaving)).spec.resourceSelector.resourceRef.name
    expect(await target()).toBe('first')
    await root.remove(`${inTwice}/first`)
    await datum.settle()
    expect(await target()).toBe('second')
    await root.remove(`${users}/grace`)
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

describe('policy bindings', () => {
  const bindings = (namespace: string) =>
    `/apis/iam.miloapis.com/v1alpha1/namespaces/${namespace}/policybindings`
  const names = async (namespace: string) =>
    (await root.list(bindings(namespace))).items.map(({ metadata }) => metadata.name)
  const ownerBinding = `member-developer-${createHash('sha256').update('datum-cloud/owner').digest('hex')}`

  test('give a member the roles of the membership, and are taken back with them', async () => {
    await createOrganization('bound')
    expect(await names('organization-bound')).toEqual([ownerBinding, 'usermembership-self-delete-developer'])
    const binding = await root.get(`${bindings('organization-bound')}/${ownerBinding}`)
    expect(binding.metadata.labels).toEqual({
      'resourcemanager.miloapis.com/membership': 'member-developer',
      'resourcemanager.miloapis.com/managed-by': 'organization-membership-controller',
    })
    expect(binding.spec).toMatchObject({
      roleRef: { name: 'owner', namespace: 'datum-cloud' },
      subjects: [{ kind: 'User', name: 'developer' }],
      resourceSelector: {
        resourceRef: { apiGroup: 'resourcemanager.miloapis.com', kind: 'Organization', name: 'bound' },
      },
    })
    const types = ['TargetValid', 'SubjectValid', 'RoleValid']
    expect(types.map((type) => condition(binding, type))).toEqual(
      types.map(() => 'True ValidationSuccessful'),
    )
    expect(condition(binding, 'Ready')).toBe('True ReconciliationSuccessful')

    const path = `${group}/namespaces/organization-bound/organizationmemberships/member-developer`
    const roles = [
      { name: 'owner', namespace: 'datum-cloud' },
      { name: 'viewer', namespace: 'datum-cloud' },
    ]
    await root.patch(path, { spec: { roles } })
    await datum.settle()
    expect(await names('organization-bound')).toHaveLength(3)
    await root.patch(path, { spec: { roles: roles.slice(0, 1) } })
    await root.remove(`${bindings('organization-bound')}/${ownerBinding}`)
    await datum.settle()
    expect(await names('organization-bound')).toEqual([ownerBinding, 'usermembership-self-delete-developer'])
    await root.remove(`${organizations}/bound`)
    await datum.settle()
    expect(await names('organization-bound')).toEqual([])
  })

  test('make whoever creates a project its owner, until it goes', async () => {
    await createOrganization('founders')
    await organizationApi(datum, 'founders').create(projects, manifest('Project', 'founded', {}))
    await datum.settle()
    const owners = async () =>
      (await names('organization-founders')).filter((name) => name.startsWith('project-founded-owner-'))
    const [name] = await owners()
    const binding = await root.get(`${bindings('organization-founders')}/${name}`)
    expect(binding.spec.roleRef.name).toBe('resourcemanager.miloapis.com-projectowner')
    expect(condition(binding, 'Ready')).toBe('True ReconciliationSuccessful')
    await root.remove(`${projects}/founded`)
    await datum.settle()
    expect(await owners()).toEqual([])
  })

  test('let a user look after themselves and their preferences, and go with the user', async () => {
    const apiVersion = 'iam.miloapis.com/v1alpha1'
    await root.create(users, manifest('User', 'hedy', { email: 'hedy@example.com' }, apiVersion))
    await datum.settle()
    const ofHedy = ['user-self-manage-hedy', 'userpreference-self-manage-hedy']
    for (const name of ofHedy) {
      const binding = await root.get(`${bindings('milo-system')}/${name}`)
      expect(condition(binding, 'Ready')).toBe('True ReconciliationSuccessful')
    }
    const preference = `/apis/${apiVersion}/userpreferences/userpreference-hedy`
    expect((await root.get(preference)).spec).toEqual({ userRef: { name: 'hedy' }, theme: 'system' })
    await root.remove(`${users}/hedy`)
    await datum.settle()
    expect(await root.find(preference)).toBeUndefined()
    expect((await names('milo-system')).filter((name) => ofHedy.includes(name))).toEqual([])
  })

  test('that go with what they are on, or with whom they are for, are no reason to warn', async () => {
    await createOrganization('leaving')
    await organizationApi(datum, 'leaving').create(projects, manifest('Project', 'leaving-too', {}))
    await root.create(
      users,
      manifest('User', 'ada', { email: 'ada@example.com' }, 'iam.miloapis.com/v1alpha1'),
    )
    await datum.settle()
    await root.remove(`${projects}/leaving-too`)
    await root.remove(`${users}/ada`)
    await datum.settle()
    const { items } = await root.list('/api/v1/events')
    const warned = items.filter((each) => 'type' in each && each.type === 'Warning')
    expect(warned.filter((each) => /leaving|\bada\b/.test(JSON.stringify(each)))).toEqual([])
  })

  test('and preferences that came with a user are not made again', async () => {
    const apiVersion = 'iam.miloapis.com/v1alpha1'
    await root.create(users, manifest('User', 'grace', { email: 'grace@example.com' }, apiVersion))
    await datum.settle()
    const preference = `/apis/${apiVersion}/userpreferences/userpreference-grace`
    await root.remove(preference)
    await root.remove(`${bindings('milo-system')}/user-self-manage-grace`)
    await datum.settle()
    expect(await root.find(preference)).toBeUndefined()
    expect(await names('milo-system')).not.toContain('user-self-manage-grace')
    expect(condition(await root.get(`${users}/grace`), 'Ready')).toBe('True Reconciled')
  })

  test('say what they do not find, and are ready when it is there', async () => {
    const { metadata } = await root.get(`${users}/developer`)
    const bind = (name: string, target: object, uid = metadata.uid) =>
      root.create(bindings('milo-system'), {
        ...manifest('PolicyBinding', name, {}, 'iam.miloapis.com/v1alpha1'),
        spec: {
          roleRef: { name: 'viewer' },
          subjects: [{ kind: 'User', name: 'developer', uid }],
          resourceSelector: target,
        },
      })
    const organization = { apiGroup: 'resourcemanager.miloapis.com', kind: 'Organization' }
    await bind('nowhere', { resourceRef: { ...organization, name: 'nowhere', uid: '1' } })
    await bind('another', { resourceRef: { ...organization, name: 'acme-corp', uid: '1' } })
    await bind('strange', { resourceKind: { apiGroup: 'example.com', kind: 'Thing' } })
    await bind('stranger', { resourceKind: organization }, 'somebody-else')
    await bind('every', { resourceKind: organization })
    await datum.settle()
    const state = async (name: string) => {
      const binding = await root.get(`${bindings('milo-system')}/${name}`)
      return ['TargetValid', 'SubjectValid', 'Ready'].map((type) => condition(binding, type).split(' ')[1])
    }
    const valid = 'ValidationSuccessful'
    expect(await state('nowhere')).toEqual(['TargetNotFound', valid, 'ResourceSelectorValidationFailed'])
    expect(await state('another')).toEqual(['TargetUIDMismatch', valid, 'ResourceSelectorValidationFailed'])
    expect(await state('strange')).toEqual([
      'TargetKindNotRecognized',
      valid,
      'ResourceSelectorValidationFailed',
    ])
    expect(await state('stranger')).toEqual([valid, 'ValidationFailed', 'SubjectValidationFailed'])
    expect(await state('every')).toEqual([valid, valid, 'ReconciliationSuccessful'])
    await createOrganization('nowhere')
    expect(await state('nowhere')).toEqual(['TargetUIDMismatch', valid, 'ResourceSelectorValidationFailed'])
  })
})

describe('a project', () => {
  test('is ready with its plane and the namespaces that every project has', async () => {
    await organizationApi(datum).create(projects, manifest('Project', 'fresh-one', {}))
    await datum.settle()
    const project = await root.get(`${projects}/fresh-one`)
    expect(condition(project, 'Ready')).toBe('True Ready')
    expect(conditionMessage(project, 'Ready')).toBe('Project is ready')
    expect(project.metadata.finalizers).toEqual(['resourcemanager.miloapis.com/project-controller'])
    const { items } = await projectApi(datum, 'fresh-one').list('/api/v1/namespaces')
    const labels = Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.labels]))
    expect(labels).toMatchObject({
      default: { 'miloapis.com/project-default': 'true' },
      'milo-system': { 'miloapis.com/system': 'true' },
    })
  })

  test('is emptied when it is deleted, and one made again under the name starts empty', async () => {
    const organization = organizationApi(datum)
    await organization.create(projects, manifest('Project', 'once-more', {}))
    await datum.settle()
    const api = projectApi(datum, 'once-more')
    await api.create('/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'mine', finalizers: ['example.com/never'] },
    })
    await organization.remove(`${projects}/once-more`)
    await datum.settle()
    expect(await root.find(`${projects}/once-more`)).toBeUndefined()
    expect(await told('Normal', 'default', 'once-more')).toContain(
      'CleanupComplete: The content of the project has been removed',
    )
    await expect(api.list('/api/v1/namespaces')).rejects.toThrow(Refused)
    await organization.create(projects, manifest('Project', 'once-more', {}))
    await datum.settle()
    expect((await api.list('/api/v1/namespaces/default/configmaps')).items).toEqual([])
  })
})
