import type { Logger } from 'pino'
import { type Clock, formatTime } from '../apimachinery/clock.ts'
import { isReason, StatusError } from '../apimachinery/errors.ts'
import type { Ids } from '../apimachinery/ids.ts'
import type { KubernetesObject } from '../apimachinery/object.ts'
import { type Caller, type Kind, preferredResource } from '../registry/kind.ts'
import type { Plane, Registry, RequestContext } from '../registry/registry.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { EventRecorder } from './reconciler.ts'

export interface EventSinkOptions {
  readonly registry: Registry
  readonly plane: Plane
  /** The kind Event of the core group. */
  readonly kind: Kind
  readonly user: Caller
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly dispatcher: Dispatcher
}

/** Writes the Events of one plane, in the background. */
export interface EventSink {
  /** Events of what calls itself `component`. */
  recorder(component: string): EventRecorder
}

/** One thing that is reported about one object, however often it happens. */
interface Report {
  readonly namespace: string
  readonly about: { readonly kind: Kind; readonly object: KubernetesObject }
  readonly component: string
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

/** Reports that are remembered, to count repetitions: the least recently used is forgotten. */
const rememberedReports = 4096
/** Reports that wait to be written; what comes on top is dropped, so that a reconciler is never held up. */
const waitingReports = 1000
/** Reports of one reason about one object with different messages, before they are counted as one. */
const similarReports = 10
/** What stands before the message of such a report, as on a real server. */
const combinedPrefix = '(combined from similar events): '
/** How long similar reports are counted together (milliseconds). */
const similarWindow = 600_000

export function createEventSink(options: EventSinkOptions): EventSink {
  const { registry, plane, kind, user, clock, ids, log, dispatcher } = options
  const context: RequestContext = { plane, user }
  const resource = preferredResource(kind)
  const reports = new Map<string, Report>()
  const similar = new Map<string, { since: number; messages: Set<string> }>()
  const queue: Report[] = []
  let writing = false

  function remember<V>(map: Map<string, V>, key: string, value: V): void {
    map.delete(key)
    map.set(key, value)
    if (map.size <= rememberedReports) return
    for (const oldest of map.keys()) {
      map.delete(oldest)
      break
    }
  }

  /** The message under which the report is counted: its own, or one for all when there are many alike. */
  function countedMessage(group: string, message: string): string {
    let known = similar.get(group)
    if (!known || clock.now() - known.since > similarWindow)
      known = { since: clock.now(), messages: new Set() }
    if (known.messages.size < similarReports) known.messages.add(message)
    remember(similar, group, known)
    return known.messages.has(message) ? message : combinedPrefix
  }

  function write(): void {
    if (writing || queue.length === 0) return
    writing = true
    dispatcher.run(async () => {
      const report = queue.shift()
      if (report) {
        report.waiting = false
        try {
          await writeReport(report)
        } catch (error) {
          // A namespace on its way out takes no more Events; that is nobody's fault.
          if (error instanceof StatusError) log.debug({ err: error }, 'an event was not taken')
          else log.error({ err: error }, 'an event could not be written')
        }
      }
      writing = false
      write()
    })
  }

  async function writeReport(report: Report): Promise<void> {
    const { namespace, count, last, message } = report
    if (report.name !== undefined) {
      try {
        const body = { count, lastTimestamp: formatTime(last), message }
        await registry.patch(
          context,
          resource,
          { namespace, name: report.name },
          { type: 'merge', body },
          { fieldManager: report.component },
        )
        return
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
    }
    const event = eventOf(report, `${report.about.object.metadata.name.slice(0, 230)}.${ids.suffix(16)}`)
    report.name = event.metadata.name
    await registry.create(
      context,
      resource,
      { namespace },
      { ...event, apiVersion: resource.apiVersion, kind: kind.names.kind },
      { fieldManager: report.component },
    )
  }

  return {
    recorder: (component) => ({
      record(about, type, reason, message) {
        const { uid = '', namespace = 'default' } = about.object.metadata
        const group = [component, uid, type, reason].join('\n')
        const counted = countedMessage(group, message)
        const key = `${group}\n${counted}`
        let report = reports.get(key)
        if (!report) {
          const now = clock.now()
          report = {
            namespace,
            about,
            component,
            type,
            reason,
            message,
            name: undefined,
            count: 0,
            first: now,
            last: now,
            waiting: false,
          }
        }
        remember(reports, key, report)
        report.message = counted === combinedPrefix ? `${combinedPrefix}${message}` : message
        report.count += 1
        report.last = clock.now()
        if (report.waiting || queue.length >= waitingReports) return
        report.waiting = true
        queue.push(report)
        write()
      },
    }),
  }
}

function eventOf(report: Report, name: string): KubernetesObject {
  const { about, component, namespace } = report
  const { metadata } = about.object
  return {
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: preferredResource(about.kind).apiVersion,
      kind: about.kind.names.kind,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      name: metadata.name,
      uid: metadata.uid ?? '',
      resourceVersion: metadata.resourceVersion ?? '',
    },
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
