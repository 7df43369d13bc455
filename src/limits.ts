import { type ControllerLimits, defaultControllerLimits } from './controller-runtime/limits.ts'
import { defaultLimits, type Limits } from './server/limits.ts'
import { defaultStoreLimits, type StoreLimits } from './storage/limits.ts'

/** Every bound of a set of control planes, on all floors. */
export interface ControlPlaneLimits extends Limits, StoreLimits, ControllerLimits {}

export const defaultControlPlaneLimits: ControlPlaneLimits = {
  ...defaultLimits,
  ...defaultStoreLimits,
  ...defaultControllerLimits,
}
