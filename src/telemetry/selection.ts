import { regularExpression } from '../apimachinery/regular-expression.ts'
import type { MetricSelector } from '../schemas/telemetry/metric-selector.ts'
import type { SeriesLabels } from './series.ts'

type LabelFilter = MetricSelector['groups'][number][number]

/** Says which series a selector picks out: those for which all filters of one of its groups hold. */
export function createSeriesFilter({ groups }: MetricSelector): (labels: SeriesLabels) => boolean {
  const tests = groups.map((group) => group.map(createLabelTest))
  return (labels) => tests.some((group) => group.every((test) => test(labels)))
}

/** A label that a series lacks is compared as an empty text; expressions have to match the whole value. */
function createLabelTest({ label, operator, value }: LabelFilter): (labels: SeriesLabels) => boolean {
  const read = (labels: SeriesLabels) => (Object.hasOwn(labels, label) ? labels[label] : undefined) ?? ''
  switch (operator) {
    case '=':
      return (labels) => read(labels) === value
    case '!=':
      return (labels) => read(labels) !== value
    case '=~':
      return createExpressionTest(value, read, true)
    case '!~':
      return createExpressionTest(value, read, false)
  }
}

function createExpressionTest(
  pattern: string,
  read: (labels: SeriesLabels) => string,
  wanted: boolean,
): (labels: SeriesLabels) => boolean {
  const expression = regularExpression(`^(?s:${pattern})$`)
  // Admission refuses what does not compile; what was stored before that selects nothing.
  return (labels) => expression !== undefined && expression.test(read(labels)) === wanted
}
