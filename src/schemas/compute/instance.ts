import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, readyColumns, textColumn } from '../columns.ts'
import { conditions, pendingConditions } from '../conditions.ts'
import { list, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { computeGroup } from './group.ts'
import { type InstanceSpec, instanceSpec } from './instance-template.ts'

function status() {
  return object(
    'How the instance is doing.',
    {
      conditions: optional(
        conditions('Whether the provider has it (`Programmed`), it runs (`Running`), and both (`Ready`).'),
      ),
      networkInterfaces: optional(
        list(
          'The addresses, in the order of `spec.networkInterfaces`.',
          object('The addresses of one connection.', {
            assignments: optional(
              object('What was assigned.', {
                networkIP: optional(text('The address within the network.')),
                externalIP: optional(text('The address by which the outside world reaches the instance.')),
              }),
            ),
          }),
        ),
      ),
      controller: optional(
        object('Notes of the provider.', {
          observedTemplateHash: text('The `spec.controller.templateHash` that is running.'),
        }),
      ),
    },
    { default: { conditions: pendingConditions('Programmed', 'Running', 'Ready') } },
  )
}

type InstanceStatus = Static<ReturnType<typeof status>>

export interface InstanceObject extends KubernetesObject {
  spec?: InstanceSpec
  status?: InstanceStatus
}

export const Instance: Kind<InstanceObject> = {
  group: computeGroup,
  names: { kind: 'Instance', listKind: 'InstanceList', plural: 'instances', singular: 'instance' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('One running copy of a workload: a sandbox with containers, or a virtual machine.', {
          spec: optional(instanceSpec('What the instance is.')),
          status: optional(status()),
        }),
      ),
      columns: [
        ageColumn,
        ...readyColumns,
        textColumn('Network IP', '.status.networkInterfaces[0].assignments.networkIP'),
        textColumn('External IP', '.status.networkInterfaces[0].assignments.externalIP'),
        conditionColumn('Message', 'Ready', 'message', 1),
      ],
      subresources: { status: true },
    },
  ],
}
