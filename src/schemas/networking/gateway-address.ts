import { object, optional, text } from '../field.ts'

/** An address at which a gateway or a proxy can be reached. */
export function gatewayAddress() {
  return object(
    'One address.',
    {
      type: optional(
        text('What `value` is: `IPAddress`, `Hostname`, `NamedAddress`, or a type with a domain in front.', {
          default: 'IPAddress',
          minLength: 1,
          maxLength: 253,
          pattern:
            "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
        }),
      ),
      value: text('The address itself.', { minLength: 1, maxLength: 253 }),
    },
    {
      'x-kubernetes-validations': [
        {
          message:
            'Hostname value must only contain valid characters (matching ^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)',
          rule: 'self.type == \'Hostname\' ? self.value.matches(r"""^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"""): true',
        },
      ],
    },
  )
}
