/** Paths and manifests that tests of the compute kinds share. */

export const workloads = '/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads'
export const deployments = '/apis/compute.datumapis.com/v1alpha/namespaces/default/workloaddeployments'
export const instances = '/apis/compute.datumapis.com/v1alpha/namespaces/default/instances'
export const networks = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networks'
export const locations = '/apis/networking.datumapis.com/v1alpha/namespaces/default/locations'
export const networkBindings = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networkbindings'
export const networkContexts = '/apis/networking.datumapis.com/v1alpha/namespaces/default/networkcontexts'
export const subnetClaims = '/apis/networking.datumapis.com/v1alpha/namespaces/default/subnetclaims'
export const subnets = '/apis/networking.datumapis.com/v1alpha/namespaces/default/subnets'
export const events = '/api/v1/namespaces/default/events'

export interface WorkloadWishes {
  readonly name?: string
  readonly placement?: string
  readonly cityCodes?: readonly string[]
  readonly replicas?: number
  readonly networks?: readonly string[]
  readonly image?: string
  readonly volumes?: readonly object[]
}

export function workload(wishes: WorkloadWishes = {}) {
  const { name = 'web', placement = 'p1', cityCodes = ['DFW'], replicas = 1 } = wishes
  const { networks: names = ['default'], image = 'docker.io/library/nginx:latest', volumes } = wishes
  return {
    apiVersion: 'compute.datumapis.com/v1alpha',
    kind: 'Workload',
    metadata: { name },
    spec: {
      template: {
        metadata: { labels: { tier: 'app' } },
        spec: {
          runtime: {
            resources: { instanceType: 'datumcloud/d1-standard-2' },
            sandbox: {
              containers: [
                {
                  name: 'main',
                  image,
                  ...(volumes
                    ? {
                        volumeAttachments: volumes.map((volume) => ({
                          name: (volume as { name: string }).name,
                          mountPath: `/${(volume as { name: string }).name}`,
                        })),
                      }
                    : {}),
                },
              ],
            },
          },
          networkInterfaces: names.map((network) => ({ network: { name: network } })),
          ...(volumes ? { volumes } : {}),
        },
      },
      placements: [{ name: placement, cityCodes: [...cityCodes], scaleSettings: { minReplicas: replicas } }],
    },
  }
}

export function network(name: string, spec: object = {}) {
  return {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind: 'Network',
    metadata: { name },
    spec: { ipam: { mode: 'Auto' }, ...spec },
  }
}

export function location(name: string, cityCode: string) {
  return {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind: 'Location',
    metadata: { name },
    spec: {
      locationClassName: 'datum-managed',
      topology: { 'topology.datum.net/city-code': cityCode },
      provider: { gcp: { projectId: 'p', region: 'r', zone: 'z' } },
    },
  }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** `True Ready`: status and reason of a condition; empty when there is none. */
export function condition(
  object: { status?: { conditions?: Condition[] } } | undefined,
  type: string,
): string {
  const found = object?.status?.conditions?.find((each) => each.type === type)
  return found ? `${found.status} ${found.reason}` : ''
}

export function conditionMessage(object: { status?: { conditions?: Condition[] } }, type: string): string {
  return object.status?.conditions?.find((each) => each.type === type)?.message ?? ''
}
