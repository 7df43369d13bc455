import { isReason } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import type { AdmissionClient } from '../registry/admission.ts'
import type { Kind } from '../registry/kind.ts'

/**
 * Creates what comes with an object that has just been made. That object is there already, so that its creation does not
 * fail with this: undefined when the companion is there before, or its namespace is gone or on its way out.
 */
export async function createCompanion<T extends KubernetesObject>(
  client: AdmissionClient,
  kind: Kind<T>,
  companion: T,
): Promise<T | undefined> {
  try {
    return await client.create(kind, companion)
  } catch (error) {
    if (isReason(error, 'AlreadyExists') || isReason(error, 'NotFound') || isReason(error, 'Forbidden')) {
      return undefined
    }
    throw error
  }
}
