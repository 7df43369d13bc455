import { isReason } from '../../apimachinery/errors.ts'
import type { Client } from '../../controller-runtime/client.ts'
import { type Finding, findCondition, setCondition } from '../../controller-runtime/conditions.ts'
import { addFinalizer, removeFinalizer } from '../../controller-runtime/finalizers.ts'
import { ownerReference } from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import { Namespace } from '../../schemas/core/namespace.ts'
import { organizationNameLabel } from '../../schemas/resourcemanager/group.ts'
import { Organization } from '../../schemas/resourcemanager/organization.ts'
import { Project, type ProjectObject } from '../../schemas/resourcemanager/project.ts'

/** What a project's life needs of the control planes around it. `uid` is the project's: it names the plane. */
export interface ProjectPlanes {
  /** Resolves when reconcilers work on the plane. Starting twice is starting once. */
  start(uid: string): Promise<void>
  /** Ends all work on the plane and removes everything in it; resolves when that is done. */
  empty(uid: string): Promise<void>
}

const projectControllerFinalizer = 'resourcemanager.miloapis.com/project-controller'

/** The namespaces that every project has from the beginning, with their labels. */
const projectNamespaces: Readonly<Record<string, Record<string, string>>> = {
  'milo-system': { 'miloapis.com/system': 'true' },
  default: { 'miloapis.com/project-default': 'true' },
}

/** Gives each project its control plane, and empties it when the project goes. */
export function createProjectReconciler(planes: ProjectPlanes): Reconciler<ProjectObject> {
  return {
    name: 'project',
    planes: ['root'],
    for: Project,
    concurrency: 4,

    async reconcile(key, context) {
      const { client, events } = context
      const project = await client.get(Project, key)
      if (!project) return undefined
      const { deletionTimestamp, finalizers = [], uid = '' } = project.metadata
      if (deletionTimestamp !== undefined) {
        await finish(project, context)
        return undefined
      }
      if (!finalizers.includes(projectControllerFinalizer)) {
        await addFinalizer(client, Project, key, projectControllerFinalizer)
        return { requeueAfter: 0 }
      }
      await restoreOwner(project, context)
      await planes.start(uid)
      await ensureNamespaces(context.clientFor(`project/${uid}`))
      const before = findCondition(project.status?.conditions, 'Ready')
      const updated = await setConditions(project, context, {
        type: 'Ready',
        status: 'True',
        reason: 'Ready',
        message: 'Project is ready',
        observedGeneration: project.metadata.generation,
      })
      if (updated && before?.status !== 'True') {
        events.record({ kind: Project, object: updated }, 'Normal', 'Ready', 'Project is ready')
      }
      return undefined
    },
  }

  async function finish(project: ProjectObject, context: ReconcileContext): Promise<void> {
    const { name, uid = '', finalizers = [] } = project.metadata
    if (!finalizers.includes(projectControllerFinalizer)) return
    const cleanup = { type: 'ResourceCleanup', observedGeneration: project.metadata.generation }
    await setConditions(project, context, {
      ...cleanup,
      status: 'True',
      reason: 'CleanupStarted',
      message: 'The content of the project is being removed',
    })
    await planes.empty(uid)
    await setConditions(project, context, {
      ...cleanup,
      status: 'True',
      reason: 'CleanupAwaitingCompletion',
      message: 'The content of the project has been deleted',
    })
    await setConditions(project, context, {
      ...cleanup,
      status: 'False',
      reason: 'CleanupComplete',
      message: 'The content of the project has been removed',
    })
    const about = { kind: Project, object: project }
    context.events.record(about, 'Normal', 'CleanupComplete', 'The content of the project has been removed')
    await removeFinalizer(context.client, Project, { name }, projectControllerFinalizer)
  }
}

function setConditions(
  { metadata: { name } }: ProjectObject,
  { client, clock }: ReconcileContext,
  finding: Finding,
): Promise<ProjectObject | undefined> {
  return client.changeStatus(Project, { name }, (draft) => {
    draft.status = {
      ...draft.status,
      conditions: setCondition(draft.status?.conditions, finding, clock.now()),
    }
  })
}

/** A project goes with its organization, also when somebody has torn it loose. */
async function restoreOwner(
  { metadata: { name, labels, ownerReferences = [] } }: ProjectObject,
  { client, events }: ReconcileContext,
): Promise<void> {
  // The label cannot be changed, as `spec.ownerRef` can.
  const organization = await client.get(Organization, { name: labels?.[organizationNameLabel] ?? '' })
  if (!organization || ownerReferences.some(({ uid }) => uid === organization.metadata.uid)) return
  const restored = await client.change(Project, { name }, ({ metadata }) => {
    const reference = ownerReference(Organization, organization, 'owner')
    metadata.ownerReferences = [...(metadata.ownerReferences ?? []), reference]
  })
  if (!restored) return
  const message = `Restored the owner of project ${name}: organization ${organization.metadata.name}`
  events.record({ kind: Project, object: restored }, 'Warning', 'Restored', message)
}

async function ensureNamespaces(client: Client): Promise<void> {
  for (const [name, labels] of Object.entries(projectNamespaces)) {
    if (await client.get(Namespace, { name })) continue
    try {
      await client.create(Namespace, { metadata: { name, labels: { ...labels } } })
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
  }
}
