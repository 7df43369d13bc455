import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { keyedConditions, pendingConditions } from '../conditions.ts'
import { list, object, optional, plainText, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { gatewayAddress } from './gateway-address.ts'
import { networkingGroup } from './group.ts'
import { wildcardHostNameFormat } from './host-name.ts'
import { proxyRules } from './http-proxy-rule.ts'

function spec() {
  return object('What is served where.', {
    hostnames: optional(
      list(
        'The names under which the proxy answers, beside the one that it is given.',
        plainText(wildcardHostNameFormat),
        { maxItems: 16 },
      ),
    ),
    rules: proxyRules(),
  })
}

function status() {
  return object(
    'What was observed of the proxy.',
    {
      conditions: optional(
        keyedConditions('Whether the proxy is understood (`Accepted`) and set up (`Programmed`).'),
      ),
      addresses: optional(list('Where the proxy can be reached.', gatewayAddress(), { maxItems: 16 })),
      canonicalHostname: optional(text('The name that the proxy was given; let your own names point to it.')),
      hostnames: optional(
        list('The names under which the proxy answers now.', plainText(wildcardHostNameFormat)),
      ),
      hostnameStatuses: optional(
        list(
          'How each name is doing.',
          object('How one name is doing.', {
            hostname: text('The name.'),
            conditions: optional(keyedConditions('Whether the name is yours and free.')),
          }),
        ),
      ),
    },
    { default: { conditions: pendingConditions('Accepted', 'Programmed') } },
  )
}

export interface HttpProxyObject extends KubernetesObject {
  spec: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

/** Stored and validated; no traffic passes here. */
export const HTTPProxy: Kind<HttpProxyObject> = {
  group: networkingGroup,
  names: { kind: 'HTTPProxy', listKind: 'HTTPProxyList', plural: 'httpproxies', singular: 'httpproxy' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('Brings requests from the internet to a backend of yours.', {
          spec: spec(),
          status: optional(status()),
        }),
      ),
      columns: [
        textColumn('Hostname', '.status.hostnames[*]'),
        conditionColumn('Programmed', 'Programmed', 'status'),
        conditionColumn('Certificates', 'CertificatesReady', 'status'),
        ageColumn,
      ],
      subresources: { status: true },
    },
  ],
}
