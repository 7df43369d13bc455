import type { KubernetesObject } from '../../../apimachinery/object.ts'
import { ExportPolicy } from '../../../schemas/telemetry/export-policy.ts'
import type { Reading, SeriesLabels } from '../../../telemetry/series.ts'
import type { SinkFigures } from '../../../telemetry/sink.ts'
import { resourceLabels } from './resource-labels.ts'

/** What a sink of a policy has really done since its export began. */
export function readDelivery(policy: KubernetesObject, sink: string, figures: SinkFigures): Reading[] {
  const labels: SeriesLabels = {
    ...resourceLabels('telemetry.datumapis.com', ExportPolicy, policy),
    sink,
  }
  const { delivered, givenUp, dropped, waiting, requests } = figures
  const outcomes = { delivered, given_up: givenUp, dropped }
  return [
    ...Object.entries(outcomes).map(([outcome, value]) => ({
      labels: { __name__: 'datum_telemetry_export_samples_total', ...labels, outcome },
      value,
    })),
    ...[...requests].map(([code, value]) => ({
      labels: { __name__: 'datum_telemetry_export_requests_total', ...labels, code },
      value,
    })),
    { labels: { __name__: 'datum_telemetry_export_waiting_samples', ...labels }, value: waiting },
  ]
}
