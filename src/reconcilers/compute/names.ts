/** Labels, finalizers and gates by which compute controllers know each other's work. */

export const workloadUidLabel = 'compute.datumapis.com/workload-uid'
export const workloadDeploymentUidLabel = 'compute.datumapis.com/workload-deployment-uid'
export const instanceIndexLabel = 'compute.datumapis.com/instance-index'

/** The deployed API has the same finalizer on Workloads and on WorkloadDeployments. */
export const workloadControllerFinalizer = 'compute.datumapis.com/workload-controller'
/** The finalizer of the provider that runs an Instance. */
export const providerFinalizer = 'compute.datumapis.com/infra-provider-gcp'

/** The scheduling gate that an Instance waits behind until its networks are there. */
export const networkGate = 'Network'

/** The management policy under which instances are made and changed one at a time; there is no other yet. */
export const orderedReady = 'OrderedReady'
