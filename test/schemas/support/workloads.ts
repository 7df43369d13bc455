import type { WorkloadObject } from '../../../src/schemas/compute/workload.ts'
import { Location } from '../../../src/schemas/networking/location.ts'
import type { Surroundings } from './admission.ts'

/** A value at a path of `change`, over what is there; `undefined` takes a field away. */
export type Change = readonly [path: string, value: unknown]

/** A copy of `object` with some places changed: `changed(workload, ['spec/placements/0/name', ''])`. */
export function changed<T>(object: T, ...changes: readonly Change[]): T {
  const copy = structuredClone(object)
  for (const [path, value] of changes) {
    const segments = path.split('/')
    const last = segments.pop() as string
    let place = copy as Record<string, unknown>
    for (const segment of segments) {
      place[segment] ??= {}
      place = place[segment] as Record<string, unknown>
    }
    if (value === undefined) delete place[last]
    else place[last] = value
  }
  return copy
}

function location(name: string, cityCode: string) {
  return {
    metadata: { name, namespace: 'default' },
    spec: {
      locationClassName: 'datum-managed',
      topology: { 'topology.datum.net/city-code': cityCode },
      provider: {},
    },
  }
}

/** A project with two cities. */
export const twoCities: Surroundings = {
  objects: [[Location, [location('b', 'LHR'), location('a', 'DFW'), location('c', 'DFW')]]],
}

/** The containers of the public document, with the two volumes that it mounts. */
export const sandbox: WorkloadObject = {
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    template: {
      spec: {
        runtime: {
          resources: { instanceType: 'datumcloud/d1-standard-2' },
          sandbox: {
            containers: [
              {
                name: 'netdata',
                image: 'docker.io/netdata/netdata:latest',
                ports: [{ name: 'http', port: 8080 }],
                volumeAttachments: [
                  { name: 'secret', mountPath: '/secret' },
                  { name: 'configmap', mountPath: '/configmap' },
                ],
              },
            ],
          },
        },
        networkInterfaces: [{ network: { name: 'default' } }],
        volumes: [
          { name: 'secret', secret: { secretName: 'one' } },
          { name: 'configmap', configMap: { name: 'two' } },
        ],
      },
    },
    placements: [
      {
        name: 'us',
        cityCodes: ['DFW'],
        scaleSettings: { minReplicas: 1, instanceManagementPolicy: 'OrderedReady' },
      },
    ],
  },
}

const sshKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample0 user@example.com'

/** The virtual machine of the public document. */
export const machine: WorkloadObject = {
  metadata: { name: 'machine', namespace: 'default' },
  spec: {
    template: {
      metadata: { annotations: { 'compute.datumapis.com/ssh-keys': `myuser:${sshKey}\n` } },
      spec: {
        runtime: {
          resources: { instanceType: 'datumcloud/d1-standard-2' },
          virtualMachine: { volumeAttachments: [{ name: 'boot' }] },
        },
        networkInterfaces: [{ network: { name: 'default' } }],
        volumes: [
          {
            name: 'boot',
            disk: {
              template: {
                spec: { type: 'pd-standard', populator: { image: { name: 'datumcloud/ubuntu-2204-lts' } } },
              },
            },
          },
        ],
      },
    },
    placements: sandbox.spec.placements,
  },
}
