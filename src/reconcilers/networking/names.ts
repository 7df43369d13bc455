import type { LocationReference } from '../../schemas/networking/references.ts'

export const networkControllerFinalizer = 'networking.datumapis.com/network-controller'

/** The class of the subnets that instances get their addresses from. */
export const privateSubnetClass = 'private'

/** The name of the part of a network that lies in a location; it is in the namespace of the network. */
export function networkContextName(network: string, location: LocationReference): string {
  return `${network}-${location.namespace}-${location.name}`
}

export function sameLocation(left: LocationReference, right: LocationReference): boolean {
  return left.namespace === right.namespace && left.name === right.name
}
