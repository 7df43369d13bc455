import { isReason } from '../../apimachinery/errors.ts'
import type { ObjectKey } from '../../apimachinery/object.ts'
import type { Client } from '../../controller-runtime/client.ts'
import { findCondition, isTrue } from '../../controller-runtime/conditions.ts'
import {
  controllerOf,
  isControlledBy,
  ownerReference,
  refersTo,
} from '../../controller-runtime/owner-references.ts'
import type { ReconcileContext } from '../../controller-runtime/reconciler.ts'
import { Instance } from '../../schemas/compute/instance.ts'
import type { NetworkInterface } from '../../schemas/compute/network-interface.ts'
import { WorkloadDeployment } from '../../schemas/compute/workload-deployment.ts'
import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import { Network } from '../../schemas/networking/network.ts'
import { NetworkBinding, type NetworkBindingObject } from '../../schemas/networking/network-binding.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { Subnet } from '../../schemas/networking/subnet.ts'
import { SubnetClaim, type SubnetClaimObject } from '../../schemas/networking/subnet-claim.ts'
import {
  automaticClaim,
  isAutomatic,
  isSameRequest,
  type SpecifiedContext,
} from '../networking/automatic-claim.ts'
import { ipFamiliesOf } from '../networking/ipam-ranges.ts'
import { privateSubnetClass, sameLocation } from '../networking/names.ts'
import type { SpecifiedDeployment } from './specified-deployment.ts'

/**
 * Whether the instances of a deployment have the networks that they need, and if not, what is missing. A conflict is what
 * does not pass by itself: somebody has made an object of a name that is needed.
 */
export type NetworkReadiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly message: string; readonly conflict?: NetworkConflict }

export type NetworkConflict =
  | 'NetworkBindingNameConflict'
  | 'NetworkBindingRefused'
  | 'SubnetClaimNameConflict'
  | 'SubnetClaimRefused'

const ready: NetworkReadiness = { ready: true }
const notReady = (message: string, conflict?: NetworkConflict): NetworkReadiness => ({
  ready: false,
  message,
  ...(conflict ? { conflict } : {}),
})

/** The binding of an interface, where there is one that is as it should be; `inTheWay`: one of its name that is not ours. */
export interface InterfaceBinding {
  readonly binding?: NetworkBindingObject | undefined
  readonly inTheWay?: string
  /** Why there cannot be one. */
  readonly refused?: string
}

export function bindingName(deployment: string, interfaceIndex: number): string {
  return `${deployment}-net-${interfaceIndex}`
}

/** Whom a binding concerns: the deployment that controls it, and the one that its name tells, in whose way it may be. */
export function boundDeployments({ metadata }: NetworkBindingObject): ObjectKey[] {
  const { namespace, name } = metadata
  const controller = controllerOf({ metadata })
  const names = new Set<string>()
  if (controller && refersTo(controller, WorkloadDeployment)) names.add(controller.name)
  const match = /^(.+)-net-\d+$/.exec(name)
  if (match) names.add(match[1] as string)
  return [...names].map((each) => ({ namespace, name: each }))
}

/** Sees that every interface of the template has its binding. */
export async function ensureBindings(
  deployment: SpecifiedDeployment,
  location: LocationReference,
  context: ReconcileContext,
): Promise<InterfaceBinding[]> {
  const bindings: InterfaceBinding[] = []
  for (const [index, networkInterface] of deployment.spec.template.spec.networkInterfaces.entries()) {
    bindings.push(await ensureBinding(deployment, location, index, networkInterface, context))
  }
  return bindings
}

/** Where a deployment has settled: where its networks are or, without any, its instances. */
export async function settledLocation(
  { metadata }: SpecifiedDeployment,
  client: Client,
): Promise<LocationReference | undefined> {
  const { namespace = '', name, uid = '' } = metadata
  const binding = await client.get(NetworkBinding, { namespace, name: bindingName(name, 0) })
  if (binding && isControlledBy(binding, { metadata })) return binding.spec.location
  const [instance] = await client.list(Instance, { namespace, owner: uid })
  return instance?.spec?.location
}

