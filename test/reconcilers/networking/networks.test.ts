import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import type { PlaneApi, TestObject } from '../../support/plane-api.ts'
import { newProject } from '../../support/project.ts'
import {
  condition,
  conditionMessage,
  instances,
  location,
  locations,
  network,
  networkBindings,
  networkContexts,
  networks,
  subnetClaims,
  subnets,
  workload,
  workloads,
} from '../../support/workload.ts'

let datum: DatumLocal
let api: PlaneApi

beforeAll(async () => {
  datum = await startDatumLocal({ seedProjects: true, externalPool: '198.18.0.0/28' })
})
afterAll(() => datum.stop())
beforeEach(async () => {
  api = await newProject(datum)
})

async function create(wishes: Parameters<typeof workload>[0] = {}) {
  await api.create(workloads, workload(wishes))
  await datum.settle()
}

async function blocks(): Promise<Record<string, string>> {
  const { items } = await api.list(subnets)
  return Object.fromEntries(
    items.map(({ metadata, status }) => [metadata.name, `${status.startAddress}/${status.prefixLength}`]),
  )
}

async function networkIPs(): Promise<string[]> {
  return (await api.list(instances)).items.map(
    ({ status }) => status.networkInterfaces?.[0]?.assignments.networkIP ?? '',
  )
}

/** A claim or a subnet of the context of `default` in Dallas, in a place where there is a workload already. */
function inContext(kind: 'SubnetClaim' | 'Subnet', name: string, wishes: object, networkName = 'default') {
  return {
    apiVersion: 'networking.datumapis.com/v1alpha',
    kind,
    metadata: { name },
    spec: {
      subnetClass: 'private',
      ipFamily: 'IPv4',
      networkContext: { name: `${networkName}-default-gcp-us-south1-a` },
      location: { namespace: 'default', name: 'gcp-us-south1-a' },
      ...wishes,
    },
  }
}

