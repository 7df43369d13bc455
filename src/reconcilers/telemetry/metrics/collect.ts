import type { Client } from '../../../controller-runtime/client.ts'
import { Instance } from '../../../schemas/compute/instance.ts'
import { Workload } from '../../../schemas/compute/workload.ts'
import { HTTPProxy } from '../../../schemas/networking/http-proxy.ts'
import { Location, type LocationObject } from '../../../schemas/networking/location.ts'
import type { Reading } from '../../../telemetry/series.ts'
import { readHttpProxy } from './http-proxy.ts'
import { readInstance } from './instance.ts'
import { readStoredObjects } from './stored-objects.ts'
import { readWorkload } from './workload.ts'

/** Everything that there is to tell of a project now (milliseconds since the epoch), but for its exports. */
export async function collectReadings(client: Client, now: number): Promise<Reading[]> {
  const instances = await client.list(Instance)
  const workloads = await client.list(Workload)
  const proxies = await client.list(HTTPProxy)
  const regions = proxies.length === 0 ? [] : regionsOf(await client.list(Location))
  return [
    ...instances.flatMap((instance) => readInstance(instance, now)),
    ...workloads.flatMap(readWorkload),
    ...proxies.flatMap((proxy) => readHttpProxy(proxy, regions, now)),
    ...(await readStoredObjects(client)),
  ]
}

/** The regions in which requests arrive: those of the project's Locations. */
function regionsOf(locations: readonly LocationObject[]): string[] {
  const regions = locations.flatMap(({ spec }) => spec?.provider.gcp?.region ?? [])
  return [...new Set(regions.length === 0 ? ['local'] : regions)].sort()
}
