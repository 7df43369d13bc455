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
import type { NetworkInterface } from '../../schemas/compute/network-interface.ts'
import { WorkloadDeployment } from '../../schemas/compute/workload-deployment.ts'
import type { IpFamily } from '../../schemas/networking/ip-family.ts'
import { Network } from '../../schemas/networking/network.ts'
import { NetworkBinding, type NetworkBindingObject } from '../../schemas/networking/network-binding.ts'
import { NetworkContext, type NetworkContextObject } from '../../schemas/networking/network-context.ts'
import type { LocationReference } from '../../schemas/networking/references.ts'
import { Subnet } from '../../schemas/networking/subnet.ts'
import { SubnetClaim, type SubnetClaimObject } from '../../schemas/networking/subnet-claim.ts'
import { ipFamiliesOf } from '../networking/ipam-ranges.ts'
import { privateSubnetClass, sameLocation, subnetClaimName } from '../networking/names.ts'
import type { SpecifiedDeployment } from './specified-deployment.ts'

/** Whether the instances of a deployment have the networks that they need, and if not, what is missing. */
export type NetworkReadiness = { readonly ready: true } | { readonly ready: false; readonly message: string }

const ready: NetworkReadiness = { ready: true }
const notReady = (message: string): NetworkReadiness => ({ ready: false, message })

export function bindingName(deployment: string, interfaceIndex: number): string {
  return `${deployment}-net-${interfaceIndex}`
}

/** Whose binding it is: of the deployment that controls it or, without one, of the one that its name tells. */
export function boundDeployments({ metadata }: NetworkBindingObject): ObjectKey[] {
  const { namespace, name } = metadata
  const controller = controllerOf({ metadata })
  if (controller)
    return refersTo(controller, WorkloadDeployment) ? [{ namespace, name: controller.name }] : []
  const match = /^(.+)-net-\d+$/.exec(name)
  return match ? [{ namespace, name: match[1] as string }] : []
}

/** Sees that every interface of the template has its binding; undefined where there is none yet that is as it should be. */
export async function ensureBindings(
  deployment: SpecifiedDeployment,
  location: LocationReference,
  context: ReconcileContext,
): Promise<(NetworkBindingObject | undefined)[]> {
  const bindings: (NetworkBindingObject | undefined)[] = []
  for (const [index, networkInterface] of deployment.spec.template.spec.networkInterfaces.entries()) {
    bindings.push(await ensureBinding(deployment, location, index, networkInterface, context))
  }
  return bindings
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
  bindings: readonly (NetworkBindingObject | undefined)[],
  location: LocationReference,
  client: Client,
): Promise<NetworkReadiness> {
  for (const binding of bindings) {
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
): Promise<NetworkBindingObject | undefined> {
  const { namespace = '' } = deployment.metadata
  const name = bindingName(deployment.metadata.name, index)
  const binding = await client.get(NetworkBinding, { namespace, name })
  if (!binding) {
    const spec = { network: { ...network }, location: { ...location } }
    const ownerReferences = [ownerReference(WorkloadDeployment, deployment)]
    const created = await client.create(NetworkBinding, {
      metadata: { name, namespace, ownerReferences },
      spec,
    })
    const about = { kind: WorkloadDeployment, object: deployment }
    events.record(about, 'Normal', 'NetworkBindingCreated', `Created network binding ${name}`)
    return created
  }
  const fits =
    binding.spec.network.name === network.name &&
    (binding.spec.network.namespace ?? namespace) === (network.namespace ?? namespace) &&
    sameLocation(binding.spec.location, location)
  if (!isControlledBy(binding, deployment)) {
    if (!fits || controllerOf(binding)) return undefined
    // Somebody has torn it loose.
    return client.change(NetworkBinding, { namespace, name }, ({ metadata }) => {
      const references = metadata.ownerReferences ?? []
      metadata.ownerReferences = [...references, ownerReference(WorkloadDeployment, deployment)]
    })
  }
  if (fits) return binding
  // The template names another network by now. A binding is made for good, so that it has to make room for another one.
  if (binding.metadata.deletionTimestamp === undefined) {
    await client.delete(
      NetworkBinding,
      { namespace, name },
      { preconditions: { uid: binding.metadata.uid ?? '' } },
    )
  }
  return undefined
}

/** Sees that the context has a subnet of each family of its network, by claims of its own or as a user has made them. */
async function ensureSubnets(
  networkContext: NetworkContextObject,
  location: LocationReference,
  client: Client,
): Promise<NetworkReadiness> {
  const { namespace = '', name, uid = '' } = networkContext.metadata
  const network = await client.get(Network, { namespace, name: networkContext.spec?.network.name ?? '' })
  if (!network) return notReady(`Waiting for the network of network context ${name}`)
  const claims = await client.list(SubnetClaim, { namespace, owner: uid })
  for (const family of ipFamiliesOf(network)) {
    const claim = claims.find((each) => serves(each, name, location, family))
    if (claim) {
      const subnetName = claim.status?.subnetRef?.name
      if (!isTrue(claim.status?.conditions, 'Ready') || subnetName === undefined) {
        return notReady(`Waiting for subnet claim ${claim.metadata.name}`)
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
    await createClaim(networkContext, location, family, client)
    return notReady(`Waiting for subnet claim ${subnetClaimName(name, family)}`)
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
    spec.subnetClass === privateSubnetClass &&
    spec.ipFamily === family &&
    spec.networkContext.name === networkContext &&
    sameLocation(spec.location, location)
  )
}

async function createClaim(
  networkContext: NetworkContextObject,
  location: LocationReference,
  ipFamily: IpFamily,
  client: Client,
): Promise<void> {
  const { namespace = '', name } = networkContext.metadata
  try {
    await client.create(SubnetClaim, {
      metadata: {
        name: subnetClaimName(name, ipFamily),
        namespace,
        ownerReferences: [ownerReference(NetworkContext, networkContext, 'owner')],
      },
      spec: {
        subnetClass: privateSubnetClass,
        ipFamily,
        networkContext: { name },
        location: { ...location },
      },
    })
  } catch (error) {
    // Another deployment in the same place was quicker.
    if (!isReason(error, 'AlreadyExists')) throw error
  }
}
