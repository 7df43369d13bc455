import { bytes, type Fields, integer, kept, list, map, message, microTime, text, time } from './message.ts'
import { objectMeta } from './meta.ts'

// k8s.io/api/core/v1, k8s.io/api/events/v1 and k8s.io/api/coordination/v1; field numbers as of Kubernetes 1.34.

const namespaceCondition = message({
  1: ['type', kept.text],
  2: ['status', kept.text],
  4: ['lastTransitionTime', time],
  5: ['reason', text],
  6: ['message', text],
})

export const namespace: Fields = {
  1: ['metadata', objectMeta],
  2: ['spec', message({ 1: ['finalizers', list(kept.text)] })],
  3: ['status', message({ 1: ['phase', text], 2: ['conditions', list(namespaceCondition)] })],
}

export const secret: Fields = {
  1: ['metadata', objectMeta],
  2: ['data', map(bytes)],
  3: ['type', text],
  4: ['stringData', map(kept.text)],
  5: ['immutable', kept.boolean],
}

export const configMap: Fields = {
  1: ['metadata', objectMeta],
  2: ['data', map(kept.text)],
  3: ['binaryData', map(bytes)],
  4: ['immutable', kept.boolean],
}

const objectReference = message({
  1: ['kind', text],
  2: ['namespace', text],
  3: ['name', text],
  4: ['uid', text],
  5: ['apiVersion', text],
  6: ['resourceVersion', text],
  7: ['fieldPath', text],
})

const eventSource = message({ 1: ['component', text], 2: ['host', text] })

const eventSeries = message({ 1: ['count', integer], 2: ['lastObservedTime', microTime] })

/** `v1` Event. */
export const coreEvent: Fields = {
  1: ['metadata', objectMeta],
  2: ['involvedObject', objectReference],
  3: ['reason', text],
  4: ['message', text],
  5: ['source', eventSource],
  6: ['firstTimestamp', time],
  7: ['lastTimestamp', time],
  8: ['count', integer],
  9: ['type', text],
  10: ['eventTime', microTime],
  11: ['series', eventSeries],
  12: ['action', text],
  13: ['related', objectReference],
  14: ['reportingComponent', kept.text],
  15: ['reportingInstance', kept.text],
}

/** `events.k8s.io/v1` Event. */
export const event: Fields = {
  1: ['metadata', objectMeta],
  2: ['eventTime', microTime],
  3: ['series', eventSeries],
  4: ['reportingController', text],
  5: ['reportingInstance', text],
  6: ['action', text],
  7: ['reason', text],
  8: ['regarding', objectReference],
  9: ['related', objectReference],
  10: ['note', text],
  11: ['type', text],
  12: ['deprecatedSource', eventSource],
  13: ['deprecatedFirstTimestamp', time],
  14: ['deprecatedLastTimestamp', time],
  15: ['deprecatedCount', integer],
}

export const lease: Fields = {
  1: ['metadata', objectMeta],
  2: [
    'spec',
    message({
      1: ['holderIdentity', kept.text],
      2: ['leaseDurationSeconds', kept.integer],
      3: ['acquireTime', microTime],
      4: ['renewTime', microTime],
      5: ['leaseTransitions', kept.integer],
      6: ['strategy', kept.text],
      7: ['preferredHolder', kept.text],
    }),
  ],
}
