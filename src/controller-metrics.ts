import { getOrInsert } from './apimachinery/get-or-insert.ts'
import type { ControllerFigures, ControllerMetrics, ReconcileResult } from './controller-runtime/metrics.ts'
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

  function figuresOf(name: string): ControllerFigures {
    const one = { controller: name }
    const both = { name, controller: name }
    const ends = new Map<ReconcileResult, () => void>()
    const failed = errors.of(one)
    const timed = time.of(one)
    const busy = worked.of(both)
    return {
      queueDepth: depth.of(both),
      queueAdd: adds.of(both),
      queueRetry: retries.of(both),
      queueDuration: waited.of(both),
      reconcileTime(seconds) {
        busy(seconds)
        timed(seconds)
      },
      reconcileResult(result) {
        getOrInsert(ends, result, () => results.of({ controller: name, result }))()
        if (result === 'error') failed()
      },
      activeWorkers: active.of(one),
    }
  }

  const figures = new Map<string, ControllerFigures>()
  return { of: (name) => getOrInsert(figures, name, () => figuresOf(name)) }
}
