import type { FieldError } from '../apimachinery/field-error.ts'

/**
 * The faults of an update that were not there before it: what was once stored does not stand in the way of unrelated
 * changes. A fault that moved with its item in a list is the same fault; one more of the same kind is a new one.
 */
export function newFaults(faults: readonly FieldError[], before: readonly FieldError[]): FieldError[] {
  const known = new Map<string, number>()
  for (const fault of before) {
    const identity = identityOf(fault)
    known.set(identity, (known.get(identity) ?? 0) + 1)
  }
  return faults.filter((fault) => {
    const identity = identityOf(fault)
    const remaining = known.get(identity) ?? 0
    known.set(identity, remaining - 1)
    return remaining <= 0
  })
}

function identityOf({ type, field, message }: FieldError): string {
  return JSON.stringify([type, field.replaceAll(/\[\d+\]/g, '[]'), message])
}
