import type { Authorize } from '../registry/kind.ts'

/**
 * Who may do what, decided in this one place: whoever is known may do everything, whoever is not may do nothing.
 * Roles come in here, and only here.
 */
export const authorizeAuthenticated: Authorize = async (user) => {
  const known = user.groups.some((group) => group === 'system:authenticated' || group === 'system:masters')
  return known ? { allowed: true, reason: '' } : { allowed: false, reason: '' }
}
