import { formatHumanDuration } from '../../apimachinery/human-duration.ts'
import type { JsonValue } from '../../apimachinery/object.ts'
import type { PrinterColumn } from '../../registry/kind.ts'
import { textColumn } from '../columns.ts'
import type { EventObject } from './event.ts'

/** Events are told by what happened when; their names, which nobody chose, come last. */
export const eventColumns: readonly PrinterColumn[] = [
  textColumn('Last Seen', '.lastTimestamp'),
  textColumn('Type', '.type'),
  textColumn('Reason', '.reason'),
  textColumn('Object', '.involvedObject.name'),
  textColumn('Subobject', '.involvedObject.fieldPath', 1),
  textColumn('Source', '.source.component', 1),
  textColumn('Message', '.message'),
  textColumn('First Seen', '.firstTimestamp', 1),
  textColumn('Count', '.count', 1),
  { name: 'Name', type: 'string', format: 'name', jsonPath: '.metadata.name', priority: 1 },
]

/** The cells of `eventColumns`, for an event as it is stored. */
export function eventCells(event: EventObject, now: number): JsonValue[] {
  const firstSeen = since(event.firstTimestamp ?? event.eventTime, now)
  const lastSeen = event.series
    ? since(event.series.lastObservedTime, now)
    : event.lastTimestamp
      ? since(event.lastTimestamp, now)
      : firstSeen
  return [
    lastSeen,
    event.type ?? '',
    event.reason ?? '',
    target(event),
    event.involvedObject.fieldPath ?? '',
    reporter(event),
    (event.message ?? '').trim(),
    firstSeen,
    event.series ? (event.series.count ?? 0) : event.count || 1,
    event.metadata.name,
  ]
}

function since(time: string | undefined, now: number): string {
  return time ? formatHumanDuration(now - Date.parse(time)) : '<unknown>'
}

function target({ involvedObject }: EventObject): string {
  const kind = (involvedObject.kind ?? '').toLowerCase()
  return involvedObject.name ? `${kind}/${involvedObject.name}` : kind
}

function reporter(event: EventObject): string {
  const component = event.source?.component || event.reportingComponent || ''
  const host = event.source?.host || event.reportingInstance
  return host ? `${component}, ${host}` : component
}
