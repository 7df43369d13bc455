import type { KubernetesObject } from '../../../apimachinery/object.ts'
import type { Kind } from '../../../registry/kind.ts'
import type { SeriesLabels } from '../../../telemetry/series.ts'

/** The labels that tell which resource a series is about, beside the project, which every series has. */
export function resourceLabels(
  service: string,
  { names }: Kind,
  { metadata: { namespace = '', name } }: KubernetesObject,
): SeriesLabels {
  return {
    service_name: service,
    resource_type: names.plural,
    resource_namespace: namespace,
    resource_name: name,
  }
}
