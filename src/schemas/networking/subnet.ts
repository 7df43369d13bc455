import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, readyColumns, textColumn } from '../columns.ts'
import { conditions, pendingConditions } from '../conditions.ts'
import { int32, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { networkingGroup } from './group.ts'
import { ipFamily } from './ip-family.ts'
import { localNetworkContextReference, locationReference } from './references.ts'

function spec() {
  return object('Which block of addresses it is.', {
    subnetClass: text('What the subnet is for; `private` for the addresses of instances.'),
    networkContext: localNetworkContextReference('The part of the network that the subnet belongs to.'),
    ipFamily: ipFamily('The family of the addresses.'),
    location: locationReference('The location that the subnet serves.'),
    startAddress: text('The first address of the block; empty: one is chosen.'),
    prefixLength: int32('The prefix length of the block; 0: one is chosen.'),
  })
}

function status() {
  return object(
    'The block that was assigned.',
    {
      conditions: optional(
        conditions('Whether a block is assigned (`Allocated`), set up (`Programmed`), and usable (`Ready`).'),
      ),
      startAddress: optional(text('The first address of the assigned block.')),
      prefixLength: optional(int32('The prefix length of the assigned block.')),
    },
    { default: { conditions: pendingConditions('Allocated', 'Programmed', 'Ready') } },
  )
}

export interface SubnetObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const Subnet: Kind<SubnetObject> = {
  group: networkingGroup,
  names: { kind: 'Subnet', listKind: 'SubnetList', plural: 'subnets', singular: 'subnet' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('A block of addresses of a network in a location.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [
        ageColumn,
        ...readyColumns,
        textColumn('Start Address', '.status.startAddress'),
        textColumn('Prefix Length', '.status.prefixLength'),
      ],
      subresources: { status: true },
    },
  ],
}
