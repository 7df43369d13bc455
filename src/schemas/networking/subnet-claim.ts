import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, readyColumns } from '../columns.ts'
import { conditions, pendingConditions } from '../conditions.ts'
import { int32, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { networkingGroup } from './group.ts'
import { ipFamily } from './ip-family.ts'
import { localNetworkContextReference, locationReference } from './references.ts'

function spec() {
  return object('Which addresses are wanted.', {
    subnetClass: text('What the subnet is for; `private` for the addresses of instances.'),
    networkContext: localNetworkContextReference('The part of the network that the subnet belongs to.'),
    ipFamily: ipFamily('The family of the addresses.'),
    location: locationReference('The location that the subnet serves.'),
    startAddress: optional(
      text('The first address of the block, where it must be a certain one; left out, one is chosen.'),
    ),
    prefixLength: optional(
      int32('The prefix length of the block, where it must be a certain one; left out, one is chosen.'),
    ),
  })
}

function status() {
  return object(
    'What was handed out.',
    {
      conditions: optional(
        conditions('Whether a block is assigned (`Allocated`), set up (`Programmed`), and usable (`Ready`).'),
      ),
      subnetRef: optional(
        object('The subnet that fulfils the claim, in the same namespace.', {
          name: text('The name of the Subnet.'),
        }),
      ),
      startAddress: optional(text('The first address of the assigned block.')),
      prefixLength: optional(int32('The prefix length of the assigned block.')),
    },
    { default: { conditions: pendingConditions('Allocated', 'Programmed', 'Ready') } },
  )
}

export interface SubnetClaimObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const SubnetClaim: Kind<SubnetClaimObject> = {
  group: networkingGroup,
  names: {
    kind: 'SubnetClaim',
    listKind: 'SubnetClaimList',
    plural: 'subnetclaims',
    singular: 'subnetclaim',
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
        objectSchema('The wish for a block of addresses of a network in a location.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [ageColumn, ...readyColumns],
      subresources: { status: true },
    },
  ],
}
