import type { Client } from '../../../controller-runtime/client.ts'
import type { Kind } from '../../../registry/kind.ts'
import { Instance } from '../../../schemas/compute/instance.ts'
import { Workload } from '../../../schemas/compute/workload.ts'
import { WorkloadDeployment } from '../../../schemas/compute/workload-deployment.ts'
import { HTTPProxy } from '../../../schemas/networking/http-proxy.ts'
import { Location } from '../../../schemas/networking/location.ts'
import { Network } from '../../../schemas/networking/network.ts'
import { Subnet } from '../../../schemas/networking/subnet.ts'
import { ExportPolicy } from '../../../schemas/telemetry/export-policy.ts'
import type { Reading } from '../../../telemetry/series.ts'

const counted: readonly Kind[] = [
  Workload,
  WorkloadDeployment,
  Instance,
  Location,
  Network,
  Subnet,
  HTTPProxy,
  ExportPolicy,
]

/** How many objects of each of Datum's kinds the control plane holds, under the name that Kubernetes has for it. */
export async function readStoredObjects(client: Client): Promise<Reading[]> {
  return await Promise.all(
    counted.map(async (kind) => ({
      labels: {
        __name__: 'apiserver_resource_objects',
        service_name: 'apiserver.datumapis.com',
        group: kind.group,
        resource: kind.names.plural,
      },
      value: (await client.list(kind)).length,
    })),
  )
}
