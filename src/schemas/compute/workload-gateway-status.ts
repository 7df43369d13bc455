import { keyedConditions, pendingConditions } from '../conditions.ts'
import { int32, keyedList, list, object, optional, text } from '../field.ts'
import { gatewayAddress } from '../networking/gateway-address.ts'

function listener() {
  return object('How one listener of the gateway is doing.', {
    name: text('The name of the listener.', {
      minLength: 1,
      maxLength: 253,
      pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    }),
    attachedRoutes: int32('How many routes lead to this listener.'),
    supportedKinds: list(
      'Which kinds of routes may be attached.',
      object('One kind of route.', {
        group: optional(
          text('The API group of the kind.', {
            default: 'gateway.networking.k8s.io',
            maxLength: 253,
            pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
          }),
        ),
        kind: text('The kind of route, such as `HTTPRoute`.', {
          minLength: 1,
          maxLength: 63,
          pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
        }),
      }),
      { maxItems: 8 },
    ),
    conditions: keyedConditions('What was observed of the listener.', { maxItems: 8 }),
  })
}

/** The gateway in front of a workload. The deployed API declares it and never sets it. */
export function workloadGatewayStatus() {
  return object('The gateway in front of the workload. Nothing sets it today.', {
    addresses: optional(list('The addresses of the gateway.', gatewayAddress(), { maxItems: 16 })),
    conditions: optional(
      keyedConditions('What was observed of the gateway.', {
        maxItems: 8,
        default: pendingConditions('Accepted', 'Programmed'),
      }),
    ),
    listeners: optional(keyedList('How each listener is doing.', ['name'], listener(), { maxItems: 64 })),
  })
}
