import { hasWritten } from '../../controller-runtime/field-owners.ts'
import { ownerReference } from '../../controller-runtime/owner-references.ts'
import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import type { SubnetClaimObject } from '../../schemas/networking/subnet-claim.ts'
import { privateSubnetClass, sameLocation } from './names.ts'

export type SpecifiedContext = NetworkContextObject & Required<Pick<NetworkContextObject, 'spec'>>

/** As whom deployments make claims: by that, one of theirs is told from one that a user has made under its name. */
export const claimMaker = 'workload-deployment'

/** As whom they are put right. */
export const claimKeeper = 'subnet-claim'

/** True for a claim that was made by itself, and for one that says nothing: under such a name it can be nothing else. */
export function isAutomatic(claim: SubnetClaimObject): boolean {
  return !claim.spec || hasWritten(claim, claimMaker) || hasWritten(claim, claimKeeper, ['spec'])
}

/** What the names of automatic claims end in, behind that of their context. */
const suffixes: Readonly<Record<IpFamily, string>> = { IPv4: '-0', IPv6: '-1' }

/** What a claim or a subnet is for; which block it is comes on top. */
export type AddressRequest = Pick<
  NonNullable<SubnetClaimObject['spec']>,
  'subnetClass' | 'networkContext' | 'ipFamily' | 'location'
>

export function isSameRequest(left: AddressRequest, right: AddressRequest): boolean {
  return (
    left.subnetClass === right.subnetClass &&
    left.ipFamily === right.ipFamily &&
    left.networkContext.name === right.networkContext.name &&
    sameLocation(left.location, right.location)
  )
}

/** The claim that is made by itself for a family of a context, where the network assigns addresses. */
export function automaticClaim(networkContext: SpecifiedContext, ipFamily: IpFamily) {
  const { namespace = '', name } = networkContext.metadata
  return {
    metadata: {
      name: automaticClaimName(name, ipFamily),
      namespace,
      ownerReferences: [ownerReference(NetworkContext, networkContext, 'owner')],
    },
    spec: {
      subnetClass: privateSubnetClass,
      ipFamily,
      networkContext: { name },
      location: { ...networkContext.spec.location },
    },
  } satisfies SubnetClaimObject
}

function automaticClaimName(context: string, family: IpFamily): string {
  return `${context}${suffixes[family]}`
}

/** For which family of which context a claim of this name would be made. */
export function parseAutomaticClaimName(name: string): { context: string; family: IpFamily } | undefined {
  for (const [family, suffix] of Object.entries(suffixes) as [IpFamily, string][]) {
    if (name.endsWith(suffix)) return { context: name.slice(0, -suffix.length), family }
  }
  return undefined
}
