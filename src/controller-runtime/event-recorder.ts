import type { Logger } from 'pino'
import { type Clock, formatTime } from '../apimachinery/clock.ts'
import { isReason, StatusError } from '../apimachinery/errors.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { rememberInOrder } from '../apimachinery/remember-in-order.ts'
import { type Caller, type Kind, preferredResource } from '../registry/kind.ts'
import type { Plane, Registry, RequestContext } from '../registry/registry.ts'
import type { Dispatcher } from './dispatcher.ts'
import { createEventCorrelator, remembered } from './event-correlator.ts'
import type { EventRecorder } from './reconciler.ts'

export interface EventSinkOptions {
  readonly registry: Registry
  readonly plane: Plane
  /** The kind Event of the core group. */
  readonly kind: Kind
  readonly user: Caller
  readonly clock: Clock
  readonly log: Logger
  readonly dispatcher: Dispatcher
}

/** Writes the Events of one plane, in the background. */
export interface EventSink {
  /** Events of what calls itself `component`; `managedFields` name `manager`, by default the same. */
  recorder(component: string, manager?: string): EventRecorder
}

/** The core group's reference to the object that an Event is about. */
interface InvolvedObject {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion?: string
}

/** One thing that is reported about one object, however often it happens. */
interface Report {
  readonly involvedObject: InvolvedObject
  readonly component: string
  readonly manager: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  message: string
  /** Name of the Event, once it is written. */
  name: string | undefined
  count: number
  readonly first: number
  last: number
  waiting: boolean
}

/** Reports that wait to be written; what comes on top is dropped, so that a reconciler is never held up. */
const waitingReports = 1000
/** Reports that are written at a time. */
const batchSize = 20

export function createEventSink(options: EventSinkOptions): EventSink {
  const { registry, plane, kind, user, clock, log, dispatcher } = options
  const context: RequestContext = { plane, user }
  const resource = preferredResource(kind)
  const correlator = createEventCorrelator(clock)
  const reports = new Map<string, Report>()
  let queue: Report[] = []
  let writing = false
  /** A batch is to be written when there is nothing else to do. */
  let asked = false
  let sequence = 0

  /** Nobody waits for Events; but where there is no end of other work, they have to come in between. */
  function write(): void {
    if (writing || queue.length === 0) return
    if (queue.length > waitingReports / 2) dispatcher.run(writeBatch)
    else if (!asked) {
      asked = true
      dispatcher.runLast(async () => {
        asked = false
        await writeBatch()
      })
    }
  }

  /** One batch at a time: an Event must be there before it can be counted up. */
  async function writeBatch(): Promise<void> {
    if (writing) return
    writing = true
    const batch = queue.slice(0, batchSize)
    queue = queue.slice(batchSize)
    await Promise.all(batch.map(writeReport))
    writing = false
    write()
  }

  async function writeReport(report: Report): Promise<void> {
    report.waiting = false
    try {
      if (!(await updateEvent(report))) await createEvent(report)
    } catch (error) {
      // A namespace on its way out takes no more Events; that is nobody's fault.
      if (error instanceof StatusError) log.debug({ err: error }, 'an event was not taken')
      else log.error({ err: error }, 'an event could not be written')
    }
  }

  /** False when the Event has not been written yet, or not any more. */
  async function updateEvent({
    involvedObject,
    name,
    count,
    last,
    message,
    manager,
  }: Report): Promise<boolean> {
    if (name === undefined) return false
    const key = { namespace: namespaceOf(involvedObject), name }
    const body = { count, lastTimestamp: formatTime(last), message }
    try {
      await registry.patch(context, resource, key, { type: 'merge', body }, { fieldManager: manager })
      return true
    } catch (error) {
      if (isReason(error, 'NotFound')) return false
      throw error
    }
  }

  async function createEvent(report: Report): Promise<void> {
    const namespace = namespaceOf(report.involvedObject)
    report.name = eventName(report.involvedObject.name)
    const event = { ...eventOf(report, report.name), apiVersion: resource.apiVersion, kind: kind.names.kind }
    await registry.create(context, resource, { namespace }, event, { fieldManager: report.manager })
  }

  /** As on a real server, the object's name and a time in nanoseconds; the sequence stands for the parts of a millisecond. */
  function eventName(about: string): string {
    sequence = (sequence + 1) % 1_000_000
    const time = BigInt(clock.now()) * 1_000_000n + BigInt(sequence)
    return `${about.slice(0, 230)}.${time.toString(16)}`
  }

  return {
    recorder: (component, manager = component) => ({
      record(about, type, reason, message) {
        const involvedObject = referenceTo(about.kind, about.object)
        const correlated = correlator.correlate({ component, uid: involvedObject.uid }, type, reason, message)
        const now = clock.now()
        const report: Report = reports.get(correlated.key) ?? {
          involvedObject,
          component,
          manager,
          type,
          reason,
          message,
          name: undefined,
          count: 0,
          first: now,
          last: now,
          waiting: false,
        }
        rememberInOrder(reports, correlated.key, report, remembered)
        report.message = correlated.message
        report.count += 1
        report.last = now
        if (!correlated.heard || report.waiting || queue.length >= waitingReports) return
        report.waiting = true
        queue.push(report)
        write()
      },
    }),
  }
}

function referenceTo(kind: Kind, { metadata }: KubernetesObject): InvolvedObject {
  return {
    apiVersion: preferredResource(kind).apiVersion,
    kind: kind.names.kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid ?? '',
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
  }
}

/** Events about cluster-scoped objects are in the namespace `default`. */
function namespaceOf({ namespace }: InvolvedObject): string {
  return namespace ?? 'default'
}

function eventOf(report: Report, name: string): KubernetesObject {
  const { involvedObject, component } = report
  return {
    metadata: { name, namespace: namespaceOf(involvedObject) },
    involvedObject,
    type: report.type,
    reason: report.reason,
    message: report.message,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    count: report.count,
    firstTimestamp: formatTime(report.first),
    lastTimestamp: formatTime(report.last),
  }
}
