import { type FieldError, forbiddenField } from '../../apimachinery/field-error.ts'
import {
  addressBits,
  formatIpNetwork,
  type IpNetwork,
  networkContainsNetwork,
  parseIpAddress,
  parseIpNetwork,
} from '../../apimachinery/ip-address.ts'
import type { Admission, AdmissionRequest } from '../../registry/admission.ts'
import { newFaults } from '../ratcheting.ts'
import { type IpFamily, ipFamilies } from './ip-family.ts'
import type { NetworkObject } from './network.ts'
import { NetworkContext } from './network-context.ts'
import { declaredRanges, defaultIpv4Range, parsedRanges } from './network-ranges.ts'
import { checkRanges } from './range-rules.ts'
import { Subnet, type SubnetObject } from './subnet.ts'

/** A subnet of the network that holds a block of addresses. */
interface UsedBlock {
  readonly subnet: string
  readonly block: IpNetwork
}

/** The deployed API checks nothing here; ranges that cannot work, or that would cut off what runs, are refused. */
export const networkAdmission: Admission<NetworkObject> = {
  async gather(request): Promise<readonly UsedBlock[]> {
    if (request.operation !== 'update' || request.subresource !== undefined) return []
    return usedBlocks(request)
  },

  validate(network, old, _request, facts) {
    const faults = checkRanges(network.spec)
    if (old === undefined) return faults
    return [
      ...newFaults(faults, checkRanges(old.spec)),
      ...checkRemovedRanges(network, old, facts as readonly UsedBlock[]),
    ]
  },
}

async function usedBlocks({ client, key }: AdmissionRequest): Promise<UsedBlock[]> {
  const place = key.namespace === undefined ? {} : { namespace: key.namespace }
  const contexts = await client.list(NetworkContext, place)
  const own = new Set(
    contexts.filter(({ spec }) => spec?.network.name === key.name).map(({ metadata }) => metadata.name),
  )
  const subnets = own.size === 0 ? [] : await client.list(Subnet, place)
  return subnets
    .filter(({ spec }) => spec !== undefined && own.has(spec.networkContext.name))
    .flatMap((subnet) => {
      const block = blockOf(subnet)
      return block ? [{ subnet: subnet.metadata.name, block }] : []
    })
}

function blockOf({ spec, status }: SubnetObject): IpNetwork | undefined {
  const address = parseIpAddress(status?.startAddress ?? spec?.startAddress ?? '')
  const prefixLength = status?.prefixLength ?? spec?.prefixLength ?? 0
  if (!address || prefixLength < 1 || prefixLength > addressBits(address.family)) return undefined
  return { address, prefixLength }
}

/** Blocks in use that lie in the ranges as they were, and no longer in those that are wanted. */
function checkRemovedRanges(
  network: NetworkObject,
  old: NetworkObject,
  used: readonly UsedBlock[],
): FieldError[] {
  return ipFamilies.flatMap((family) => {
    if (hasFamily(old, family) && !hasFamily(network, family)) return checkRemovedFamily(family, used)
    const before = rangesInForce(old, family)
    const after = rangesInForce(network, family)
    return used.flatMap(({ subnet, block }) => {
      const index = before.findIndex((range) => networkContainsNetwork(range, block))
      if (index === -1 || after.some((range) => networkContainsNetwork(range, block))) return []
      const path = declaredRanges(old.spec, family)[index]?.path ?? `spec.ipam.${family.toLowerCase()}Ranges`
      const range = formatIpNetwork(before[index] as IpNetwork)
      const detail = `${range} is in use by Subnet "${subnet}" (${formatIpNetwork(block)}) and cannot be taken away`
      return [forbiddenField(path, detail)]
    })
  })
}

/** Blocks in use of a family that the network is no longer to have. */
function checkRemovedFamily(family: IpFamily, used: readonly UsedBlock[]): FieldError[] {
  return used
    .filter(({ block }) => `IPv${block.address.family}` === family)
    .map(({ subnet, block }) => {
      const detail = `${family} is in use by Subnet "${subnet}" (${formatIpNetwork(block)}) and cannot be taken away`
      return forbiddenField('spec.ipFamilies', detail)
    })
}

function hasFamily({ spec }: NetworkObject, family: IpFamily): boolean {
  return (spec.ipFamilies ?? ['IPv4']).includes(family)
}

/** What a network names, and otherwise what it was given. */
function rangesInForce(network: NetworkObject, family: IpFamily): IpNetwork[] {
  if (declaredRanges(network.spec, family).length > 0) return parsedRanges(network.spec, family)
  const given = family === 'IPv4' ? defaultIpv4Range : network.status?.ipam?.ipv6Prefix
  const range = given === undefined ? undefined : parseIpNetwork(given)
  return range ? [range] : []
}
