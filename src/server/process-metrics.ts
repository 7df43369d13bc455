import { readdirSync } from 'node:fs'
import type { Clock } from '../apimachinery/clock.ts'
import type { Metrics } from './metrics.ts'

/** What the process uses, under the names that every Prometheus client gives it, and Node's heap beside it. */
export function collectProcessMetrics(metrics: Metrics, clock: Clock): void {
  const cpu = metrics.counter('process_cpu_seconds_total', 'CPU used by the process, in seconds.', [])
  const resident = metrics.gauge('process_resident_memory_bytes', 'Resident memory, in bytes.', [])
  const started = metrics.gauge(
    'process_start_time_seconds',
    'When the process began, in seconds since the epoch.',
    [],
  )
  const open = metrics.gauge('process_open_fds', 'Open file descriptors.', [])
  const used = metrics.gauge('nodejs_heap_size_used_bytes', 'What lives in the heap, in bytes.', [])
  const total = metrics.gauge('nodejs_heap_size_total_bytes', 'The heap, in bytes.', [])
  const external = metrics.gauge(
    'nodejs_external_memory_bytes',
    'Buffers and the like beside the heap, in bytes.',
    [],
  )
  const version = metrics.gauge('nodejs_version_info', 'The version of Node.js.', ['version'])
  version.set({ version: process.version }, 1)
  started.set({}, clock.now() / 1000 - process.uptime())

  metrics.collect(() => {
    const { user, system } = process.cpuUsage()
    cpu.set({}, (user + system) / 1e6)
    const memory = process.memoryUsage()
    resident.set({}, memory.rss)
    used.set({}, memory.heapUsed)
    total.set({}, memory.heapTotal)
    external.set({}, memory.external)
    const descriptors = countDescriptors()
    if (descriptors !== undefined) open.set({}, descriptors)
  })
}

/** Linux alone tells it. */
function countDescriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
