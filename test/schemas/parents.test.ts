import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../src/apimachinery/object.ts'
import type { Kind } from '../../src/registry/kind.ts'
import type { View } from '../../src/registry/registry.ts'
import { CustomResourceDefinition } from '../../src/schemas/core/custom-resource-definition.ts'
import { Event } from '../../src/schemas/core/event.ts'
import { Namespace } from '../../src/schemas/core/namespace.ts'
import { Secret } from '../../src/schemas/core/secret.ts'
import { User } from '../../src/schemas/iam/user.ts'
import { kinds } from '../../src/schemas/index.ts'
import { createOrganizationView, createUserView, type RootReader } from '../../src/schemas/parents.ts'
import { Organization } from '../../src/schemas/resourcemanager/organization.ts'
import { OrganizationMembership } from '../../src/schemas/resourcemanager/organization-membership.ts'
import { Project } from '../../src/schemas/resourcemanager/project.ts'

const label = 'resourcemanager.miloapis.com/organization-name'
const named = (name: string, namespace?: string): KubernetesObject => ({
  metadata: { name, ...(namespace ? { namespace } : {}) },
})
const member = (user: string, organization: string) => ({
  ...named(`member-${user}`, `organization-${organization}`),
  spec: { organizationRef: { name: organization }, userRef: { name: user } },
})
const project = (name: string, organization: string) => ({
  metadata: { name, labels: { [label]: organization } },
})

const event = (name: string, about: object, namespace = 'default') => ({
  ...named(name, namespace),
  involvedObject: about,
})

const root: [Kind, KubernetesObject[]][] = [
  [Organization, [named('acme'), named('other')]],
  [Namespace, [named('default'), named('organization-acme'), named('organization-other')]],
  [OrganizationMembership, [member('ann', 'acme'), member('ann', 'other'), member('bob', 'other')]],
  [Project, [project('one', 'acme'), project('two', 'other')]],
  [
    Secret,
    [named('ours', 'organization-acme'), named('theirs', 'organization-other'), named('platform', 'default')],
  ],
  [
    Event,
    [
      event('one-made', { kind: 'Project', name: 'one' }),
      event('two-made', { kind: 'Project', name: 'two' }),
      event('newer-made', { kind: 'Project', name: 'newer' }),
      event('one-in-plane', { kind: 'Project', name: 'one', namespace: 'elsewhere' }),
      event('acme-ready', { kind: 'Organization', name: 'acme' }),
      event('bob-ready', { kind: 'User', name: 'bob' }),
      event('ours-there', { kind: 'Secret', name: 'ours' }, 'organization-acme'),
    ],
  ],
  [User, [named('ann'), named('bob'), named('eve')]],
  [CustomResourceDefinition, [named('things.example.com')]],
]

const reader: RootReader = {
  organizationOf: (name) => (name === 'newer' ? 'acme' : undefined),
  async list(kind, options = {}) {
    const objects = root.find(([each]) => each.names.kind === kind.names.kind)?.[1] ?? []
    const { namespace, labels = {} } = options
    return objects.filter(
      ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value),
    ) as never
  },
}

/** What a view shows of the root, as `Kind namespace/name`. */
async function shown(view: View): Promise<string[]> {
  const lines: string[] = []
  for (const [kind, objects] of root) {
    const selection = await view.select(kind)
    for (const object of objects) {
      const { name, namespace } = object.metadata
      const isShown =
        selection === 'everything' ||
        (selection !== 'nothing' &&
          (selection.namespace === undefined || selection.namespace === namespace) &&
          (selection.name === undefined || selection.name === name) &&
          selection.matches(object))
      if (isShown) lines.push(`${kind.names.kind} ${namespace ? `${namespace}/` : ''}${name}`)
    }
  }
  return lines
}

describe('the control plane of an organization', () => {
  it('shows what is its own', async () => {
    expect(await shown(createOrganizationView('acme', reader))).toEqual([
      'Organization acme',
      'Namespace organization-acme',
      'OrganizationMembership organization-acme/member-ann',
      'Project one',
      'Secret organization-acme/ours',
      'Event default/one-made',
      'Event default/newer-made',
      'Event default/acme-ready',
      'Event organization-acme/ours-there',
      'User ann',
      'CustomResourceDefinition things.example.com',
    ])
  })

  it('of no organization shows nothing but definitions', async () => {
    expect(await shown(createOrganizationView('nobody', reader))).toEqual([
      'CustomResourceDefinition things.example.com',
    ])
  })

  it('narrows what has to be read for every kind of the root', async () => {
    const view = createOrganizationView('acme', reader)
    for (const kind of kinds.filter(({ planes }) => planes.includes('root'))) {
      const selection = await view.select(kind)
      const open = ['User', 'Event', 'CustomResourceDefinition'].includes(kind.names.kind)
      if (typeof selection === 'string') expect(selection).toBe(open ? 'everything' : 'nothing')
      else expect(open || selection.namespace || selection.name || selection.labels).toBeTruthy()
    }
  })
})

describe('the control plane of a user', () => {
  it('shows what the user has to do with, and no Secret', async () => {
    expect(await shown(createUserView('bob', reader))).toEqual([
      'Organization other',
      'Namespace organization-other',
      'OrganizationMembership organization-other/member-bob',
      'Project two',
      'Event default/two-made',
      'Event default/bob-ready',
      'User bob',
      'CustomResourceDefinition things.example.com',
    ])
  })
})
