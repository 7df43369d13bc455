import { expect, test } from 'vitest'
import { createMetrics } from '../../src/server/metrics.ts'

test('figures are written in the text format of Prometheus', () => {
  const metrics = createMetrics()
  metrics.counter('requests_total', 'How many.', ['code']).add({ code: '200' }, 2)
  // Asking again for the same name gives the same figures.
  metrics.counter('requests_total', 'How many.', ['code']).add({ code: 'a"b\\c\nd' })
  const depth = metrics.gauge('depth', 'How deep.', [])
  depth.set({}, 5)
  depth.add({}, -2)
  const duration = metrics.histogram('duration_seconds', 'How long.', ['verb'], [0.1, 1])
  for (const seconds of [0.05, 0.1, 0.5, 7]) duration.observe({ verb: 'GET' }, seconds)
  expect(metrics.text()).toBe(`# HELP requests_total How many.
# TYPE requests_total counter
requests_total{code="200"} 2
requests_total{code="a\\"b\\\\c\\nd"} 1
# HELP depth How deep.
# TYPE depth gauge
depth 3
# HELP duration_seconds How long.
# TYPE duration_seconds histogram
duration_seconds_bucket{verb="GET",le="0.1"} 2
duration_seconds_bucket{verb="GET",le="1"} 3
duration_seconds_bucket{verb="GET",le="+Inf"} 4
duration_seconds_sum{verb="GET"} 7.65
duration_seconds_count{verb="GET"} 4
`)
})

test('a name with too many combinations of labels stops to grow', () => {
  const metrics = createMetrics()
  const counter = metrics.counter('total', 'How many.', ['name'])
  for (let index = 0; index < 10_100; index++) counter.add({ name: `name-${index}` })
  counter.add({ name: 'name-0' })
  const lines = metrics.text().split('\n')
  expect(lines).toContain('total{name="name-0"} 2')
  expect(lines.filter((line) => line.startsWith('total{'))).toHaveLength(10_000)
})
