import { describe, expect, it } from 'vitest'
import { ExportPolicy, type ExportPolicyObject } from '../../../src/schemas/telemetry/export-policy.ts'
import { parseMetricSelector } from '../../../src/schemas/telemetry/metric-selector.ts'
import { admit } from '../support/admission.ts'
import { type Change, changed } from '../support/workloads.ts'

const policy: ExportPolicyObject = {
  metadata: { name: 'exportpolicy', namespace: 'default' },
  spec: {
    sources: [
      { name: 'telemetry', metrics: { metricsql: '{service_name="telemetry.datumapis.com"}          \n' } },
    ],
    sinks: [
      {
        name: 'grafana',
        sources: ['telemetry', 'undeclared'],
        target: {
          prometheusRemoteWrite: {
            endpoint: 'https://prometheus.example.com/api/prom/push',
            batch: { timeout: '5s', maxSize: 500 },
            retry: { maxAttempts: 3, backoffDuration: '2s' },
          },
        },
      },
    ],
  },
}

const query = 'spec.sources[0].metrics.metricsql'
const endpoint = 'spec/sinks/0/target/prometheusRemoteWrite/endpoint'

describe('an export policy', () => {
  it('as documented is accepted, also with a source that nobody declares', async () => {
    expect((await admit(ExportPolicy, policy)).faults).toEqual([])
  })

  it.each<[string, Change, string, string]>([
    ['no source', ['spec/sources', []], 'spec.sources', 'Required'],
    ['a source without a name', ['spec/sources/0/name', ''], 'spec.sources[0][name]', 'Required'],
    [
      'a source name that is taken',
      ['spec/sources/1', policy.spec.sources[0]],
      'spec.sources[1].name',
      'Duplicate',
    ],
    ['a sink name that is taken', ['spec/sinks/1', policy.spec.sinks[0]], 'spec.sinks[1].name', 'Duplicate'],
    ['no metrics', ['spec/sources/0/metrics', undefined], 'spec.sources[0].metrics', 'Required'],
    ['no query', ['spec/sources/0/metrics', {}], query, 'Required'],
    ['a query that cannot be read', ['spec/sources/0/metrics/metricsql', '{a='], query, 'Invalid'],
    ['a query that computes', ['spec/sources/0/metrics/metricsql', 'sum(up)'], query, 'Invalid'],
    ['a query for projects', ['spec/sources/0/metrics/metricsql', '{project_name="x"}'], query, 'Invalid'],
    ['no target', ['spec/sinks/0/target', {}], 'spec.sinks[0].target.prometheusRemoteWrite', 'Required'],
    ['no endpoint', [endpoint, ''], 'spec.sinks[0].target.prometheusRemoteWrite.http', 'Required'],
    [
      'an endpoint that is no URL',
      [endpoint, 'https://[::1'],
      'spec.sinks[0].target.prometheusRemoteWrite.http',
      'Invalid',
    ],
    [
      'a timeout that is no duration',
      ['spec/sinks/0/target/prometheusRemoteWrite/batch/timeout', 'soon'],
      'spec.sinks[0].target.prometheusRemoteWrite.batch.timeout',
      'Invalid',
    ],
    [
      'a back-off that is no duration',
      ['spec/sinks/0/target/prometheusRemoteWrite/retry/backoffDuration', '5'],
      'spec.sinks[0].target.prometheusRemoteWrite.retry.backoffDuration',
      'Invalid',
    ],
  ])('is refused with %s', async (_, change, path, type) => {
    const { faults, types } = await admit(ExportPolicy, changed(policy, change))
    expect(types).toEqual([`FieldValue${type}`])
    expect(faults[0]?.startsWith(`${path}: `)).toBe(true)
  })
})

describe('a metric selector', () => {
  it('reads names, all four comparisons, quotes and alternatives', () => {
    expect(parseMetricSelector(`up{a="1", b!='2',c=~\`3|4\`,d!~"\\"5" or e="6",} # all`)).toEqual({
      groups: [
        [
          { label: '__name__', operator: '=', value: 'up' },
          { label: 'a', operator: '=', value: '1' },
          { label: 'b', operator: '!=', value: '2' },
          { label: 'c', operator: '=~', value: '3|4' },
          { label: 'd', operator: '!~', value: '"5' },
        ],
        [
          { label: '__name__', operator: '=', value: 'up' },
          { label: 'e', operator: '=', value: '6' },
        ],
      ],
    })
    expect(parseMetricSelector('up')).toEqual({
      groups: [[{ label: '__name__', operator: '=', value: 'up' }]],
    })
  })

  it.each([
    '',
    '{',
    '{a}',
    '{a="1"',
    '{a="1" b="2"}',
    '{a="1"}[5m]',
    'rate(up[5m])',
    '{a=~"("}',
    '1 + 1',
    'up or up',
    '{a=~"x" or }b',
  ])('does not read %j', (text) => {
    expect(parseMetricSelector(text)).toHaveProperty('fault')
  })
})
