import { int32 } from '../field.ts'

/** The four counters that deployments, placements and workloads each report. */
export function replicaCounts() {
  return {
    replicas: int32('How many instances there are.'),
    currentReplicas: int32('How many of them are set up from the present template.'),
    desiredReplicas: int32('How many instances there should be.'),
    readyReplicas: int32('How many of them are ready.'),
  }
}