/** Deletes the bindings of interfaces that the template no longer has. */
export async function removeSurplusBindings(
  { metadata: { namespace = '', name, uid = '' }, spec }: SpecifiedDeployment,
  { client }: ReconcileContext,
): Promise<void> {
  const wanted = new Set(spec.template.spec.networkInterfaces.map((_, index) => bindingName(name, index)))
  for (const { metadata } of await client.list(NetworkBinding, { namespace, owner: uid })) {
    if (wanted.has(metadata.name) || metadata.deletionTimestamp !== undefined) continue
    await client.delete(NetworkBinding, { namespace, name: metadata.name })
  }
}

/** Sees that every binding has its network in the location: context, claims, subnets. */
export async function reconcileNetworks(
  bindings: readonly InterfaceBinding[],
  location: LocationReference,
  client: Client,
): Promise<NetworkReadiness> {
  for (const { binding, inTheWay, refused } of bindings) {
    if (refused !== undefined) return notReady(refused, 'NetworkBindingRefused')
    if (inTheWay !== undefined) {
      return notReady(
        `Network binding ${inTheWay} exists and does not belong to this deployment`,
        'NetworkBindingNameConflict',
      )
    }
    const contextRef = binding?.status?.networkContextRef
    if (!binding || !contextRef || !isTrue(binding.status?.conditions, 'Ready')) {
      const message = findCondition(binding?.status?.conditions, 'Ready')?.message
      return notReady(
        message ? `Waiting for the network binding: ${message}` : 'Waiting for the network binding',
      )
    }
    const networkContext = await client.get(NetworkContext, contextRef)
    if (!networkContext || !isTrue(networkContext.status?.conditions, 'Ready')) {
      return notReady(`Waiting for network context ${contextRef.name}`)
    }
    const subnets = await ensureSubnets(networkContext, location, client)
    if (!subnets.ready) return subnets
  }
  return ready
}

async function ensureBinding(
  deployment: SpecifiedDeployment,
  location: LocationReference,
  index: number,
  { network }: NetworkInterface,
  { client, events }: ReconcileContext,
): Promise<InterfaceBinding> {
  const { namespace = '' } = deployment.metadata
  const name = bindingName(deployment.metadata.name, index)
  const binding = await client.get(NetworkBinding, { namespace, name })
  if (!binding) {
    const spec = { network: { ...network }, location: { ...location } }
    const ownerReferences = [ownerReference(WorkloadDeployment, deployment)]
    try {
      const created = await client.create(NetworkBinding, {
        metadata: { name, namespace, ownerReferences },
        spec,
      })
      const about = { kind: WorkloadDeployment, object: deployment }
      events.record(about, 'Normal', 'NetworkBindingCreated', `Created network binding ${name}`)
      return { binding: created }
    } catch (error) {
      // The name of the deployment may leave no room for that of a binding.
      if (isReason(error, 'Invalid')) return { refused: error.message }
      throw error
    }
  }
  const fits =
    binding.spec.network.name === network.name &&
    (binding.spec.network.namespace ?? namespace) === (network.namespace ?? namespace) &&
    sameLocation(binding.spec.location, location)
  if (!isControlledBy(binding, deployment)) {
    const controller = controllerOf(binding)
    if (controller || !fits) return leavesSoon(binding, deployment) ? {} : { inTheWay: name }
    // Somebody has torn it loose.
    const restored = await client.change(NetworkBinding, { namespace, name }, ({ metadata }) => {
      const references = metadata.ownerReferences ?? []
      metadata.ownerReferences = [...references, ownerReference(WorkloadDeployment, deployment)]
    })
    return { binding: restored }
  }
  if (fits) return { binding }
  // The template names another network by now. A binding is made for good, so that it has to make room for another one.
  if (binding.metadata.deletionTimestamp === undefined) {
    await client.delete(
      NetworkBinding,
      { namespace, name },
      { preconditions: { uid: binding.metadata.uid ?? '' } },
    )
  }
  return {}
}

