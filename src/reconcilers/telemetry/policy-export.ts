import type { Clock } from '../../apimachinery/clock.ts'
import type { Client } from '../../controller-runtime/client.ts'
import type { EventRecorder } from '../../controller-runtime/reconciler.ts'
import { ExportPolicy, type ExportPolicyObject } from '../../schemas/telemetry/export-policy.ts'
import { parseMetricSelector } from '../../schemas/telemetry/metric-selector.ts'
import { createSeriesFilter } from '../../telemetry/selection.ts'
import type { Reading, SeriesLabels } from '../../telemetry/series.ts'
import { createSink, type Sink, type SinkFigures } from '../../telemetry/sink.ts'
import type { PolicySink } from './sink-secret.ts'
import { isAccepted, readSinkSettings } from './sink-settings.ts'

type SeriesFilter = (labels: SeriesLabels) => boolean

/** The export of one policy: its sinks, as far as they are accepted, with what they have still to deliver. */
export interface PolicyExport {
  /** Tells one policy from a later one of the same name. */
  readonly uid: string | undefined
  readonly policy: ExportPolicyObject
  /** When readings are due next (milliseconds since the epoch). */
  due: number
  /** What each sink that is in use has done. */
  readonly figures: ReadonlyMap<string, SinkFigures>
  /** Makes the sinks those of the policy as it is now, unless its status has yet to catch up with it. */
  configure(policy: ExportPolicyObject, client: Client): Promise<void>
  /** Hands every sink what its sources select: once per source, as documented. */
  add(readings: readonly Reading[], time: number): void
  close(): void
}

interface RunningSink {
  readonly sink: Sink
  readonly sources: readonly SeriesFilter[]
}

export function createPolicyExport(
  first: ExportPolicyObject,
  { clock, events, userAgent }: { clock: Clock; events: EventRecorder; userAgent: string },
): PolicyExport {
  let policy = first
  let running = new Map<string, RunningSink>()

  function openSink(name: string, settings: Parameters<Sink['configure']>[0]): Sink {
    const report = (type: 'Normal' | 'Warning', reason: string, message: string) =>
      events.record({ kind: ExportPolicy, object: policy }, type, reason, message)
    return createSink({
      clock,
      userAgent,
      settings,
      observer: {
        givenUp(why, attempts) {
          const tries = attempts === 1 ? 'one attempt' : `${attempts} attempts`
          report('Warning', 'DeliveryFailed', `Sink ${name}: a batch was given up after ${tries}: ${why}`)
        },
        recovered: () => report('Normal', 'DeliveryRecovered', `Sink ${name} receives again`),
      },
    })
  }

  return {
    uid: first.metadata.uid,
    get policy() {
      return policy
    },
    due: clock.now(),
    get figures() {
      return new Map([...running].map(([name, { sink }]) => [name, sink.figures]))
    },
    async configure(newest, client) {
      if (newest.spec.sinks.some((sink) => isAccepted(sink, newest) === undefined)) return
      const configured = new Map<string, RunningSink>()
      for (const each of newest.spec.sinks) {
        const settings = isAccepted(each, newest) ? await readSinkSettings(each, newest, client) : undefined
        if (!settings) continue
        const sink = running.get(each.name)?.sink ?? openSink(each.name, settings)
        sink.configure(settings)
        configured.set(each.name, { sink, sources: filtersOf(each, newest) })
      }
      for (const [name, { sink }] of running) if (!configured.has(name)) sink.close()
      running = configured
      policy = newest
    },
    add(readings, time) {
      for (const { sink, sources } of running.values()) {
        for (const selects of sources) {
          sink.add(readings.filter(({ labels }) => selects(labels)).map((reading) => ({ ...reading, time })))
        }
      }
    },
    close() {
      for (const { sink } of running.values()) sink.close()
      running.clear()
    },
  }
}

/** The selectors of the sources that a sink names; a source that nobody declares has nothing to send. */
function filtersOf({ sources }: PolicySink, { spec }: ExportPolicyObject): SeriesFilter[] {
  return sources.flatMap((name) => {
    const query = spec.sources.find((source) => source.name === name)?.metrics?.metricsql
    const selector = parseMetricSelector(query ?? '')
    return 'fault' in selector ? [] : [createSeriesFilter(selector)]
  })
}
