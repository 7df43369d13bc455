import { getOrInsert } from '../../apimachinery/get-or-insert.ts'
import { formatObjectKey, type ObjectKey } from '../../apimachinery/object.ts'
import type { ReconcileContext, Reconciler } from '../../controller-runtime/reconciler.ts'
import type { Plane } from '../../registry/registry.ts'
import { Project } from '../../schemas/resourcemanager/project.ts'
import { ExportPolicy, type ExportPolicyObject } from '../../schemas/telemetry/export-policy.ts'
import type { Reading } from '../../telemetry/series.ts'
import { collectReadings } from './metrics/collect.ts'
import { readDelivery } from './metrics/delivery.ts'
import { createPolicyExport, type PolicyExport } from './policy-export.ts'
import { watchSinkSecrets } from './sink-secret.ts'

/** Milliseconds between two readings of a series. */
const collectionInterval = 15_000

/** The label, on every series, of the project that it is of. */
const projectLabel = 'resourcemanager_datumapis_com_project_name'

/** What goes on in one project. */
interface ProjectExports {
  name: string | undefined
  readonly policies: Map<string, PolicyExport>
}

/** Really sends what export policies say, from every project by itself. `userAgent`: what sinks see the sender as. */
export function createTelemetryExportReconciler(userAgent: string): Reconciler<ExportPolicyObject> {
  const projects = new Map<Plane, ProjectExports>()
  const secrets = watchSinkSecrets()

  return {
    name: 'telemetry-export',
    planes: ['project'],
    for: ExportPolicy,
    ...secrets,
    forgetPlane(plane) {
      secrets.forgetPlane(plane)
      for (const each of projects.get(plane)?.policies.values() ?? []) each.close()
      projects.delete(plane)
    },

    async reconcile(key, context) {
      const { plane, client, clock, events } = context
      const project = getOrInsert(projects, plane, () => ({ name: undefined, policies: new Map() }))
      const policy = await client.get(ExportPolicy, key)
      if (!policy || policy.metadata.deletionTimestamp !== undefined) {
        close(project, key)
        return undefined
      }
      if (project.policies.get(formatObjectKey(key))?.uid !== policy.metadata.uid) close(project, key)
      const running = getOrInsert(project.policies, formatObjectKey(key), () =>
        createPolicyExport(policy, { clock, events, userAgent }),
      )
      await running.configure(policy, client)
      if (running.figures.size === 0) return undefined
      const now = clock.now()
      if (now >= running.due) {
        running.add(await readProject(project, context, now), now)
        running.due = now + collectionInterval
      }
      return { requeueAfter: running.due - now }
    },
  }
}

function close({ policies }: ProjectExports, key: ObjectKey): void {
  policies.get(formatObjectKey(key))?.close()
  policies.delete(formatObjectKey(key))
}

async function readProject(
  project: ProjectExports,
  { plane, client, clientFor }: ReconcileContext,
  now: number,
): Promise<Reading[]> {
  // A plane is named by the project's uid, and that of a name for good.
  project.name ??= (await clientFor('root').list(Project)).find(
    ({ metadata }) => plane === `project/${metadata.uid}`,
  )?.metadata.name
  const deliveries = [...project.policies.values()].flatMap(({ policy, figures }) =>
    [...figures].flatMap(([sink, each]) => readDelivery(policy, sink, each)),
  )
  const readings = [...(await collectReadings(client, now)), ...deliveries]
  return readings.map(({ labels, value }) => ({
    labels: { ...labels, [projectLabel]: project.name ?? '' },
    value,
  }))
}
