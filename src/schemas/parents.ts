import { checkLabelValue } from '../apimachinery/names.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { AdmissionClient } from '../registry/admission.ts'
import type { Kind } from '../registry/kind.ts'
import type { Parent, Selection, View } from '../registry/registry.ts'
import { CustomResourceDefinition } from './core/custom-resource-definition.ts'
import { Event, type EventObject } from './core/event.ts'
import { Namespace } from './core/namespace.ts'
import { iamGroup } from './iam/group.ts'
import { User } from './iam/user.ts'
import { UserPreference } from './iam/user-preference.ts'
import {
  documentedResourceManagerGroup,
  organizationNameLabel,
  organizationNamespace,
  resourceManagerGroup,
} from './resourcemanager/group.ts'
import { Organization } from './resourcemanager/organization.ts'
import { OrganizationMembership } from './resourcemanager/organization-membership.ts'
import { Project } from './resourcemanager/project.ts'

/** How the URLs of one sort of control plane begin: these segments, then a name, then `control-plane`. */
export interface ParentPrefix {
  readonly sort: Parent['sort']
  readonly segments: readonly string[]
}

/** The documented spelling of each first; both are the same plane. */
export const parentPrefixes: readonly ParentPrefix[] = [
  { sort: 'Organization', segments: ['apis', documentedResourceManagerGroup, 'v1alpha', 'organizations'] },
  { sort: 'Organization', segments: ['apis', resourceManagerGroup, 'v1alpha1', 'organizations'] },
  { sort: 'Project', segments: ['apis', documentedResourceManagerGroup, 'v1alpha', 'projects'] },
  { sort: 'Project', segments: ['apis', resourceManagerGroup, 'v1alpha1', 'projects'] },
  { sort: 'User', segments: ['apis', iamGroup, 'v1alpha1', 'users'] },
]

/** Reads the root for a view. */
export interface RootReader extends Pick<AdmissionClient, 'list'> {
  /** That of a project of the root, as far as it is known at once: what an Event is about is asked inside of commits. */
  organizationOf(project: string): string | undefined
}

/**
 * An organization's control plane: itself, its namespace with all that is in it, its projects and its members, and the
 * Events about these. Definitions of kinds are everybody's.
 */
export function createOrganizationView(organization: string, root: RootReader): View {
  const namespace = organizationNamespace(organization)
  return {
    async select(kind) {
      if (isKind(kind, CustomResourceDefinition)) return 'everything'
      if (isKind(kind, Organization)) return named(organization)
      if (isKind(kind, Namespace)) return named(namespace)
      if (isKind(kind, Project)) {
        return {
          labels: { [organizationNameLabel]: organization },
          matches: (project) => project.metadata.labels?.[organizationNameLabel] === organization,
        }
      }
      if (isKind(kind, User)) {
        const memberships = await root.list(OrganizationMembership, { namespace })
        return oneOf(memberships.flatMap(({ spec }) => spec?.userRef.name ?? []))
      }
      if (isKind(kind, Event)) {
        const memberships = await root.list(OrganizationMembership, { namespace })
        return eventsAbout(
          {
            Organization: [organization],
            Namespace: [namespace],
            Project: await projectsOf(root, [organization]),
            User: memberships.flatMap(({ spec }) => spec?.userRef.name ?? []),
          },
          (project) => root.organizationOf(project) === organization,
          namespace,
        )
      }
      return kind.scope === 'Namespaced' ? { namespace, matches: () => true } : 'nothing'
    },
  }
}

/**
 * A user's control plane: the user, their preferences and memberships, the organizations where they are members, and those
 * organizations' namespaces and projects, and the Events about these; of what lies in the namespaces, the user's
 * memberships only.
 */
export function createUserView(user: string, root: RootReader): View {
  async function organizations(): Promise<string[]> {
    const memberships = await root.list(OrganizationMembership)
    return memberships.flatMap(({ spec }) => (spec?.userRef.name === user ? [spec.organizationRef.name] : []))
  }
  return {
    async select(kind) {
      if (isKind(kind, CustomResourceDefinition)) return 'everything'
      if (isKind(kind, User)) return named(user)
      if (isKind(kind, OrganizationMembership) || isKind(kind, UserPreference)) {
        return { matches: (object) => userOf(object) === user }
      }
      if (isKind(kind, Organization)) return oneOf(await organizations())
      if (isKind(kind, Namespace)) return oneOf((await organizations()).map(organizationNamespace))
      if (isKind(kind, Project)) {
        const own = new Set(await organizations())
        return { matches: ({ metadata }) => own.has(metadata.labels?.[organizationNameLabel] ?? '') }
      }
      if (isKind(kind, Event)) {
        const own = await organizations()
        return eventsAbout(
          {
            Organization: own,
            Namespace: own.map(organizationNamespace),
            Project: await projectsOf(root, own),
            User: [user],
          },
          (project) => {
            const organization = root.organizationOf(project)
            return organization !== undefined && own.includes(organization)
          },
        )
      }
      return 'nothing'
    },
  }
}

async function projectsOf(root: RootReader, organizations: readonly string[]): Promise<string[]> {
  // A membership may name what is no organization, nor a value that a label can have.
  const labels = organizations.filter((name) => checkLabelValue(name).length === 0)
  const lists = labels.map((name) => root.list(Project, { labels: { [organizationNameLabel]: name } }))
  return (await Promise.all(lists)).flat().map(({ metadata }) => metadata.name)
}

/**
 * Events are shown where that is shown which they are about. Those about what is in no namespace are in `default`, where
 * everybody's are; `namespace` is all the view's own. `names` is what is there; of projects, which may be made while
 * somebody watches, `isOwnProject` tells those that there are by now.
 */
function eventsAbout(
  names: Readonly<Record<string, readonly string[]>>,
  isOwnProject: (name: string) => boolean,
  namespace?: string,
): Selection {
  const known = new Set(
    Object.entries(names).flatMap(([kind, each]) => each.map((name) => `${kind} ${name}`)),
  )
  return {
    matches(event) {
      if (namespace !== undefined && event.metadata.namespace === namespace) return true
      const { involvedObject: about } = event as Partial<EventObject>
      if (event.metadata.namespace !== 'default' || !about || about.namespace) return false
      const identity = `${about.kind} ${about.name}`
      if (known.has(identity)) return true
      if (about.kind !== 'Project' || !isOwnProject(about.name ?? '')) return false
      // Whoever has been shown one is told of its end too, when the project has gone.
      known.add(identity)
      return true
    },
  }
}

/** Kinds are compared by name: a plane may serve a newer definition of one of ours. */
function isKind(kind: Kind, ours: Kind): boolean {
  return kind.group === ours.group && kind.names.plural === ours.names.plural
}

function named(name: string): Selection {
  return { name, matches: ({ metadata }) => metadata.name === name }
}

function oneOf(names: readonly string[]): Selection {
  const known = new Set(names)
  return { matches: ({ metadata }) => known.has(metadata.name) }
}

function userOf(object: KubernetesObject): string | undefined {
  const { spec } = object as { spec?: { userRef?: { name?: string } } }
  return spec?.userRef?.name
}
