import type { PrinterColumn } from '../registry/kind.ts'

/** How long ago the object was made. */
export const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
}

/** One field of the condition of a type: `conditionColumn('Reason', 'Ready', 'reason')`. */
export function conditionColumn(
  name: string,
  conditionType: string,
  field: 'status' | 'reason' | 'message',
  priority?: number,
): PrinterColumn {
  return {
    name,
    type: 'string',
    jsonPath: `.status.conditions[?(@.type=="${conditionType}")].${field}`,
    ...(priority === undefined ? {} : { priority }),
  }
}

/** A field shown as text. */
export function textColumn(name: string, jsonPath: string, priority?: number): PrinterColumn {
  return { name, type: 'string', jsonPath, ...(priority === undefined ? {} : { priority }) }
}

/** Whether the object is ready, and why or why not. */
export const readyColumns: readonly PrinterColumn[] = [
  conditionColumn('Ready', 'Ready', 'status'),
  conditionColumn('Reason', 'Ready', 'reason'),
]
