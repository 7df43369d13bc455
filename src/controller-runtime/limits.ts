/** Every bound of the controllers. Times are in milliseconds. */
export interface ControllerLimits {
  /** How long one pass over an object may take; then it may change nothing any more, and is tried again. */
  readonly reconcileTimeout: number
}

export const defaultControllerLimits: ControllerLimits = { reconcileTimeout: 60_000 }
