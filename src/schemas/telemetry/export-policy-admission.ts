import { duplicate, type FieldError, invalid, required } from '../../apimachinery/field-error.ts'
import { parseGoDuration } from '../../apimachinery/time-formats.ts'
import type { Admission } from '../../registry/admission.ts'
import { newFaults } from '../ratcheting.ts'
import type { ExportPolicyObject, ExportPolicySpec } from './export-policy.ts'
import { parseMetricSelector } from './metric-selector.ts'

type Source = ExportPolicySpec['sources'][number]
type Sink = ExportPolicySpec['sinks'][number]

/** Set by the platform on every series; a policy that could select by it would reach into other projects. */
const reservedLabel = 'project_name'

export const exportPolicyAdmission: Admission<ExportPolicyObject> = {
  webhookName: 'vexportpolicy-v1alpha1.kb.io',

  validate(policy, old) {
    const faults = checkPolicy(policy.spec)
    return old === undefined ? faults : newFaults(faults, checkPolicy(old.spec))
  },
}

function checkPolicy({ sources, sinks }: ExportPolicySpec): FieldError[] {
  const sourceNames = new Set<string>()
  const sinkNames = new Set<string>()
  return [
    ...(sources.length === 0 ? [required('spec.sources', 'at least one source is needed')] : []),
    ...sources.flatMap((source, index) => [
      ...checkSourceName(`spec.sources[${index}]`, source, sourceNames),
      ...checkMetrics(`spec.sources[${index}].metrics`, source),
    ]),
    ...sinks.flatMap((sink, index) => [
      ...checkUnique(`spec.sinks[${index}].name`, sink.name, sinkNames),
      ...checkTarget(`spec.sinks[${index}].target.prometheusRemoteWrite`, sink),
    ]),
  ]
}

function checkUnique(path: string, name: string, seen: Set<string>): FieldError[] {
  if (seen.has(name)) return [duplicate(path, name)]
  seen.add(name)
  return []
}

function checkSourceName(path: string, { name }: Source, seen: Set<string>): FieldError[] {
  // The deployed webhook writes this path as that of a key.
  if (name === '') return [required(`${path}[name]`, 'every source needs a name of its own')]
  return checkUnique(`${path}.name`, name, seen)
}

function checkMetrics(path: string, { metrics }: Source): FieldError[] {
  if (metrics === undefined) return [required(path, 'metrics are the only kind of source so far')]
  const query = metrics.metricsql ?? ''
  const queryPath = `${path}.metricsql`
  if (query === '') return [required(queryPath, 'a selector says which metrics are meant')]
  const selector = parseMetricSelector(query)
  if ('fault' in selector) {
    return [invalid(queryPath, query, `must be a selector such as '{label="value"}': ${selector.fault}`)]
  }
  const reserved = selector.groups.flat().filter(({ label }) => label === reservedLabel)
  return reserved.map(() => invalid(queryPath, query, `must not select by the label '${reservedLabel}'`))
}

function checkTarget(path: string, { target }: Sink): FieldError[] {
  const { prometheusRemoteWrite } = target
  if (prometheusRemoteWrite === undefined) return [required(path)]
  const { endpoint, batch, retry } = prometheusRemoteWrite
  return [
    ...checkEndpoint(path, endpoint),
    ...checkDuration(`${path}.batch.timeout`, batch.timeout),
    ...checkDuration(`${path}.retry.backoffDuration`, retry.backoffDuration),
  ]
}

function checkEndpoint(path: string, endpoint: string): FieldError[] {
  // Not `.endpoint`: where the deployed webhook points.
  if (endpoint === '') return [required(`${path}.http`, 'the URL of the server is needed')]
  return isUrlReference(endpoint) ? [] : [invalid(`${path}.http`, endpoint, 'must be a URL')]
}

/** The deployed webhook cannot even decode a policy with a text that is no duration. */
function checkDuration(path: string, duration: string): FieldError[] {
  return parseGoDuration(duration) === undefined
    ? [invalid(path, duration, "must be a duration such as '5s' or '1m30s'")]
    : []
}

/** As lenient as the deployed check: relative references pass, but nothing that is no URL at all. */
function isUrlReference(text: string): boolean {
  const hasControlCharacters = [...text].some((character) => character < ' ' || character === '\u007f')
  if (hasControlCharacters || /%(?![0-9A-Fa-f]{2})/.test(text) || text.startsWith(':')) return false
  return URL.canParse(text, 'http://relative.invalid')
}
