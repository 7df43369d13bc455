import { describe, expect, it } from 'vitest'
import { Network, type NetworkObject } from '../../../src/schemas/networking/network.ts'
import { NetworkContext } from '../../../src/schemas/networking/network-context.ts'
import { Subnet } from '../../../src/schemas/networking/subnet.ts'
import { admit, type Surroundings } from '../support/admission.ts'

function network(ipam: Partial<NetworkObject['spec']['ipam']> = {}): NetworkObject {
  return {
    metadata: { name: 'default', namespace: 'default' },
    spec: { ipam: { mode: 'Auto', ...ipam } },
  }
}

const list = 'spec.ipam.ipv4Ranges'

describe('the ranges of a network', () => {
  it.each([
    ['none', {}],
    ['the documented ones', { ipv4Ranges: ['172.17.0.0/16'], ipv6Ranges: ['fd20:1234:5678::/48'] }],
    ['the deployed spelling', { ipv4Range: '172.17.0.0/16', ipv6Range: 'fd20:1234:5678::/48' }],
    [
      'both spellings of one range',
      { ipv4Range: '172.17.0.0/16', ipv4Ranges: ['172.17.0.0/16', '10.0.0.0/8'] },
    ],
    ['both spellings of one IPv6 range', { ipv6Range: 'fd20:0::/48', ipv6Ranges: ['fd20::/48'] }],
  ])('may be %s', async (_, ipam) => {
    expect((await admit(Network, network(ipam))).faults).toEqual([])
  })

  it.each([
    [
      'no range at all',
      { ipv4Ranges: ['172.17.0.0'] },
      `${list}[0]: Invalid value: "172.17.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)`,
    ],
    [
      'of the other family',
      { ipv4Ranges: ['fd20::/48'] },
      `${list}[0]: Invalid value: "fd20::/48": must be an IPv4 range`,
    ],
    [
      'with host bits',
      { ipv4Range: '10.1.2.3/16' },
      'spec.ipam.ipv4Range: Invalid value: "10.1.2.3/16": must not have host bits set; the range is 10.1.0.0/16',
    ],
    [
      'too small',
      { ipv4Ranges: ['10.0.0.0/29'] },
      `${list}[0]: Invalid value: "10.0.0.0/29": must be a /28 or larger`,
    ],
    [
      'too small for IPv6',
      { ipv6Ranges: ['fd20::/65'] },
      'spec.ipam.ipv6Ranges[0]: Invalid value: "fd20::/65": must be a /64 or larger',
    ],
    [
      'overlapping',
      { ipv4Ranges: ['10.0.0.0/8', '192.168.0.0/16', '10.1.0.0/16'] },
      `${list}[2]: Invalid value: "10.1.0.0/16": overlaps with ${list}[0] (10.0.0.0/8)`,
    ],
    [
      'contradicting',
      { ipv4Range: '10.0.0.0/8', ipv4Ranges: ['172.17.0.0/16'] },
      `spec.ipam.ipv4Range: Invalid value: "10.0.0.0/8": contradicts ${list}[0], which is "172.17.0.0/16"`,
    ],
  ])('may not be %s', async (_, ipam, fault) => {
    expect((await admit(Network, network(ipam))).faults).toEqual([fault])
  })

  it('may stay bad where they have been so', async () => {
    const old = network({ ipv4Ranges: ['nonsense'] })
    expect(
      (await admit(Network, { ...old, metadata: { ...old.metadata, labels: { a: 'b' } } }, {}, old)).faults,
    ).toEqual([])
  })
})

describe('a range in use', () => {
  const reference = { name: 'a', namespace: 'default' }
  const context = (name: string, of: string) => ({
    metadata: { name, namespace: 'default' },
    spec: { network: { name: of }, location: reference },
  })
  const subnet = (name: string, of: string, startAddress: string, prefixLength: number) => ({
    metadata: { name, namespace: 'default' },
    spec: {
      subnetClass: 'private',
      networkContext: { name: of },
      ipFamily: 'IPv4' as const,
      location: reference,
      startAddress: '',
      prefixLength: 0,
    },
    status: { startAddress, prefixLength },
  })
  const around = (startAddress: string, owner = 'default'): Surroundings => ({
    objects: [
      [NetworkContext, [context('default-a', owner)]],
      [Subnet, [subnet('default-a-0', 'default-a', startAddress, 20)]],
    ],
  })

  it('cannot be taken away, and the subnet is named', async () => {
    const old = network({ ipv4Ranges: ['10.0.0.0/8', '172.17.0.0/16'] })
    const { faults, types } = await admit(
      Network,
      network({ ipv4Ranges: ['10.0.0.0/8'] }),
      around('172.17.0.0'),
      old,
    )
    expect(types).toEqual(['FieldValueForbidden'])
    expect(faults).toEqual([
      `${list}[1]: Forbidden: 172.17.0.0/16 is in use by Subnet "default-a-0" (172.17.0.0/20) and cannot be taken away`,
    ])
  })

  it('cannot be replaced by naming another where there was the default one', async () => {
    const { faults } = await admit(
      Network,
      network({ ipv4Ranges: ['10.0.0.0/16'] }),
      around('10.128.0.0'),
      network(),
    )
    expect(faults).toHaveLength(1)
  })

  it('may be written differently, widened and moved', async () => {
    const old = network({ ipv4Range: '172.17.0.0/16' })
    const wider = network({ ipv4Ranges: ['10.0.0.0/8', '172.16.0.0/12'] })
    expect((await admit(Network, wider, around('172.17.0.0'), old)).faults).toEqual([])
  })

  it('keeps its family, and the subnet is named', async () => {
    const old = network({})
    const six = { ...network({}), spec: { ...network({}).spec, ipFamilies: ['IPv6' as const] } }
    expect((await admit(Network, six, around('10.128.0.0'), old)).faults).toEqual([
      'spec.ipFamilies: Forbidden: IPv4 is in use by Subnet "default-a-0" (10.128.0.0/20) and cannot be taken away',
    ])
    expect((await admit(Network, six, around('10.128.0.0', 'other'), old)).faults).toEqual([])
    const both = { ...six, spec: { ...six.spec, ipFamilies: ['IPv6' as const, 'IPv4' as const] } }
    expect((await admit(Network, both, around('10.128.0.0'), old)).faults).toEqual([])
  })

  it('of another network is none of its business', async () => {
    const old = network({ ipv4Ranges: ['172.17.0.0/16'] })
    expect((await admit(Network, network(), around('172.17.0.0', 'other'), old)).faults).toEqual([])
  })
})
