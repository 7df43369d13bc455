import { describe, expect, it } from 'vitest'
import type { StatusError } from '../../../src/apimachinery/errors.ts'
import { Namespace } from '../../../src/schemas/core/namespace.ts'
import { User } from '../../../src/schemas/iam/user.ts'
import { Organization } from '../../../src/schemas/resourcemanager/organization.ts'
import {
  OrganizationMembership,
  type OrganizationMembershipObject,
} from '../../../src/schemas/resourcemanager/organization-membership.ts'
import { Project, type ProjectObject } from '../../../src/schemas/resourcemanager/project.ts'
import { admit, admitDelete, type Surroundings } from '../support/admission.ts'

const acme = { metadata: { name: 'acme', uid: 'acme-uid' }, spec: { type: 'Standard' as const } }
const developer = {
  metadata: { name: 'developer', uid: 'developer-uid' },
  spec: { email: 'developer@example.com' },
}
const namespace = { metadata: { name: 'organization-acme' } }

async function refusal(promise: Promise<unknown>): Promise<StatusError> {
  return promise.then(
    () => {
      throw new Error('nothing was refused')
    },
    (error: unknown) => error as StatusError,
  )
}

describe('an organization', () => {
  it('comes with its namespace and makes its creator the owner', async () => {
    const { created } = await admit(Organization, acme, { objects: [[User, [developer]]] })
    expect(created).toEqual([
      {
        kind: 'Namespace',
        object: {
          metadata: {
            name: 'organization-acme',
            labels: {
              'resourcemanager.miloapis.com/organization': 'acme',
              'resourcemanager.miloapis.com/type': 'organization',
            },
            ownerReferences: [
              {
                apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
                kind: 'Organization',
                name: 'acme',
                uid: 'acme-uid',
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          },
        },
      },
      {
        kind: 'OrganizationMembership',
        object: {
          metadata: {
            name: 'member-developer',
            namespace: 'organization-acme',
            ownerReferences: [
              {
                apiVersion: 'iam.miloapis.com/v1alpha1',
                kind: 'User',
                name: 'developer',
                uid: 'developer-uid',
              },
            ],
          },
          spec: {
            organizationRef: { name: 'acme' },
            userRef: { name: 'developer' },
            roles: [{ name: 'owner', namespace: 'datum-cloud' }],
          },
        },
      },
    ])
  })

  it('has no owner where system:masters creates it', async () => {
    const { created } = await admit(Organization, acme, {
      objects: [[User, [developer]]],
      groups: ['system:masters'],
    })
    expect(created.map(({ kind }) => kind)).toEqual(['Namespace'])
  })

  it('has a name of 50 characters at most', async () => {
    const { faults } = await admit(Organization, { ...acme, metadata: { name: 'a'.repeat(51) } })
    expect(faults).toEqual([
      `metadata.name: Invalid value: "${'a'.repeat(51)}": name exceeds maximum length of 50 characters. Choose a shorter name and try again`,
    ])
  })

  it('cannot be made where its namespace is taken', async () => {
    const error = await refusal(admit(Organization, acme, { objects: [[Namespace, [namespace]]] }))
    expect(error.status).toMatchObject({ code: 403, reason: 'Forbidden' })
    expect(error.message).toContain('namespaces "organization-acme" already exists')
  })

  it('that exists is left to be told so', async () => {
    const { faults } = await admit(Organization, acme, {
      objects: [
        [Namespace, [namespace]],
        [Organization, [acme]],
      ],
    })
    expect(faults).toEqual([])
  })
})

describe('a project', () => {
  const bare = { metadata: { name: 'sandbox' } } as ProjectObject
  const within: Surroundings = {
    objects: [[Organization, [acme]]],
    parent: { sort: 'Organization', name: 'acme' },
  }

  it.each([
    ['no spec', bare],
    ['an empty spec', { ...bare, spec: {} } as ProjectObject],
    ['a null spec', { ...bare, spec: null } as unknown as ProjectObject],
    [
      'another owner',
      { ...bare, spec: { ownerRef: { kind: 'Organization', name: 'other' } } } as ProjectObject,
    ],
  ])('with %s belongs to the organization of its plane', async (_, project) => {
    const { object, faults } = await admit(Project, project, within)
    expect(faults).toEqual([])
    expect(object).toMatchObject({
      metadata: {
        labels: { 'resourcemanager.miloapis.com/organization-name': 'acme' },
        ownerReferences: [
          {
            apiVersion: 'resourcemanager.miloapis.com/v1alpha1',
            kind: 'Organization',
            name: 'acme',
            uid: 'acme-uid',
          },
        ],
      },
      spec: { ownerRef: { kind: 'Organization', name: 'acme' } },
    })
  })

  it.each([
    ['the root', {}],
    ['the plane of a project', { parent: { sort: 'Project', name: 'sandbox' } as const }],
    [
      'the plane of an organization that is gone',
      { parent: { sort: 'Organization', name: 'gone' } as const },
    ],
  ])('cannot be made on %s', async (_, surroundings) => {
    const { status } = await refusal(admit(Project, bare, surroundings))
    expect(status).toMatchObject({ code: 403, reason: 'Forbidden' })
  })

  it.each([
    ['five', 'the name of a project has 6 to 30 characters'],
    ['a'.repeat(31), 'the name of a project has 6 to 30 characters'],
    ['my-datum-things', 'the name of a project does not contain "datum"'],
  ])('is not called %s', async (name, why) => {
    const { status } = await refusal(admit(Project, { ...bare, metadata: { name } }, within))
    const told = `ValidatingAdmissionPolicy 'validate-project-name' with binding 'validate-project-name' denied request: ${why}`
    expect(status).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: `projects.resourcemanager.miloapis.com "${name}" is forbidden: ${told}`,
      details: { name, group: 'resourcemanager.miloapis.com', kind: 'projects', causes: [{ message: told }] },
    })
  })

  it.each(['sixsix', 'a'.repeat(30)])('may be called %s', async (name) => {
    expect((await admit(Project, { ...bare, metadata: { name } }, within)).faults).toEqual([])
  })

  it('keeps its organization', async () => {
    const label = 'resourcemanager.miloapis.com/organization-name'
    const project = (labels: Record<string, string>): ProjectObject => ({
      metadata: { name: 'sandbox', labels },
      spec: { ownerRef: { kind: 'Organization', name: 'acme' } },
    })
    const old = project({ [label]: 'acme' })
    expect((await admit(Project, project({}), {}, old)).faults).toEqual([
      `metadata.labels[${label}]: Forbidden: organization label cannot be removed`,
    ])
    expect((await admit(Project, project({ [label]: 'other' }), {}, old)).faults).toEqual([
      `metadata.labels[${label}]: Forbidden: organization label cannot be changed`,
    ])
    expect((await admit(Project, project({ [label]: 'acme', more: 'x' }), {}, old)).faults).toEqual([])
  })
})