describe('subnets', () => {
  test('each city has the block that is documented for it, whichever network comes first', async () => {
    await create({ cityCodes: ['LHR', 'DFW', 'DLS'] })
    const mine = {
      'default-default-gcp-us-south1-a-0': '10.128.0.0/20',
      'default-default-gcp-us-west1-a-0': '10.130.0.0/20',
      'default-default-gcp-europe-west2-a-0': '10.132.0.0/20',
    }
    expect(await blocks()).toEqual(mine)
    // Another network may use the same range: they do not meet.
    await api.create(networks, network('other'))
    await create({ name: 'other', networks: ['other'] })
    expect(await blocks()).toEqual({ ...mine, 'other-default-gcp-us-south1-a-0': '10.128.0.0/20' })
  })

  test('further cities and further locations of a city have places of their own', async () => {
    await api.create(locations, location('paris', 'CDG'))
    await api.create(locations, location('tokyo', 'NRT'))
    await create({ cityCodes: ['CDG', 'NRT', 'DFW'] })
    expect(await blocks()).toMatchObject({
      'default-default-paris-0': '10.134.0.0/20',
      'default-default-tokyo-0': '10.136.0.0/20',
    })
    await api.create(locations, location('aaa', 'DFW'))
    await datum.settle()
    await create({ name: 'second' })
    expect(await blocks()).toMatchObject({ 'default-default-aaa-0': '10.128.16.0/20' })
  })

  test('ranges of the network’s own are used in order; when they are full that shows, and clears by itself', async () => {
    const ipv4Ranges = ['172.20.0.0/28', '172.21.0.0/28']
    await api.create(networks, network('small', { ipam: { mode: 'Auto', ipv4Ranges } }))
    await create({ networks: ['small'], cityCodes: ['DFW'] })
    await create({ name: 'b', networks: ['small'], cityCodes: ['DLS'] })
    expect(await blocks()).toEqual({
      'small-default-gcp-us-south1-a-0': '172.20.0.0/28',
      'small-default-gcp-us-west1-a-0': '172.21.0.0/28',
    })
    await create({ name: 'c', networks: ['small'], cityCodes: ['LHR'] })
    const third = `${subnets}/small-default-gcp-europe-west2-a-0`
    expect(condition(await api.get(third), 'Allocated')).toBe('False AddressPoolExhausted')
    expect(condition(await api.get(`${subnetClaims}/small-default-gcp-europe-west2-a-0`), 'Ready')).toBe(
      'False SubnetNotReady',
    )
    await api.patch(`${networks}/small`, { spec: { ipam: { ipv4Ranges: [...ipv4Ranges, '172.22.0.0/28'] } } })
    await datum.settle()
    expect(condition(await api.get(third), 'Ready')).toBe('True Ready')
    expect(condition(await api.get(`${workloads}/c`), 'Available')).toBe('True AvailablePlacementFound')
  })

  test('a block is free again when its subnet is gone', async () => {
    await api.create(networks, network('small', { ipam: { mode: 'Auto', ipv4Range: '172.20.0.0/28' } }))
    await create({ networks: ['small'], cityCodes: ['DFW'] })
    await create({ name: 'b', networks: ['small'], cityCodes: ['LHR'] })
    const second = `${subnets}/small-default-gcp-europe-west2-a-0`
    expect(condition(await api.get(second), 'Allocated')).toBe('False AddressPoolExhausted')
    await api.remove(`${workloads}/web`)
    await datum.settle()
    await api.remove(`${networkContexts}/small-default-gcp-us-south1-a`)
    await datum.settle()
    expect(condition(await api.get(second), 'Allocated')).toBe('True PrefixAllocated')
  })

  test('a claim for a certain block gets it, or is told why not', async () => {
    await create()
    await api.create(
      subnetClaims,
      inContext('SubnetClaim', 'mine', { startAddress: '10.200.0.0', prefixLength: 24 }),
    )
    await api.create(
      subnetClaims,
      inContext('SubnetClaim', 'taken', { startAddress: '10.128.8.0', prefixLength: 24 }),
    )
    await api.create(
      subnetClaims,
      inContext('SubnetClaim', 'outside', { startAddress: '192.168.0.0', prefixLength: 24 }),
    )
    await datum.settle()
    const mine = await api.get(`${subnetClaims}/mine`)
    expect(condition(mine, 'Ready')).toBe('True SubnetReady')
    expect(mine.status).toMatchObject({
      startAddress: '10.200.0.0',
      prefixLength: 24,
      subnetRef: { name: 'mine' },
    })
    const taken = await api.get(`${subnets}/taken`)
    expect(condition(taken, 'Allocated')).toBe('False AddressRefused')
    expect(conditionMessage(taken, 'Allocated')).toContain('overlaps 10.128.0.0/20')
    expect(condition(await api.get(`${subnets}/outside`), 'Allocated')).toBe('False AddressRefused')
  })

  test('a subnet whose status a user changes to the block of another one gets a block of its own again', async () => {
    await create({ cityCodes: ['DFW', 'LHR'] })
    const path = `${subnets}/default-default-gcp-europe-west2-a-0`
    await api.patch(`${path}/status`, { status: { startAddress: '10.128.0.0' } })
    await datum.settle()
    const all = Object.values(await blocks())
    expect(new Set(all).size).toBe(2)
    await api.patch(`${path}/status`, { status: { startAddress: 'nonsense', prefixLength: 3 } })
    await datum.settle()
    expect((await api.get(path)).status).toMatchObject({ startAddress: '10.132.0.0', prefixLength: 20 })
  })

  test('IPv6 is given where it is asked for: a /48 for the network, a /64 for each location', async () => {
    await api.create(networks, network('both', { ipFamilies: ['IPv4', 'IPv6'] }))
    await api.create(networks, network('six', { ipFamilies: ['IPv6'] }))
    await create({ networks: ['both', 'six'] })
    const both = (await api.get(`${networks}/both`)).status.ipam
    const six = (await api.get(`${networks}/six`)).status.ipam
    expect(both.ipv4Ranges).toEqual(['10.128.0.0/9'])
    expect(six.ipv4Ranges).toBeUndefined()
    expect(both.ipv6Prefix).toMatch(/^fd2.*::\/48$/)
    expect(six.ipv6Prefix).not.toBe(both.ipv6Prefix)
    const all = await blocks()
    expect(all['both-default-gcp-us-south1-a-1']).toBe(both.ipv6Prefix.replace('/48', '/64'))
    const interfaces = (await api.get(`${instances}/web-p1-dfw-0`)).status.networkInterfaces
    expect(interfaces[0].assignments.networkIP).toBe('10.128.0.2')
    expect(interfaces[1].assignments.networkIP).toBe(`${six.ipv6Prefix.replace('/48', '')}2`)
  })

  test('an IPv6 prefix that a user writes into the status does not stay, whatever it is', async () => {
    await api.create(networks, network('six', { ipFamilies: ['IPv6'] }))
    await create({ networks: ['six'] })
    const { ipam } = (await api.get(`${networks}/six`)).status
    for (const ipv6Prefix of [
      'nonsense',
      '2001:db8::/32',
      'fd20::/20',
      ipam.ipv6Prefix.replace('/48', '/64'),
    ]) {
      await api.patch(`${networks}/six/status`, { status: { ipam: { ipv6Prefix } } })
      await datum.settle()
      expect((await api.get(`${networks}/six`)).status.ipam).toEqual(ipam)
    }
    expect(Object.values(await blocks())).toEqual([ipam.ipv6Prefix.replace('/48', '/64')])
  })
})

describe('a network that assigns nothing by itself', () => {
  test('waits for a subnet that a user makes, and uses it', async () => {
    await api.create(networks, network('own', { ipam: { mode: 'Policy' } }))
    await create({ networks: ['own'] })
    expect(
      conditionMessage(
        await api.get(
          '/apis/compute.datumapis.com/v1alpha/namespaces/default/workloaddeployments/web-p1-dfw',
        ),
        'Available',
      ),
    ).toContain('needs an IPv4 subnet')
    expect((await api.list(subnetClaims)).items).toEqual([])
    await api.create(subnets, inContext('Subnet', 'later', { startAddress: '', prefixLength: 0 }, 'own'))
    await datum.settle()
    expect(condition(await api.get(`${subnets}/later`), 'Allocated')).toBe('False AddressNotSpecified')
    await api.create(
      subnets,
      inContext('Subnet', 'mine', { startAddress: '192.168.7.0', prefixLength: 24 }, 'own'),
    )
    await datum.settle()
    expect(await networkIPs()).toEqual(['192.168.7.2'])
  })
})

