import { invalidObject, StatusError } from '../apimachinery/errors.ts'
import type { FieldError } from '../apimachinery/field-error.ts'
import { PolicyRefusal } from '../apimachinery/policy-refusal.ts'
import type { Preparation } from './preparation.ts'

/** Refuses an object for the faults that were found, if any. */
export function refuseInvalid(preparation: Preparation, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) {
    const { conversion, kind } = preparation.resource
    // What is converted is judged as it is stored.
    const { group } = conversion ? kind : preparation.resource
    throw invalidObject(group, preparation.resource.kind.names.kind, name, errors)
  }
}

/** A refusal by what is a webhook on a deployed server is told as one. */
function asWebhook(webhookName: string | undefined, refusal: StatusError): StatusError {
  if (webhookName === undefined || refusal instanceof PolicyRefusal) return refusal
  const message = `admission webhook "${webhookName}" denied the request: ${refusal.status.message ?? ''}`
  return new StatusError({ ...refusal.status, message })
}

/** Runs `decide` so that its refusals, thrown or found, carry the webhook's name. */
export function admit(
  preparation: Preparation,
  name: string,
  decide: () => readonly FieldError[] | undefined,
): void {
  const webhookName = preparation.resource.kind.admission?.webhookName
  try {
    refuseInvalid(preparation, name, decide() ?? [])
  } catch (error) {
    throw error instanceof StatusError ? asWebhook(webhookName, error) : error
  }
}

/**
 * Refuses what has faults. What is compiled in tells the faults of metadata together with its own; elsewhere admission
 * looks at what is valid so far.
 */
export function judge(
  preparation: Preparation,
  name: string,
  faults: readonly FieldError[],
  fitsSchema: boolean,
  decide: () => readonly FieldError[] | undefined,
): void {
  const together = preparation.resource.kind.origin === 'core' && fitsSchema ? faults : []
  if (together.length === 0) refuseInvalid(preparation, name, faults)
  admit(preparation, name, () => [...together, ...(decide() ?? [])])
}
