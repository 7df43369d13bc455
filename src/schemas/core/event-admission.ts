import { deepEqual } from '../../apimachinery/equality.ts'
import { type FieldError, invalid, required } from '../../apimachinery/field-error.ts'
import { checkDns1123Subdomain, checkQualifiedName } from '../../apimachinery/names.ts'
import type { Admission } from '../../registry/admission.ts'
import type { EventObject } from './event.ts'
import { unchanged } from './immutability.ts'

const lengthLimits = { reportingInstance: 128, action: 128, reason: 128, message: 1024 } as const

/** Fields that an event written under `events.k8s.io/v1` keeps from its first day; all but its series. */
const immutableFields = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
] as const

/**
 * Every event makes sense by the older rules; those written under `events.k8s.io/v1` by its own rules as well. Paths
 * are those of the stored form under either spelling, as on a real server.
 */
export const eventAdmission: Admission<EventObject> = {
  validate(event, old, request) {
    const errors = !event.eventTime ? checkNamespaces(event) : checkReporter(event)
    for (const message of checkDns1123Subdomain(event.metadata.namespace ?? '')) {
      errors.push(invalid('namespace', event.metadata.namespace ?? '', message))
    }
    if (request.apiVersion !== 'events.k8s.io/v1') return errors
    return [...errors, ...(old === undefined ? checkNew(event) : checkChange(event, old))]
  },
}

/** An event without `eventTime` lies in the namespace of its object, or in `default` where that has none. */
function checkNamespaces(event: EventObject): FieldError[] {
  const namespace = event.metadata.namespace ?? ''
  const involved = event.involvedObject.namespace ?? ''
  const agrees = involved === '' ? namespace === '' || namespace === 'default' : namespace === involved
  return agrees ? [] : [namespaceMismatch(involved)]
}

function namespaceMismatch(involved: string): FieldError {
  return invalid('involvedObject.namespace', involved, 'does not match event.namespace')
}

function checkReporter(event: EventObject): FieldError[] {
  const errors: FieldError[] = []
  const namespace = event.metadata.namespace ?? ''
  if (!event.involvedObject.namespace && namespace !== 'default' && namespace !== 'kube-system') {
    errors.push(namespaceMismatch(''))
  }
  const controller = event.reportingComponent ?? ''
  if (controller === '') errors.push(required('reportingController'))
  for (const message of checkQualifiedName(controller)) {
    errors.push(invalid('reportingController', controller, message))
  }
  for (const [field, limit] of Object.entries(lengthLimits)) {
    const value = (event[field] as string | undefined) ?? ''
    if (value === '' && field !== 'message') errors.push(required(field))
    if (Buffer.byteLength(value) > limit)
      errors.push(invalid(field, '', `can have at most ${limit} characters`))
  }
  return errors
}

function checkNew(event: EventObject): FieldError[] {
  const errors = checkSeries(event)
  if (!event.eventTime) errors.push(required('eventTime'))
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`))
  }
  const older = {
    firstTimestamp: Boolean(event.firstTimestamp),
    lastTimestamp: Boolean(event.lastTimestamp),
    count: (event.count ?? 0) !== 0,
    source: Boolean(event.source?.component || event.source?.host),
  }
  for (const [field, isSet] of Object.entries(older)) {
    if (isSet) errors.push(invalid(field, '', 'needs to be unset'))
  }
  return errors
}

function checkChange(event: EventObject, old: EventObject): FieldError[] {
  return [
    ...(deepEqual(event.series ?? null, old.series ?? null) ? [] : checkSeries(event)),
    ...immutableFields.flatMap((field) => unchanged(field, event[field], old[field])),
    ...unchanged('reportingController', event.reportingComponent, old.reportingComponent),
    ...unchanged('reportingInstance', event.reportingInstance, old.reportingInstance),
  ]
}

function checkSeries({ series }: EventObject): FieldError[] {
  if (series === undefined) return []
  const errors: FieldError[] = []
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'))
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'))
  return errors
}
