import type { ControllerMetrics } from './controller-runtime/metrics.ts'
import type { Metrics } from './server/metrics.ts'

/** Seconds; the bounds of client-go's queues: from ten nanoseconds in decades to ten seconds and more. */
const queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000]
/** Seconds; the bounds of controller-runtime's passes. */
const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]

/**
 * What controllers tell, as figures under the names of client-go and controller-runtime. A controller works on many
 * planes; its figures are those of all of them together.
 */
export function createControllerMetrics(metrics: Metrics): ControllerMetrics {
  const queue = ['name', 'controller'] as const
  const controller = ['controller'] as const
  const depth = metrics.gauge('workqueue_depth', 'Keys that wait for a pass.', queue)
  const adds = metrics.counter('workqueue_adds_total', 'Keys that were added to the queue.', queue)
  const retries = metrics.counter('workqueue_retries_total', 'Keys that were added after a failure.', queue)
  const waited = metrics.histogram(
    'workqueue_queue_duration_seconds',
    'How long keys waited for their pass, in seconds.',
    queue,
    queueBuckets,
  )
  const worked = metrics.histogram(
    'workqueue_work_duration_seconds',
    'How long passes took, in seconds.',
    queue,
    queueBuckets,
  )
  const results = metrics.counter('controller_runtime_reconcile_total', 'Passes by how they ended.', [
    'controller',
    'result',
  ])
  const errors = metrics.counter(
    'controller_runtime_reconcile_errors_total',
    'Passes that failed.',
    controller,
  )
  const time = metrics.histogram(
    'controller_runtime_reconcile_time_seconds',
    'How long passes took, in seconds.',
    controller,
    reconcileBuckets,
  )
  const active = metrics.gauge('controller_runtime_active_workers', 'Passes that run now.', controller)
  const both = (name: string) => ({ name, controller: name })

  return {
    queueDepth: (name, change) => depth.add(both(name), change),
    queueAdd: (name) => adds.add(both(name)),
    queueRetry: (name) => retries.add(both(name)),
    queueDuration: (name, seconds) => waited.observe(both(name), seconds),
    reconcileTime(name, seconds) {
      worked.observe(both(name), seconds)
      time.observe({ controller: name }, seconds)
    },
    reconcileResult(name, result) {
      results.add({ controller: name, result })
      // A series that is there from the first pass can be watched for its first error.
      errors.add({ controller: name }, result === 'error' ? 1 : 0)
    },
    activeWorkers: (name, change) => active.add({ controller: name }, change),
  }
}
