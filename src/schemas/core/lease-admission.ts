import { type FieldError, forbiddenField, invalid, notSupported } from '../../apimachinery/field-error.ts'
import { checkQualifiedName } from '../../apimachinery/names.ts'
import type { Admission } from '../../registry/admission.ts'
import type { LeaseObject } from './lease.ts'

const strategies = ['OldestEmulationVersion']

export const leaseAdmission: Admission<LeaseObject> = {
  validate(lease) {
    const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = lease.spec ?? {}
    const errors: FieldError[] = []
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
      errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'))
    }
    if (leaseTransitions !== undefined && leaseTransitions < 0) {
      errors.push(invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'))
    }
    if (strategy !== undefined) errors.push(...checkStrategy(strategy))
    if (preferredHolder && !strategy) {
      errors.push(forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined'))
    }
    return errors
  },
}

/** A name of Kubernetes' own, or one with a domain in front. A real server repeats the last segment of the path. */
function checkStrategy(strategy: string): FieldError[] {
  if (strategy.includes('/')) {
    return checkQualifiedName(strategy).map((message) => invalid('spec.strategy.strategy', strategy, message))
  }
  return strategies.includes(strategy) ? [] : [notSupported('spec.strategy.strategy', strategy, strategies)]
}