describe('a membership', () => {
  const membership = (
    user: string,
    ...roles: { name: string; namespace?: string }[]
  ): OrganizationMembershipObject => ({
    metadata: { name: `member-${user}`, namespace: 'organization-acme' },
    spec: { organizationRef: { name: 'acme' }, userRef: { name: user }, roles },
  })
  const owner = { name: 'owner', namespace: 'datum-cloud' }
  const around = (...memberships: OrganizationMembershipObject[]): Surroundings => ({
    objects: [
      [Namespace, [namespace]],
      [User, [developer]],
      [OrganizationMembership, memberships],
    ],
  })
  const last = membership('developer', owner)

  it('names a role once', async () => {
    const { status } = await refusal(
      admit(OrganizationMembership, membership('developer', owner, owner), around()),
    )
    expect(status).toMatchObject({
      code: 403,
      message: 'duplicate role reference: owner in namespace datum-cloud',
    })
  })

  it('of the last owner cannot be deleted', async () => {
    const { status } = await refusal(admitDelete(OrganizationMembership, last, around(last)))
    expect(status).toMatchObject({ code: 403, reason: 'Forbidden', details: { name: 'member-developer' } })
    expect(status.message).toContain('must have at least one owner')
  })

  it('of the last owner keeps the role', async () => {
    const { status } = await refusal(
      admit(OrganizationMembership, membership('developer'), around(last), last),
    )
    expect(status.code).toBe(403)
  })

  it.each([
    ['somebody else is an owner', around(last, membership('other', owner))],
    [
      'the user is gone',
      {
        objects: [
          [Namespace, [namespace]],
          [OrganizationMembership, [last]],
        ],
      },
    ],
    [
      'the organization ends',
      {
        objects: [
          [Namespace, [{ metadata: { ...namespace.metadata, deletionTimestamp: '2025-01-01T00:00:00Z' } }]],
          [User, [developer]],
          [OrganizationMembership, [last]],
        ],
      },
    ],
  ] as [string, Surroundings][])('of an owner can be deleted when %s', async (_, surroundings) => {
    await expect(admitDelete(OrganizationMembership, last, surroundings)).resolves.toBeUndefined()
  })

  it('of somebody who is no owner can be deleted', async () => {
    const member = membership('other', { name: 'viewer' })
    await expect(admitDelete(OrganizationMembership, member, around(last, member))).resolves.toBeUndefined()
  })
})
