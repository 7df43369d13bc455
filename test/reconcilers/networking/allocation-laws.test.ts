import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overlaps, parseCidr } from '../../../src/reconcilers/networking/ipam-cidr.ts'
import { type DatumLocal, startDatumLocal } from '../../../src/testing/start-datum-local.ts'
import { type PlaneApi, projectApi, type TestObject } from '../../support/plane-api.ts'
import {
  instances,
  location,
  locations,
  network,
  networks,
  subnets,
  workload,
  workloads,
} from '../../support/workload.ts'

/**
 * Whatever is made, scaled and deleted in whatever order, and with restarts in between: no address and no block of a
 * network is with two at once, and what has settled has kept what it had.
 */

const cities = ['DFW', 'LHR', 'CDG']
const networkNames = ['small', 'default']

type Step =
  | { type: 'make'; name: string; network: string; city: string; replicas: number }
  | { type: 'scale'; name: string; replicas: number }
  | { type: 'delete'; name: string }
  | { type: 'deleteInstance'; index: number }
  | { type: 'restart' }

const name = fc.constantFrom('a', 'b', 'c')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('make' as const),
      name,
      network: fc.constantFrom(...networkNames),
      city: fc.constantFrom(...cities),
      replicas: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('scale' as const),
      name,
      replicas: fc.integer({ min: 1, max: 14 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), name }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('deleteInstance' as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
)

async function apply(api: PlaneApi, each: Exclude<Step, { type: 'restart' }>): Promise<void> {
  if (each.type === 'make') {
    if (await api.find(`${workloads}/${each.name}`)) return
    const { replicas, city } = each
    await api.create(
      workloads,
      workload({ name: each.name, networks: [each.network], cityCodes: [city], replicas }),
    )
  } else if (each.type === 'scale') {
    const current = await api.find(`${workloads}/${each.name}`)
    if (!current) return
    const [placement] = current.spec.placements
    const placements = [{ ...placement, scaleSettings: { minReplicas: each.replicas } }]
    await api.patch(`${workloads}/${each.name}`, { spec: { placements } })
  } else if (each.type === 'delete') {
    if (await api.find(`${workloads}/${each.name}`)) await api.remove(`${workloads}/${each.name}`)
  } else {
    const { items } = await api.list(instances)
    const chosen = items[each.index % Math.max(1, items.length)]
    if (chosen) await api.remove(`${instances}/${chosen.metadata.name}`)
  }
}

/** Addresses of instances by uid, and that none is with two. */
function checkAddresses(items: readonly TestObject[]): Map<string, string> {
  const holders = new Map<string, string>()
  const byUid = new Map<string, string>()
  for (const { metadata, spec, status } of items) {
    for (const [index, { assignments }] of (status.networkInterfaces ?? []).entries()) {
      const network = spec.networkInterfaces[index].network.name
      for (const address of [`${network} ${assignments.networkIP}`, `external ${assignments.externalIP}`]) {
        expect(holders.get(address), `${address} is with two`).toBeUndefined()
        holders.set(address, metadata.name)
      }
      byUid.set(metadata.uid ?? '', `${assignments.networkIP} ${assignments.externalIP}`)
    }
  }
  return byUid
}

function checkBlocks(items: readonly TestObject[]): void {
  const held: { network: string; cidr: NonNullable<ReturnType<typeof parseCidr>>; name: string }[] = []
  for (const { metadata, spec, status } of items) {
    const cidr = parseCidr('IPv4', `${status.startAddress}/${status.prefixLength}`)
    if (!cidr) continue
    const network = networkNames.find((each) => spec.networkContext.name.startsWith(`${each}-default-`)) ?? ''
    for (const other of held) {
      if (other.network === network)
        expect(overlaps(other.cidr, cidr), `${other.name} and ${metadata.name}`).toBe(false)
    }
    held.push({ network, cidr, name: metadata.name })
  }
}

test('nothing is handed out twice, and nothing that is held changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'datum-local-test-'))
      const path = join(directory, 'state.db')
      let datum: DatumLocal = await startDatumLocal({ path })
      try {
        let api = projectApi(datum)
        await api.create(locations, location('paris', 'CDG'))
        await api.create(
          networks,
          network('small', { ipam: { mode: 'Auto', ipv4Ranges: ['172.20.0.0/28', '172.20.1.0/28'] } }),
        )
        await datum.settle()
        let before = new Map<string, string>()
        for (const each of steps) {
          if (each.type === 'restart') {
            await datum.stop()
            datum = await startDatumLocal({ path })
            api = projectApi(datum)
          } else await apply(api, each)
          await datum.settle()
          const after = checkAddresses((await api.list(instances)).items)
          checkBlocks((await api.list(subnets)).items)
          for (const [uid, address] of after) {
            if (before.has(uid)) expect(address).toBe(before.get(uid))
          }
          before = after
        }
      } finally {
        await datum.stop()
        rmSync(directory, { recursive: true })
      }
    }),
    { numRuns: 12 },
  )
}, 60_000)
