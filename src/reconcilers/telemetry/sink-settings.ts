import { parseGoDuration } from '../../apimachinery/time-formats.ts'
import type { Client } from '../../controller-runtime/client.ts'
import { findCondition } from '../../controller-runtime/conditions.ts'
import { Secret } from '../../schemas/core/secret.ts'
import type { ExportPolicyObject } from '../../schemas/telemetry/export-policy.ts'
import type { SinkSettings } from '../../telemetry/sink.ts'
import { basicAuthorization, type PolicySink, secretFault, secretName } from './sink-secret.ts'

/** How a sink is written to; undefined when it cannot be, its Secret being gone or unfit. */
export async function readSinkSettings(
  sink: PolicySink,
  { metadata: { namespace = '' } }: ExportPolicyObject,
  client: Client,
): Promise<SinkSettings | undefined> {
  const target = sink.target.prometheusRemoteWrite
  if (!target) return undefined
  let authorization: string | undefined
  const name = secretName(sink)
  if (name !== undefined) {
    const secret = await client.get(Secret, { namespace, name })
    if (!secret || secretFault(name, secret) !== undefined) return undefined
    authorization = basicAuthorization(secret)
  }
  const { endpoint, batch, retry } = target
  return {
    endpoint,
    authorization,
    batchSize: batch.maxSize,
    batchTimeout: milliseconds(batch.timeout),
    maxAttempts: retry.maxAttempts,
    backoff: milliseconds(retry.backoffDuration),
  }
}

/** What the schema has as a default stands in for a text, stored before durations were checked, that is none. */
function milliseconds(duration: string): number {
  return Math.max(0, Number(parseGoDuration(duration) ?? 5_000_000_000n) / 1_000_000)
}

/**
 * Whether a sink may be used, by the status of its policy; undefined while the status tells of an earlier generation,
 * or of nothing yet. Whoever judges sinks, here the reconciler of policies, need not be this program.
 */
export function isAccepted(
  { name }: PolicySink,
  { metadata, status }: ExportPolicyObject,
): boolean | undefined {
  const found = status?.sinks?.find((sink) => sink.name === name)
  const accepted = findCondition(found?.conditions, 'Accepted')
  if (!accepted) return undefined
  const { observedGeneration = metadata.generation } = accepted
  return observedGeneration === metadata.generation ? accepted.status === 'True' : undefined
}
