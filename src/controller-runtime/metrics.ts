/**
 * Whoever keeps figures of controllers. The names behind the methods are those of client-go and controller-runtime, so
 * that dashboards made for them work. Durations are in seconds.
 */
export interface ControllerMetrics {
  /** The figures of one controller, on all planes together. */
  of(controller: string): ControllerFigures
}

export interface ControllerFigures {
  /** `workqueue_depth`: by how many keys a queue has become longer or shorter; a controller has one on every plane. */
  queueDepth(change: number): void
  /** `workqueue_adds_total` */
  queueAdd(): void
  /** `workqueue_retries_total` */
  queueRetry(): void
  /** `workqueue_queue_duration_seconds`: how long a key waited. */
  queueDuration(seconds: number): void
  /** `workqueue_work_duration_seconds` and `controller_runtime_reconcile_time_seconds` */
  reconcileTime(seconds: number): void
  /** `controller_runtime_reconcile_total`, and `controller_runtime_reconcile_errors_total` for `error` */
  reconcileResult(result: ReconcileResult): void
  /** `controller_runtime_active_workers`: 1 when a pass begins, -1 when it ends. */
  activeWorkers(change: number): void
}

export type ReconcileResult = 'success' | 'error' | 'requeue_after'
