import { conflict, forbidden } from '../../apimachinery/errors.ts'
import type { Admission, AdmissionRequest } from '../../registry/admission.ts'
import { groupResource, type Kind } from '../../registry/kind.ts'
import { Namespace } from '../core/namespace.ts'
import type { DomainObject } from './domain.ts'
import { HTTPProxy } from './http-proxy.ts'

/** What admission knows of the namespace: names of domains in one spelling, and host names that proxies answer for. */
interface DomainFacts {
  readonly taken: readonly string[]
  readonly served: readonly string[]
}

/** A name is one Domain's in a namespace, and that stays as long as an HTTPProxy answers for it. */
export const domainAdmission: Admission<DomainObject> = {
  webhookName: 'vdomain-v1alpha.kb.io',

  async gather(request): Promise<DomainFacts> {
    const { operation, subresource } = request
    if (operation === 'update' || subresource !== undefined) return { taken: [], served: [] }
    return operation === 'create'
      ? { taken: await domainNames(request), served: [] }
      : { taken: [], served: await servedNames(request) }
  },

  validate({ metadata: { name }, spec }, old, { kind }, facts) {
    if (old === undefined && (facts as DomainFacts).taken.includes(oneSpelling(spec.domainName))) {
      const reason = `domain resource with .spec.domainName "${spec.domainName}" already exists`
      throw conflict(groupResource(kind), name, reason)
    }
    return []
  },

  validateDelete({ metadata: { name }, spec }, { kind }, facts) {
    const domain = oneSpelling(spec.domainName)
    const isServed = (facts as DomainFacts).served.some(
      (host) => host === domain || host.endsWith(`.${domain}`),
    )
    if (isServed) {
      throw forbidden(groupResource(kind), name, 'cannot delete Domain while in use by an HTTPProxy')
    }
  },
}

async function domainNames({ client, kind, key }: AdmissionRequest): Promise<string[]> {
  const domains = await client.list(kind as Kind<DomainObject>, { namespace: key.namespace ?? '' })
  // One of the same name is that object itself, which the registry tells about in its own words.
  return domains.flatMap(({ metadata, spec }) =>
    metadata.name === key.name ? [] : [oneSpelling(spec.domainName)],
  )
}

async function servedNames({ client, key }: AdmissionRequest): Promise<string[]> {
  const namespace = await client.get(Namespace, { name: key.namespace ?? '' })
  // With its namespace everything goes, in whatever order.
  if (namespace?.metadata.deletionTimestamp !== undefined) return []
  const proxies = await client.list(HTTPProxy, { namespace: key.namespace ?? '' })
  return proxies.flatMap(({ spec, status }) =>
    [...(spec?.hostnames ?? []), ...(status?.hostnames ?? [])].map(oneSpelling),
  )
}

function oneSpelling(hostName: string): string {
  return hostName.trim().replace(/\.$/, '').toLowerCase()
}
