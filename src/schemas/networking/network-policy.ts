import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { object, optional, type Static } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { networkingGroup } from './group.ts'

function spec() {
  return object('What the policy asks for. The deployed API has no fields here yet.', {})
}

function status() {
  return object('What was observed of the policy. The deployed API has no fields here yet.', {})
}

export interface NetworkPolicyObject extends KubernetesObject {
  spec?: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

export const NetworkPolicy: Kind<NetworkPolicyObject> = {
  group: networkingGroup,
  names: {
    kind: 'NetworkPolicy',
    listKind: 'NetworkPolicyList',
    plural: 'networkpolicies',
    singular: 'networkpolicy',
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
        objectSchema(
          'A policy of its own for the traffic of a network. Until it has fields, write the rules into the ' +
            'network interface of a workload.',
          { spec: optional(spec()), status: optional(status()) },
        ),
      ),
      columns: [],
      subresources: { status: true },
    },
  ],
}
