import { HTTPProxy, type HttpProxyObject } from '../../../schemas/networking/http-proxy.ts'
import type { Reading } from '../../../telemetry/series.ts'
import { createUsage } from '../../../telemetry/usage.ts'
import { resourceLabels } from './resource-labels.ts'

/** Requests per second that a region answers with a status, on average. */
const requests: Readonly<Record<string, number>> = { '200': 12, '404': 0.4, '503': 0.05 }

/** The simulated requests that the gateway of a proxy answers in each region, since the proxy was made. */
export function readHttpProxy(proxy: HttpProxyObject, regions: readonly string[], now: number): Reading[] {
  const { name, namespace = '', uid, creationTimestamp = '' } = proxy.metadata
  const labels = {
    __name__: 'envoy_vhost_vcluster_upstream_rq',
    ...resourceLabels('gateway.networking.k8s.io', HTTPProxy, proxy),
    // A proxy's requests go through a gateway of its name.
    resource_type: 'gateways',
    gateway_name: name,
    gateway_namespace: namespace,
  }
  const since = Date.parse(creationTimestamp)
  return regions.flatMap((region) =>
    Object.entries(requests).map(([code, rate]) => ({
      labels: { ...labels, label_topology_kubernetes_io_region: region, envoy_response_code: code },
      value: Math.floor(createUsage(`${uid}/${region}/${code}`, rate).total(since, now)),
    })),
  )
}
