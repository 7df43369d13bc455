import { expect, test } from 'vitest'
import { type MetricSelector, parseMetricSelector } from '../../src/schemas/telemetry/metric-selector.ts'
import { createSeriesFilter } from '../../src/telemetry/selection.ts'

const series = { __name__: 'up', service_name: 'compute', path: 'a\nb' }

test.each([
  ['up', true],
  ['down', false],
  ['{service_name="compute"}', true],
  ['{service_name="comput"}', false],
  ['{service_name!="compute"}', false],
  ['{service_name=~"comp.*"}', true],
  ['{service_name=~"omp"}', false],
  ['{service_name=~"gateway|compute"}', true],
  ['{service_name!~"gateway|telemetry"}', true],
  ['{path=~"a.b"}', true],
  ['{}', true],
  ['up{service_name="compute",path=""}', false],
  ['{missing=""}', true],
  ['{missing!=""}', false],
  ['{missing=~".*"}', true],
  ['{missing!~".+"}', true],
  ['{toString=""}', true],
  ['{service_name="gateway" or path!=""}', true],
  ['down{service_name="compute" or path!=""}', false],
])('%s selects: %s', (query, expected) => {
  expect(createSeriesFilter(parseMetricSelector(query) as MetricSelector)(series)).toBe(expected)
})
