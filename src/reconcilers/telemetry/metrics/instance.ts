import { findCondition } from '../../../controller-runtime/conditions.ts'
import { Instance, type InstanceObject } from '../../../schemas/compute/instance.ts'
import type { Reading, SeriesLabels } from '../../../telemetry/series.ts'
import { createUsage } from '../../../telemetry/usage.ts'
import { resourceLabels } from './resource-labels.ts'

/** What a container or a virtual machine uses on average, of the two cores and 8 GiB of its machine. */
const coresUsed = 0.3
const memoryUsed = 768 * 1024 ** 2
/** Bytes per second of one interface. */
const bytesReceived = 40_000
const bytesSent = 120_000

/** What the simulated machine of an instance uses, and whether the instance is ready. Only a running one uses anything. */
export function readInstance(instance: InstanceObject, now: number): Reading[] {
  const { spec, status, metadata } = instance
  const labels: SeriesLabels = {
    ...resourceLabels('compute.datumapis.com', Instance, instance),
    location: spec?.location?.name ?? '',
  }
  const ready = findCondition(status?.conditions, 'Ready')?.status === 'True'
  const readings = [reading('datum_compute_instance_ready', labels, ready ? 1 : 0)]
  const running = findCondition(status?.conditions, 'Running')
  if (running?.status !== 'True') return readings
  const since = Date.parse(running.lastTransitionTime ?? '')
  const containers = spec?.runtime.sandbox?.containers.map(({ name }) => name) ?? ['']
  for (const container of containers) {
    const identity = `${metadata.uid}/${container}`
    const own = { ...labels, instance_container: container }
    const cores = createUsage(`${identity}/cpu`, coresUsed)
    const memory = createUsage(`${identity}/memory`, memoryUsed)
    readings.push(
      reading('datum_compute_instance_cpu_usage_seconds_total', own, cores.total(since, now)),
      reading('datum_compute_instance_memory_working_set_bytes', own, Math.round(memory.rate(now))),
    )
  }
  for (const [index, { network }] of (spec?.networkInterfaces ?? []).entries()) {
    const identity = `${metadata.uid}/${index}`
    const own = { ...labels, interface: String(index), network: network.name }
    const received = createUsage(`${identity}/received`, bytesReceived).total(since, now)
    const sent = createUsage(`${identity}/sent`, bytesSent).total(since, now)
    readings.push(
      reading('datum_compute_instance_network_receive_bytes_total', own, Math.floor(received)),
      reading('datum_compute_instance_network_transmit_bytes_total', own, Math.floor(sent)),
    )
  }
  return readings
}

function reading(name: string, labels: SeriesLabels, value: number): Reading {
  return { labels: { __name__: name, ...labels }, value }
}
