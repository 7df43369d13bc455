import type { KubernetesObject } from '../../apimachinery/object.ts'
import type { Kind } from '../../registry/kind.ts'
import { ageColumn, conditionColumn, textColumn } from '../columns.ts'
import { conditions, pendingConditions } from '../conditions.ts'
import { boolean, dateTime, list, object, optional, type Static, text } from '../field.ts'
import { objectSchema, onFirstUse } from '../kind-schema.ts'
import { domainAdmission } from './domain-admission.ts'
import { domainRegistration } from './domain-registration.ts'
import { networkingGroup } from './group.ts'
import { hostNameFormat } from './host-name.ts'

function spec() {
  return object('Which domain it is.', {
    domainName: text('The name of the domain, such as `example.com`. It cannot be changed.', {
      ...hostNameFormat,
      'x-kubernetes-validations': [
        {
          message: 'A domain name is immutable and cannot be changed after creation',
          rule: "oldSelf == '' || self == oldSelf",
        },
        {
          message: 'Must have at least two segments separated by dots',
          rule: "self.indexOf('.') != -1",
        },
      ],
    }),
    desiredRegistrationRefreshAttempt: optional(
      dateTime('Asks for the registry to be read again at this time; at most once in five minutes.', {
        'x-kubernetes-validations': [
          {
            message: 'must be at least 5m after the previous desiredRegistrationRefreshAttempt when changed',
            rule: "oldSelf == null || self == null || self == oldSelf || self >= oldSelf + duration('5m')",
          },
        ],
      }),
    ),
  })
}

function verification() {
  return object('How to show that the domain is yours: do one of the two.', {
    dnsRecord: optional(
      object('A record to add to the zone of the domain.', {
        name: text('The name of the record.'),
        type: text('The type of the record.'),
        content: text('The content of the record.'),
      }),
    ),
    httpToken: optional(
      object('A page to serve on the domain.', {
        url: text('The address of the page.'),
        body: text('What the page must say.'),
      }),
    ),
    nextVerificationAttempt: optional(dateTime('When it will be looked at again.')),
  })
}

function nameserver() {
  return object('One name server.', {
    hostname: text('The name of the server.'),
    ips: optional(
      list(
        'The addresses of the server.',
        object('One address.', {
          address: text('The address.'),
          registrantName: optional(text('To whom the address belongs.')),
        }),
      ),
    ),
  })
}

function status() {
  return object(
    'What was observed of the domain.',
    {
      conditions: optional(
        conditions(
          'Whether the domain is yours (`Verified`), by record (`VerifiedDNS`) or page (`VerifiedHTTP`).',
        ),
      ),
      verification: optional(verification()),
      apex: optional(boolean('Whether the domain is one that is registered, not a part of one.')),
      nameservers: optional(list('The servers that answer for the domain.', nameserver())),
      registration: optional(domainRegistration()),
    },
    { default: { conditions: pendingConditions('Verified', 'VerifiedDNS', 'VerifiedHTTP') } },
  )
}

export interface DomainObject extends KubernetesObject {
  spec: Static<ReturnType<typeof spec>>
  status?: Static<ReturnType<typeof status>>
}

/** Stored and validated; nothing verifies it here. */
export const Domain: Kind<DomainObject> = {
  group: networkingGroup,
  names: { kind: 'Domain', listKind: 'DomainList', plural: 'domains', singular: 'domain' },
  scope: 'Namespaced',
  planes: ['project'],
  origin: 'custom',
  admission: domainAdmission,
  versions: [
    {
      name: 'v1alpha',
      served: true,
      storage: true,
      schema: onFirstUse(() =>
        objectSchema('A domain name that you say is yours.', { spec: spec(), status: optional(status()) }),
      ),
      columns: [
        textColumn('Domain Name', '.spec.domainName'),
        ageColumn,
        conditionColumn('Verified', 'Verified', 'status'),
        conditionColumn('Verification Message', 'Verified', 'message', 1),
      ],
      subresources: { status: true },
    },
  ],
}
