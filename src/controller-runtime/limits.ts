/** Every bound of the controllers. Times are in milliseconds. */
export interface ControllerLimits {
  /** How long one pass over an object may take; then it may change nothing any more, and is tried again. */
  readonly reconcileTimeout: number
  /** How long an Event is kept after it was last written. */
  readonly eventLifetime: number
}

/** The lifetime of Events is the default of a real server. */
export const defaultControllerLimits: ControllerLimits = {
  reconcileTimeout: 60_000,
  eventLifetime: 3_600_000,
}
