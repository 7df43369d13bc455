import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'

export const networkControllerFinalizer = 'networking.datumapis.com/network-controller'

/** The class of the subnets that instances get their addresses from. */
export const privateSubnetClass = 'private'

/** The name of the part of a network that lies in a location; it is in the namespace of the network. */
export function networkContextName(network: string, location: LocationReference): string {
  return `${network}-${location.namespace}-${location.name}`
}

/** The name of the claim that is made for a family by itself. */
export function subnetClaimName(context: string, family: IpFamily): string {
  return `${context}-${family === 'IPv4' ? 0 : 1}`
}

export function sameLocation(left: LocationReference, right: LocationReference): boolean {
  return left.namespace === right.namespace && left.name === right.name
}
