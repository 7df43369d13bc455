import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, readyColumns } from '../columns.ts'
import { conditions, pendingConditions } from '../conditions.ts'
import { object, optional, type Static } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { networkingGroup } from './group.ts'
import { localNetworkReference, locationReference } from './references.ts'

function spec() {
  return object('Which network is in which location.', {
    network: localNetworkReference('The network, in the namespace of this context.'),
    location: locationReference('The location that the network reaches.'),
  })
}

function status() {
  return object(
    'How far the provider has come.',
    {
      conditions: optional(
        conditions(
          'Whether the provider has set the network up (`Programmed`) and it can be used (`Ready`).',
        ),
      ),
    },
    { default: { conditions: pendingConditions('Programmed', 'Ready') } },
  )
}

export interface NetworkContextObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const NetworkContext: Kind<NetworkContextObject> = {
  group: networkingGroup,
  names: {
    kind: 'NetworkContext',
    listKind: 'NetworkContextList',
    plural: 'networkcontexts',
    singular: 'networkcontext',
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
        objectSchema('The part of a network that lies in one location.', {
          spec: optional(spec()),
          status: optional(status()),
        }),
      ),
      columns: [ageColumn, ...readyColumns],
      subresources: { status: true },
    },
  ],
}