/** True for a binding on its way out, or of an earlier deployment of the same name, which it will follow. */
function leavesSoon(binding: NetworkBindingObject, deployment: SpecifiedDeployment): boolean {
  if (binding.metadata.deletionTimestamp !== undefined) return true
  const controller = controllerOf(binding)
  return (
    controller !== undefined &&
    refersTo(controller, WorkloadDeployment) &&
    controller.name === deployment.metadata.name
  )
}

/** Sees that the context has a subnet of each family of its network, by claims of its own or as a user has made them. */
async function ensureSubnets(
  networkContext: NetworkContextObject,
  location: LocationReference,
  client: Client,
): Promise<NetworkReadiness> {
  const { namespace = '', name, uid = '' } = networkContext.metadata
  const { spec } = networkContext
  const network = await client.get(Network, { namespace, name: spec?.network.name ?? '' })
  if (!network || !spec) return notReady(`Waiting for the network of network context ${name}`)
  const claims = await client.list(SubnetClaim, { namespace, owner: uid })
  for (const family of ipFamiliesOf(network)) {
    const claim = claims.find((each) => serves(each, name, location, family))
    if (claim) {
      const subnetName = claim.status?.subnetRef?.name
      const claimed = findCondition(claim.status?.conditions, 'Ready')
      if (claimed?.status !== 'True' || subnetName === undefined) {
        const why = claimed?.status === 'False' ? `: ${claimed.message}` : ''
        return notReady(`Waiting for subnet claim ${claim.metadata.name}${why}`)
      }
      const subnet = await client.get(Subnet, { namespace, name: subnetName })
      if (!isTrue(subnet?.status?.conditions, 'Ready')) return notReady(`Waiting for subnet ${subnetName}`)
      continue
    }
    if (network.spec.ipam.mode === 'Policy') {
      const subnets = await client.list(Subnet, { namespace, owner: uid })
      const usable = subnets.some(
        (each) => serves(each, name, location, family) && isTrue(each.status?.conditions, 'Ready'),
      )
      if (usable) continue
      return notReady(
        `Network ${network.metadata.name} assigns no addresses by itself: network context ${name} needs an ${family} subnet`,
      )
    }
    return ensureClaim({ ...networkContext, spec }, family, client)
  }
  return ready
}

/** True for a claim or subnet for instances of this family in this place. */
function serves(
  { spec }: { spec?: SubnetClaimObject['spec'] },
  networkContext: string,
  location: LocationReference,
  family: IpFamily,
): boolean {
  return (
    spec !== undefined &&
    isSameRequest(spec, {
      subnetClass: privateSubnetClass,
      ipFamily: family,
      networkContext: { name: networkContext },
      location,
    })
  )
}

/** Makes the claim of a family. One that was made so and has been changed since is put back by its own reconciler. */
async function ensureClaim(
  networkContext: SpecifiedContext,
  family: IpFamily,
  client: Client,
): Promise<NetworkReadiness> {
  const wanted = automaticClaim(networkContext, family)
  const { namespace, name } = wanted.metadata
  try {
    await client.create(SubnetClaim, wanted)
  } catch (error) {
    if (isReason(error, 'Invalid')) return notReady(error.message, 'SubnetClaimRefused')
    if (!isReason(error, 'AlreadyExists')) throw error
    // Another deployment in the same place was quicker, or somebody has changed or made one of this name.
    const existing = await client.get(SubnetClaim, { namespace, name })
    if (existing?.spec && !isAutomatic(existing) && !isSameRequest(existing.spec, wanted.spec)) {
      const { name: context } = networkContext.metadata
      const message = `Subnet claim ${name} exists and is not for the ${family} addresses of network context ${context}`
      return notReady(message, 'SubnetClaimNameConflict')
    }
  }
  return notReady(`Waiting for subnet claim ${name}`)
}
