import { type FieldError, invalid } from '../../apimachinery/field-error.ts'
import type { Admission } from '../../registry/admission.ts'
import type { LeaseObject } from './lease.ts'

export const leaseAdmission: Admission<LeaseObject> = {
  /** What belongs to coordinated election, which a real server of 1.34 has switched off, is not kept. */
  stamp({ spec }) {
    delete spec?.strategy
    delete spec?.preferredHolder
  },

  validate(lease) {
    const { leaseDurationSeconds, leaseTransitions } = lease.spec ?? {}
    const errors: FieldError[] = []
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
      errors.push(invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0'))
    }
    if (leaseTransitions !== undefined && leaseTransitions < 0) {
      errors.push(invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0'))
    }
    return errors
  },
}
