import type { Logger } from 'pino'
import type { Clock } from './apimachinery/clock.ts'
import type { Ids } from './apimachinery/ids.ts'
import { createKindWatch } from './controller-runtime/kind-watch.ts'
import type { Registry, RequestContext } from './registry/registry.ts'
import { organizationNameLabel } from './schemas/resourcemanager/group.ts'
import { Project } from './schemas/resourcemanager/project.ts'

/**
 * Which organization each project belongs to, kept by watching: what a view shows is decided inside of commits too, where
 * nobody can read, and projects come while a watch goes on.
 */
export interface ProjectOrganizations {
  /** Undefined where there is no such project. */
  of(project: string): string | undefined
  close(): void
}

export interface ProjectOrganizationsOptions {
  readonly registry: Registry
  readonly context: RequestContext
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
}

export function createProjectOrganizations(options: ProjectOrganizationsOptions): ProjectOrganizations {
  const organizations = new Map<string, string>()
  const watch = createKindWatch({
    ...options,
    kind: Project,
    deliver(changes) {
      for (const { type, object } of changes) {
        const organization = object.object.metadata.labels?.[organizationNameLabel]
        if (type === 'DELETED' || organization === undefined) organizations.delete(object.key.name)
        else organizations.set(object.key.name, organization)
      }
    },
    // A project that went in the gap is remembered until there is another one of its name: nothing is told of it.
    onGap() {},
  })
  return { of: (project) => organizations.get(project), close: () => watch.close() }
}
