import type { Metrics } from './metrics.ts'
import type { RequestInfo, ResourceInfo } from './request-info.ts'
import type { RequestRecord } from './request-record.ts'

const labels = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const
const requestLabels = ['dry_run', ...labels] as const
/** Seconds; the bounds of a real server. */
const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
]

const verbNames: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' }
const applyPatchType = 'application/apply-patch+yaml'
const readOnlyVerbs = new Set(['get', 'list', 'watch', 'head'])

/** A real server's figures about requests, under its names. */
export interface RequestMetrics {
  begin(method: string): void
  /** `served`: whether the resource of the URL exists; names that clients invent must not become labels. */
  end(record: RequestRecord, served: boolean): void
  /** An answer without an end begins (1) and ends (-1), between `begin` and `end` of its request. */
  longRunning(info: ResourceInfo, change: 1 | -1): void
}

export function createRequestMetrics(metrics: Metrics): RequestMetrics {
  const total = metrics.counter(
    'apiserver_request_total',
    'Requests by what they asked for and how they ended.',
    [...requestLabels, 'code'],
  )
  const duration = metrics.histogram(
    'apiserver_request_duration_seconds',
    'How long requests took, in seconds; watches are not among them.',
    requestLabels,
    durationBuckets,
  )
  const inflight = metrics.gauge(
    'apiserver_current_inflight_requests',
    'Requests that are being answered now.',
    ['request_kind'],
  )
  const longRunning = metrics.gauge('apiserver_longrunning_requests', 'Watches that are open now.', labels)

  return {
    begin: (method) => inflight.add({ request_kind: requestKind(method) }, 1),
    end(record, served) {
      inflight.add({ request_kind: requestKind(record.method) }, -1)
      const values = { ...labelsOf(record.info, served), dry_run: dryRunLabel(record.dryRun) }
      if (values.verb === 'PATCH' && record.contentType === applyPatchType) values.verb = 'APPLY'
      total.add({ ...values, code: String(record.code) })
      if (values.verb !== 'WATCH') duration.observe(values, record.durationMilliseconds / 1000)
    },
    longRunning(info, change) {
      longRunning.add(labelsOf(info, true), change)
      // What goes on for hours is not in flight meanwhile.
      inflight.add({ request_kind: 'readOnly' }, -change)
    },
  }
}

/** Clients may write anything there: what is not known is one word. */
function dryRunLabel(values: readonly string[]): string {
  if (values.length === 0) return ''
  return values.every((value) => value === 'All') ? 'All' : 'invalid'
}

function requestKind(method: string): string {
  return method === 'GET' || method === 'HEAD' ? 'readOnly' : 'mutating'
}

function labelsOf(info: RequestInfo | undefined, served: boolean) {
  const component = 'apiserver'
  const none = { group: '', version: '', resource: '', subresource: '', scope: '', component }
  if (info === undefined) return { verb: 'other', ...none }
  const verb = verbNames[info.verb] ?? info.verb.toUpperCase()
  if (!info.isResource || !served)
    return { verb: readOnlyVerbs.has(info.verb) ? verb : verb || 'other', ...none }
  const { group, version, resource, subresource, named, namespace } = info
  const scope = named ? 'resource' : namespace === '' ? 'cluster' : 'namespace'
  return { verb, group, version, resource, subresource, scope, component }
}
