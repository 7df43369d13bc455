import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, readyColumns } from '../columns.ts'
import { conditions, pendingConditions } from '../conditions.ts'
import { object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { networkingGroup } from './group.ts'
import { locationReference, networkReference } from './references.ts'

function spec() {
  return object('Which network is wanted where.', {
    network: networkReference('The network that is wanted.'),
    location: locationReference('The location where it is wanted.'),
  })
}

function status() {
  return object(
    'What has become of the wish.',
    {
      conditions: optional(conditions('Whether the network is there (`Ready`).')),
      networkContextRef: optional(
        object('The context that serves this binding, once there is one.', {
          namespace: text('The namespace of the NetworkContext.'),
          name: text('The name of the NetworkContext.'),
        }),
      ),
    },
    { default: { conditions: pendingConditions('Ready') } },
  )
}

export interface NetworkBindingObject extends KubernetesObject {
  spec: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const NetworkBinding: Kind<NetworkBindingObject> = {
  group: networkingGroup,
  names: {
    kind: 'NetworkBinding',
    listKind: 'NetworkBindingList',
    plural: 'networkbindings',
    singular: 'networkbinding',
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
        objectSchema('The wish to have a network in a location; many bindings may share one context.', {
          spec: spec(),
          status: optional(status()),
        }),
      ),
      columns: [ageColumn, ...readyColumns],
      subresources: { status: true },
    },
  ],
}
