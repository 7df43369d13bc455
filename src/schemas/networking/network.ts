import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, readyColumns, textColumn } from '../columns.ts'
import { conditions } from '../conditions.ts'
import { choice, int32, list, object, optional, plainText, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { forOwnShape } from '../own-shape.ts'
import { networkingGroup } from './group.ts'
import { ipFamily } from './ip-family.ts'
import { networkAdmission } from './network-admission.ts'

function ipam() {
  return object('How the network comes by its addresses.', {
    mode: choice(
      '`Auto`: subnets are cut out of the ranges of the network wherever something is placed. ' +
        '`Policy`: nothing is handed out by itself; the Subnets that you make are used.',
      ['Auto', 'Policy'],
    ),
    ipv4Ranges: optional(
      list(
        'The IPv4 ranges of the network in CIDR notation, filled in this order. ' +
          'Left out, the network uses 10.128.0.0/9. A range may not be smaller than a /28.',
        plainText(),
      ),
    ),
    ipv6Ranges: optional(
      list(
        'The IPv6 ranges of the network in CIDR notation, filled in this order. ' +
          'Left out, the network is given a /48 of fd20::/20.',
        plainText(),
      ),
    ),
    ipv4Range: optional(
      text('The IPv4 range of the network, where there is one only. Use this or `ipv4Ranges`.'),
    ),
    ipv6Range: optional(
      text('The IPv6 range of the network, where there is one only. Use this or `ipv6Ranges`.'),
    ),
  })
}

function spec() {
  return object('What the network should be like.', {
    ipam: ipam(),
    ipFamilies: optional(
      list('Which families of addresses instances on this network get.', ipFamily('A family of addresses.'), {
        default: ['IPv4'],
      }),
    ),
    mtu: optional(
      int32('The largest packet that the network carries, in bytes.', {
        default: 1460,
        minimum: 1300,
        maximum: 8856,
      }),
    ),
  })
}

function status() {
  return object('What was observed of the network.', {
    conditions: optional(conditions('Whether the network can be used (`Ready`).')),
    ipam: optional(
      object('The address ranges in force.', {
        ipv4Ranges: optional(
          list('The IPv4 ranges that subnets are cut out of, in CIDR notation.', plainText()),
        ),
        ipv6Prefix: optional(
          text('The IPv6 prefix of the network in CIDR notation; absent where IPv6 is not asked for.'),
        ),
      }),
    ),
  })
}

export type NetworkSpec = Static<ReturnType<typeof spec>>
type NetworkStatus = Static<ReturnType<typeof status>>

export interface NetworkObject extends KubernetesObject {
  spec: NetworkSpec
  status?: NetworkStatus
}

const schema = onFirstUse(() =>
  objectSchema('A network that instances of a project share, with its address ranges.', {
    spec: spec(),
    status: optional(status()),
  }),
)

/** Beyond the deployed schema: the documented `ipv4Ranges` and `ipv6Ranges`, and `status.ipam`. */
export const Network: Kind<NetworkObject> = {
  group: networkingGroup,
  names: { kind: 'Network', listKind: 'NetworkList', plural: 'networks', singular: 'network' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  admission: forOwnShape(schema, networkAdmission),
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema,
      columns: [
        textColumn('Name', '.metadata.name'),
        ageColumn,
        ...readyColumns,
        textColumn('IPAM', '.spec.ipam.mode'),
        textColumn('IPFamilies', '.spec.ipFamilies'),
        { name: 'MTU', type: 'integer', jsonPath: '.spec.mtu' },
      ],
      subresources: { status: true },
    },
  ],
}
