import { isReason } from './apimachinery/errors.ts'
import type { KubernetesObject } from './apimachinery/object.ts'
import { isTrue } from './controller-runtime/conditions.ts'
import type { Reconciler } from './controller-runtime/reconciler.ts'
import { type Caller, type Kind, preferredResource } from './registry/kind.ts'
import type { Plane, Registry, RequestContext } from './registry/registry.ts'
import { Namespace } from './schemas/core/namespace.ts'
import { User } from './schemas/iam/user.ts'
import { cityCodeTopologyKey, Location } from './schemas/networking/location.ts'
import { Network } from './schemas/networking/network.ts'
import { Organization } from './schemas/resourcemanager/organization.ts'
import { Project, type ProjectObject } from './schemas/resourcemanager/project.ts'
import { callerOf } from './server/tokens.ts'

/** What a first start puts into an empty state. */
export interface Seeds {
  readonly organization: string
  readonly user: { readonly name: string; readonly email: string }
  readonly project: string
}

export const defaultSeeds: Seeds = {
  organization: 'acme-corp',
  user: { name: 'developer', email: 'developer@example.com' },
  project: 'sandbox',
}

/** As whom what every plane has is made. */
const system: Caller = { name: 'system:seeds', groups: ['system:masters'] }

/** Made by whoever comes first: being there already is what was wanted. */
async function ensure<T extends KubernetesObject>(
  registry: Registry,
  context: RequestContext,
  kind: Kind<T>,
  object: T,
): Promise<void> {
  const { namespace } = object.metadata
  try {
    await registry.create(context, preferredResource(kind), { namespace }, object, {
      fieldManager: 'datum-local',
    })
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
  }
}

const rootContext: RequestContext = { plane: 'root', user: system }

/** The namespaces that the root has from the beginning. */
async function seedRootNamespaces(registry: Registry): Promise<void> {
  for (const name of ['default', 'kube-system', 'milo-system']) {
    await ensure(registry, rootContext, Namespace, { metadata: { name } })
  }
}

/** On the namespace `kube-system` of the root, and on projects: what a first start makes has been made there. */
const seededAnnotation = 'datum-local.dev/seeded'

/** Whether this state has been through its first start: what a user deleted afterwards does not come back. */
async function isSeeded(registry: Registry): Promise<boolean> {
  const { items } = await registry.list(rootContext, preferredResource(Namespace), {
    fieldSelector: 'metadata.name=kube-system',
  })
  return items[0]?.object.metadata.annotations?.[seededAnnotation] !== undefined
}

async function markSeeded(registry: Registry): Promise<void> {
  const body = { metadata: { annotations: { [seededAnnotation]: 'true' } } }
  await registry.patch(
    rootContext,
    preferredResource(Namespace),
    { name: 'kube-system' },
    { type: 'merge', body },
  )
}

/** The user, the organization that is theirs, and a project in it, made in the way in which a user makes them. */
async function seedOrganization(registry: Registry, seeds: Seeds): Promise<void> {
  const { user, organization, project } = seeds
  await ensure(registry, rootContext, User, {
    metadata: { name: user.name },
    spec: { email: user.email },
  })
  const caller = callerOf(user)
  await ensure(registry, { plane: 'root', user: caller }, Organization, {
    metadata: { name: organization, annotations: { 'kubernetes.io/display-name': organization } },
    spec: { type: 'Standard' },
  })
  await ensure(
    registry,
    { plane: 'root', user: caller, parent: { sort: 'Organization', name: organization } },
    Project,
    {
      metadata: { name: project, annotations: { 'kubernetes.io/display-name': project } },
      spec: { ownerRef: { kind: 'Organization', name: organization } },
    },
  )
}

/** The Locations of the public document: a name, and the city, region and zone it stands for. */
const locations = [
  { name: 'gcp-us-south1-a', cityCode: 'DFW', region: 'us-south1', zone: 'us-south1-a' },
  { name: 'gcp-us-west1-a', cityCode: 'DLS', region: 'us-west1', zone: 'us-west1-a' },
  { name: 'gcp-europe-west2-a', cityCode: 'LHR', region: 'europe-west2', zone: 'europe-west2-a' },
]

/** What lets a workload run in a project: three Locations and a Network. */
async function seedProject(registry: Registry, plane: Plane): Promise<void> {
  const context: RequestContext = { plane, user: system }
  for (const { name, cityCode, region, zone } of locations) {
    await ensure(registry, context, Location, {
      metadata: { name, namespace: 'default' },
      spec: {
        locationClassName: 'datum-managed',
        topology: { [cityCodeTopologyKey]: cityCode },
        provider: { gcp: { projectId: 'datum-local', region, zone } },
      },
    })
  }
  await ensure(registry, context, Network, {
    metadata: { name: 'default', namespace: 'default' },
    spec: { ipam: { mode: 'Auto' } },
  })
}

export interface SeedStateOptions {
  /** Absent: the state stays empty, and counts as seeded from then on. */
  readonly seeds: Seeds | undefined
  /** Resolves when the reconcilers have done what there is to do. */
  settle(): Promise<void>
}

/** What every start makes sure of, and, on a state that has not been through it, what a first start makes. */
export async function seedState(registry: Registry, { seeds, settle }: SeedStateOptions): Promise<void> {
  await seedRootNamespaces(registry)
  if (await isSeeded(registry)) return
  if (seeds) {
    await seedOrganization(registry, seeds)
    await settle()
    const project = await find(registry, Project, seeds.project)
    if (project?.metadata.uid !== undefined) await seedProject(registry, `project/${project.metadata.uid}`)
  }
  await markSeeded(registry)
}

async function find<T extends KubernetesObject>(
  registry: Registry,
  kind: Kind<T>,
  name: string,
): Promise<T | undefined> {
  try {
    return (await registry.get(rootContext, preferredResource(kind), { name })).object as T
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined
    throw error
  }
}

/** The names of what was seeded, as far as it is still there. */
export async function findSeeded(
  registry: Registry,
  seeds: Seeds,
): Promise<{ organization: string | undefined; project: string | undefined }> {
  const organization = await find(registry, Organization, seeds.organization)
  const project = await find(registry, Project, seeds.project)
  return { organization: organization?.metadata.name, project: project?.metadata.name }
}

/** Gives every project, once, what the seeded one has (`--seed-projects`). */
export function createProjectSeeds(registry: Registry): Reconciler<ProjectObject> {
  return {
    name: 'project-seeds',
    planes: ['root'],
    for: Project,
    async reconcile(key, { client }) {
      const project = await client.get(Project, key)
      const ready = isTrue(project?.status?.conditions, 'Ready')
      if (!project || !ready || project.metadata.annotations?.[seededAnnotation] !== undefined)
        return undefined
      await seedProject(registry, `project/${project.metadata.uid}`)
      await client.change(Project, key, ({ metadata }) => {
        metadata.annotations = { ...metadata.annotations, [seededAnnotation]: 'true' }
      })
      return undefined
    },
  }
}
