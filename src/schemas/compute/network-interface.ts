import {
  atomicList,
  int32,
  intOrString,
  list,
  object,
  optional,
  plainText,
  type Static,
  text,
} from '../field.ts'
import { networkReference } from '../networking/references.ts'

function ingressRule() {
  return object('Lets in what matches both `from` and `ports`.', {
    from: optional(
      atomicList(
        'Who may send; left out, everyone.',
        object('One group of senders.', {
          ipBlock: optional(
            object('A range of addresses.', {
              cidr: text('The range in CIDR notation, such as `0.0.0.0/0`.'),
              except: optional(
                atomicList('Parts of the range that are left out, in CIDR notation.', plainText()),
              ),
            }),
          ),
        }),
      ),
    ),
    ports: optional(
      atomicList(
        'To which ports; left out, all of them.',
        object('One port, or a range of ports.', {
          protocol: optional(text('`TCP`, `UDP` or `SCTP`; left out, `TCP`.')),
          port: optional(intOrString('The port, by number or by name; left out, every port.')),
          endPort: optional(int32('The last port of the range that begins with `port`.')),
        }),
      ),
    ),
  })
}

/** How an instance is connected to one network. */
export function networkInterface() {
  return object('One connection to a network.', {
    network: networkReference('The network.'),
    networkPolicy: optional(
      object('What traffic is let through.', {
        ingress: optional(list('What may come in. A rule that matches lets it in.', ingressRule())),
      }),
    ),
  })
}

export type NetworkInterface = Static<ReturnType<typeof networkInterface>>
