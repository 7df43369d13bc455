import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditions } from '../conditions.ts'
import { int32, list, object, optional, plainText, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { forOwnShape } from '../own-shape.ts'
import { computeGroup } from './group.ts'
import { instanceTemplate } from './instance-template.ts'
import { replicaCounts } from './replica-counts.ts'
import { scaleSettings } from './scale-settings.ts'
import { workloadAdmission } from './workload-admission.ts'
import { workloadGatewayStatus } from './workload-gateway-status.ts'

function placement() {
  return object('One group of instances, the same in every city of the list.', {
    name: text('The name of the placement; a DNS label.'),
    cityCodes: list(
      'The cities where instances run, by the city code of the Locations there, such as `DFW`.',
      plainText(),
    ),
    scaleSettings: scaleSettings(),
  })
}

function spec() {
  return object('What should run, and where.', {
    template: instanceTemplate(),
    placements: list('Where instances run, and how many.', placement(), { minItems: 1 }),
  })
}

function placementStatus() {
  return object('How one placement is doing.', {
    name: text('The name of the placement.'),
    conditions: optional(conditions('Whether one of its deployments is available (`Available`).')),
    ...replicaCounts(),
  })
}

function status() {
  return object('How the workload is doing, over all placements.', {
    conditions: optional(
      conditions('Whether one of the placements is available (`Available`), and why not.'),
    ),
    deployments: int32('How many WorkloadDeployments there are.'),
    ...replicaCounts(),
    placements: optional(list('How each placement is doing, by name.', placementStatus())),
    gateway: optional(workloadGatewayStatus()),
  })
}

export type WorkloadPlacement = Static<ReturnType<typeof placement>>
type WorkloadSpec = Static<ReturnType<typeof spec>>
export type WorkloadStatus = Static<ReturnType<typeof status>>

export interface WorkloadObject extends KubernetesObject {
  spec: WorkloadSpec
  status?: WorkloadStatus
}

const schema = onFirstUse(() =>
  objectSchema('Containers or virtual machines that run in one or more cities.', {
    spec: spec(),
    status: optional(status()),
  }),
)

export const Workload: Kind<WorkloadObject> = {
  group: computeGroup,
  names: { kind: 'Workload', listKind: 'WorkloadList', plural: 'workloads', singular: 'workload' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  admission: forOwnShape(schema, workloadAdmission),
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema,
      columns: [
        ageColumn,
        conditionColumn('Available', 'Available', 'status'),
        conditionColumn('Reason', 'Available', 'reason'),
        textColumn('Deployments', '.status.deployments'),
        textColumn('Replicas', '.status.replicas'),
        textColumn('Ready', '.status.readyReplicas'),
        textColumn('Desired', '.status.desiredReplicas'),
        textColumn('Up-to-date', '.status.currentReplicas'),
      ],
      subresources: { status: true },
    },
  ],
}
