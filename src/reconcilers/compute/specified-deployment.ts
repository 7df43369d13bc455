import type {
  WorkloadDeploymentObject,
  WorkloadDeploymentSpec,
} from '../../schemas/compute/workload-deployment.ts'

/** A deployment that says what it wants. The deployed schema lets users make one that does not: there is nothing to do. */
export interface SpecifiedDeployment extends WorkloadDeploymentObject {
  spec: WorkloadDeploymentSpec
}

export function isSpecified(deployment: WorkloadDeploymentObject): deployment is SpecifiedDeployment {
  return deployment.spec !== undefined
}
