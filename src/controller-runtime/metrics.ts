/**
 * What controllers tell whoever keeps figures. The names behind the methods are those of client-go and
 * controller-runtime, so that dashboards made for them work. Durations are in seconds.
 */
export interface ControllerMetrics {
  /** `workqueue_depth`: by how many keys a queue has become longer or shorter; a controller has one on every plane. */
  queueDepth(controller: string, change: number): void
  /** `workqueue_adds_total` */
  queueAdd(controller: string): void
  /** `workqueue_retries_total` */
  queueRetry(controller: string): void
  /** `workqueue_queue_duration_seconds`: how long a key waited. */
  queueDuration(controller: string, seconds: number): void
  /** `workqueue_work_duration_seconds` and `controller_runtime_reconcile_time_seconds` */
  reconcileTime(controller: string, seconds: number): void
  /** `controller_runtime_reconcile_total`, and `controller_runtime_reconcile_errors_total` for `error` */
  reconcileResult(controller: string, result: ReconcileResult): void
  /** `controller_runtime_active_workers`: 1 when a pass begins, -1 when it ends. */
  activeWorkers(controller: string, change: number): void
}

export type ReconcileResult = 'success' | 'error' | 'requeue_after'
