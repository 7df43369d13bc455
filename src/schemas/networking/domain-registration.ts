import { boolean, dateTime, integer, list, object, optional, plainText, text } from '../field.ts'

function contact(description: string) {
  return object(description, {
    organization: optional(text('The organization of the contact.')),
    email: optional(text('The email address of the contact.')),
    phone: optional(text('The telephone number of the contact.')),
  })
}

function delegationSigner() {
  return object('One delegation signer record.', {
    keyTag: integer('The tag of the key.'),
    algorithm: integer('The number of the algorithm.'),
    digestType: integer('The number of the kind of digest.'),
    digest: text('The digest of the key, in hexadecimal.'),
  })
}

/** What registries tell about a domain. */
export function domainRegistration() {
  return object('What the registry tells about the domain.', {
    domain: optional(text('The name that is registered.')),
    handle: optional(text('How the registry refers to the domain.')),
    registryDomainID: optional(text('The number of the domain at the registry.')),
    source: optional(text('Where this was read: `rdap` or `whois`.')),
    createdAt: optional(dateTime('When the name was first registered.')),
    updatedAt: optional(dateTime('When the registration was last changed.')),
    expiresAt: optional(dateTime('When the registration ends.')),
    statuses: optional(list('The status codes of the registration.', plainText())),
    registrar: optional(
      object('The company through which the name is registered.', {
        name: optional(text('The name of the registrar.')),
        ianaID: optional(text('The number of the registrar at IANA.')),
        url: optional(text('The address of the registrar in the web.')),
      }),
    ),
    registry: optional(
      object('The keeper of the top-level domain.', {
        name: optional(text('The name of the registry.')),
        url: optional(text('The address of the registry in the web.')),
      }),
    ),
    contacts: optional(
      object('Whom to write to, as far as the registry tells.', {
        registrant: optional(contact('The holder of the name.')),
        admin: optional(contact('The administrative contact.')),
        tech: optional(contact('The technical contact.')),
      }),
    ),
    abuse: optional(
      object('Whom to tell about abuse.', {
        email: optional(text('The email address for reports.')),
        phone: optional(text('The telephone number for reports.')),
      }),
    ),
    dnssec: optional(
      object('Whether the zone is signed.', {
        enabled: optional(boolean('Whether there are delegation signer records.')),
        ds: optional(list('The delegation signer records.', delegationSigner())),
      }),
    ),
    lastRefreshAttempt: optional(dateTime('When the registry was last asked.')),
    nextRefreshAttempt: optional(dateTime('When the registry will be asked again.')),
  })
}
