import type { Logger } from 'pino'
import type { Clock } from './apimachinery/clock.ts'
import { isReason } from './apimachinery/errors.ts'
import type { Ids } from './apimachinery/ids.ts'
import { equalitySelector } from './apimachinery/label-selector.ts'
import type { KubernetesObject } from './apimachinery/object.ts'
import { createProjectOrganizations } from './project-organizations.ts'
import { type Caller, type Kind, preferredResource } from './registry/kind.ts'
import type { Registry, RequestContext } from './registry/registry.ts'
import { User } from './schemas/iam/user.ts'
import { createOrganizationView, createUserView, type RootReader } from './schemas/parents.ts'
import { Organization } from './schemas/resourcemanager/organization.ts'
import { Project, type ProjectObject } from './schemas/resourcemanager/project.ts'
import type { Door, ResolveParent } from './server/control-plane-path.ts'

/** As whom the server looks up whose control plane a URL names. */
const system: Caller = { name: 'system:apiserver', groups: ['system:masters'] }

function isReady(project: ProjectObject): boolean {
  return (
    project.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  )
}

export interface ParentsOptions {
  readonly registry: Registry
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
}

/** `close` ends what is watched for the control planes of organizations and users. */
export interface Parents {
  readonly resolve: ResolveParent
  close(): void
}

/**
 * Finds the control plane that a URL names. A deployed Datum serves any name, an empty plane behind each; here a name
 * that is nobody's is not found, so that a typing error is told and not obeyed.
 */
export function createParents(options: ParentsOptions): Parents {
  const { registry } = options
  const root: RequestContext = { plane: 'root', user: system }
  const projects = createProjectOrganizations({ ...options, context: root })
  const reader: RootReader = {
    organizationOf: projects.of,
    async list<T extends KubernetesObject>(
      kind: Kind<T>,
      { namespace, labels }: { namespace?: string; labels?: Record<string, string> } = {},
    ) {
      const labelSelector = labels && equalitySelector(labels)
      const { items } = await registry.list(root, preferredResource(kind), { namespace, labelSelector })
      return items.map((item) => item.object as T)
    },
  }

  async function find<T extends KubernetesObject>(
    within: Door,
    kind: Kind<T>,
    name: string,
  ): Promise<T | undefined> {
    try {
      return (await registry.get({ ...within, user: system }, preferredResource(kind), { name })).object as T
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  const resolve: ResolveParent = async ({ sort, id }, within) => {
    const parent = { sort, name: id }
    switch (sort) {
      case 'Organization':
        if (!(await find(within, Organization, id))) return undefined
        return { plane: 'root', view: createOrganizationView(id, reader), parent }
      case 'User':
        if (!(await find(within, User, id))) return undefined
        return { plane: 'root', view: createUserView(id, reader), parent }
      case 'Project': {
        const project = await find(within, Project, id)
        return project && isReady(project) ? { plane: `project/${project.metadata.uid}`, parent } : undefined
      }
    }
  }
  return { resolve, close: projects.close }
}
