import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, textColumn } from '../columns.ts'
import { dateTime, int32, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { leaseAdmission } from './lease-admission.ts'

function spec() {
  return object('Who holds the lease, and until when.', {
    holderIdentity: optional(text('Who holds the lease now; empty or absent: nobody.')),
    leaseDurationSeconds: optional(
      int32('How long others wait after `renewTime` before they take the lease, in seconds.'),
    ),
    acquireTime: optional(dateTime('When the present holder took the lease, to the microsecond.')),
    renewTime: optional(dateTime('When the present holder last said that it is alive, to the microsecond.')),
    leaseTransitions: optional(int32('How often the lease has gone from one holder to another.')),
    strategy: optional(text('How the holder is chosen where candidates do not settle it themselves.')),
    preferredHolder: optional(text('Who should hold the lease next; needs `strategy`.')),
  })
}

export interface LeaseObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
}

export const Lease: Kind<LeaseObject> = {
  group: 'coordination.k8s.io',
  names: { kind: 'Lease', listKind: 'LeaseList', plural: 'leases', singular: 'lease' },
  scope: 'Namespaced',
  planes: ['root', 'project'],
  origin: 'core',
  unconditionalUpdate: false,
  createOnUpdate: true,
  admission: leaseAdmission,
  versions: [
    {
      name: 'v1',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('Something that one program at a time may hold, such as the lead among several.', {
          spec: optional(spec()),
        }),
      ),
      zeroValue: { metadata: { name: '' }, spec: {} },
      pointers: [
        'spec.holderIdentity',
        'spec.leaseDurationSeconds',
        'spec.acquireTime',
        'spec.renewTime',
        'spec.leaseTransitions',
        'spec.strategy',
        'spec.preferredHolder',
      ],
      typeNames: { 'spec.acquireTime': 'MicroTime', 'spec.renewTime': 'MicroTime' },
      columns: [textColumn('Holder', '.spec.holderIdentity'), ageColumn],
    },
  ],
}
