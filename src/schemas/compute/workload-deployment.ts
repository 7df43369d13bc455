import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditions } from '../conditions.ts'
import { object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { locationReference } from '../networking/references.ts'
import { computeGroup } from './group.ts'
import { instanceTemplate } from './instance-template.ts'
import { replicaCounts } from './replica-counts.ts'
import { scaleSettings } from './scale-settings.ts'

function spec() {
  return object('Which part of which workload this is.', {
    workloadRef: object('The workload that this belongs to, in the same namespace.', {
      name: text('The name of the Workload.'),
      uid: text('The uid of the Workload, which tells it from a later one of the same name.'),
    }),
    placementName: text('The placement of the workload that this is a part of.'),
    cityCode: text('The city that this part is for, such as `DFW`.'),
    template: instanceTemplate(),
    scaleSettings: scaleSettings(),
  })
}

function status() {
  return object('How this part of the workload is doing.', {
    location: optional(locationReference('The location that was chosen; it is never changed.')),
    conditions: optional(conditions('Whether at least one instance is ready (`Available`), and why not.')),
    ...replicaCounts(),
  })
}

export type WorkloadDeploymentSpec = Static<ReturnType<typeof spec>>
type WorkloadDeploymentStatus = Static<ReturnType<typeof status>>

export interface WorkloadDeploymentObject extends KubernetesObject {
  spec?: WorkloadDeploymentSpec
  status?: WorkloadDeploymentStatus
}

export const WorkloadDeployment: Kind<WorkloadDeploymentObject> = {
  group: computeGroup,
  names: {
    kind: 'WorkloadDeployment',
    listKind: 'WorkloadDeploymentList',
    plural: 'workloaddeployments',
    singular: 'workloaddeployment',
  },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('The part of a workload that runs in one city for one placement.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [
        ageColumn,
        conditionColumn('Available', 'Available', 'status'),
        conditionColumn('Reason', 'Available', 'reason'),
        textColumn('Replicas', '.status.replicas'),
        textColumn('Ready', '.status.readyReplicas'),
        textColumn('Desired', '.status.desiredReplicas'),
        textColumn('Up-to-date', '.status.currentReplicas'),
        textColumn('Location Namespace', '.status.location.namespace', 1),
        textColumn('Location Name', '.status.location.name', 1),
      ],
      subresources: { status: true },
    },
  ],
}