describe('addresses of instances', () => {
  test('a subnet that is full shows, and the instance goes on when an address is free', async () => {
    await api.create(networks, network('small', { ipam: { mode: 'Auto', ipv4Range: '172.20.0.0/28' } }))
    await create({ networks: ['small'], replicas: 11 })
    await create({ name: 'two', networks: ['small'], replicas: 2 })
    expect(condition(await api.get(`${instances}/two-p1-dfw-0`), 'Ready')).toBe('True Running')
    expect(condition(await api.get(`${instances}/two-p1-dfw-1`), 'Programmed')).toBe(
      'False AddressPoolExhausted',
    )
    await api.remove(`${instances}/web-p1-dfw-4`)
    await datum.settle()
    const used = (await networkIPs()).filter((address) => address !== '')
    expect(new Set(used).size).toBe(used.length)
    expect(used).toHaveLength(12)
  })

  test('external addresses are unique in the project, over all networks, and run out too', async () => {
    await api.create(networks, network('other'))
    await create({ replicas: 7, networks: ['default', 'other'] })
    const { items } = await api.list(instances)
    const external = items.flatMap(({ status }) =>
      status.networkInterfaces.map((each: TestObject['status']) => each.assignments.externalIP),
    )
    expect(external).toEqual(Array.from({ length: 14 }, (_, index) => `198.18.0.${index + 1}`))
    await create({ name: 'more' })
    const waiting = await api.get(`${instances}/more-p1-dfw-0`)
    expect(conditionMessage(waiting, 'Programmed')).toBe('The external addresses are all in use')
    await api.remove(`${workloads}/web`)
    await datum.settle()
    expect(condition(await api.get(`${instances}/more-p1-dfw-0`), 'Ready')).toBe('True Running')
  })
})

describe('what belongs together', () => {
  test('a binding follows its context down and up again', async () => {
    await create()
    const path = `${networkContexts}/default-default-gcp-us-south1-a`
    const before = await api.get(path)
    await api.remove(path)
    await datum.settle()
    expect((await api.get(path)).metadata.uid).not.toBe(before.metadata.uid)
    expect(condition(await api.get(`${networkBindings}/web-p1-dfw-net-0`), 'Ready')).toBe(
      'True NetworkContextReady',
    )
    expect(condition(await api.get(`${subnets}/default-default-gcp-us-south1-a-0`), 'Ready')).toBe(
      'True Ready',
    )
    expect(await networkIPs()).toEqual(['10.128.0.2'])
  })

  test('a network in use goes with its contexts, claims and subnets when it is deleted', async () => {
    await create()
    await api.remove(`${networks}/default`)
    await datum.settle()
    for (const path of [networks, networkContexts, subnetClaims, subnets]) {
      expect((await api.list(path)).items).toEqual([])
    }
    const binding = await api.get(`${networkBindings}/web-p1-dfw-net-0`)
    expect(condition(binding, 'Ready')).toBe('False NetworkNotFound')
  })

  test('a binding and a context that fall on one name are told apart', async () => {
    await api.create(networks, network('a-default'))
    await api.create(networks, network('a'))
    await api.create(locations, location('x', 'XXX'))
    await api.create('/api/v1/namespaces', { metadata: { name: 'default-default' } })
    await datum.settle()
    const bind = (name: string, networkName: string, namespace: string) => ({
      apiVersion: 'networking.datumapis.com/v1alpha',
      kind: 'NetworkBinding',
      metadata: { name },
      spec: { network: { name: networkName }, location: { namespace, name: 'x' } },
    })
    await api.create(networkBindings, bind('first', 'a-default', 'default'))
    await datum.settle()
    await api.create(networkBindings, bind('second', 'a', 'default-default'))
    await datum.settle()
    expect(condition(await api.get(`${networkBindings}/first`), 'Ready')).toBe('True NetworkContextReady')
    expect(condition(await api.get(`${networkBindings}/second`), 'Ready')).toBe(
      'False NetworkContextNameConflict',
    )
  })

  test('Locations and Networks say that they are ready, and a Location without a city that it is of no use', async () => {
    const { items } = await api.list(locations)
    expect(items.map((each) => condition(each, 'Ready'))).toEqual(['True Ready', 'True Ready', 'True Ready'])
    expect(condition(await api.get(`${networks}/default`), 'Ready')).toBe('True Ready')
    const nowhere = location('nowhere', 'X')
    await api.create(locations, { ...nowhere, spec: { ...nowhere.spec, topology: {} } })
    await datum.settle()
    expect(condition(await api.get(`${locations}/nowhere`), 'Ready')).toBe('False MissingTopology')
  })
})
