import { Workload, type WorkloadObject } from '../../../schemas/compute/workload.ts'
import type { Reading } from '../../../telemetry/series.ts'
import { resourceLabels } from './resource-labels.ts'

/** The counters of a workload's status. */
export function readWorkload(workload: WorkloadObject): Reading[] {
  const labels = resourceLabels('compute.datumapis.com', Workload, workload)
  const { replicas = 0, readyReplicas = 0, desiredReplicas = 0 } = workload.status ?? {}
  return Object.entries({
    datum_compute_workload_replicas: replicas,
    datum_compute_workload_ready_replicas: readyReplicas,
    datum_compute_workload_desired_replicas: desiredReplicas,
  }).map(([name, value]) => ({ labels: { __name__: name, ...labels }, value }))
}
