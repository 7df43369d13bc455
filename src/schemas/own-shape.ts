import type { KubernetesObject } from '../apimachinery/object.ts'
import type { Admission } from '../registry/admission.ts'
import { storageVersion } from '../registry/kind.ts'
import type { StructuralSchema } from '../registry/structural-schema.ts'
import { validateSchema } from '../registry/validation.ts'

/**
 * Keeps rules to the objects that they were written for, those that fit our schema. A plane may serve a user's own
 * definition of the kind, and may have stored objects under it: what does not fit ours is left to theirs.
 */
export function forOwnShape<T extends KubernetesObject>(
  schema: () => StructuralSchema,
  admission: Admission<T>,
): Admission<T> {
  const fits = (object: T) => validateSchema(schema(), object).length === 0
  return {
    ...admission,
    validate(object, old, request, facts) {
      // A new object under our definition has just been checked; an update may carry on what was stored before.
      const isChecked = old === undefined && storageVersion(request.kind).schema === schema
      if (!isChecked && !fits(object)) return []
      const known = old !== undefined && fits(old) ? old : undefined
      return admission.validate?.(object, known, request, facts) ?? []
    },
  }
}
