import { type Fields, integer, json, kept, list, map, message, text, time } from './message.ts'

// k8s.io/apimachinery/pkg/apis/meta/v1; field numbers as of Kubernetes 1.34.

const ownerReference = message({
  1: ['kind', kept.text],
  3: ['name', kept.text],
  4: ['uid', kept.text],
  5: ['apiVersion', kept.text],
  6: ['controller', kept.boolean],
  7: ['blockOwnerDeletion', kept.boolean],
})

const managedFieldsEntry = message({
  1: ['manager', text],
  2: ['operation', text],
  3: ['apiVersion', text],
  4: ['time', time],
  6: ['fieldsType', text],
  7: ['fieldsV1', json],
  8: ['subresource', text],
})

export const objectMeta = message({
  1: ['name', text],
  2: ['generateName', text],
  3: ['namespace', text],
  4: ['selfLink', text],
  5: ['uid', text],
  6: ['resourceVersion', text],
  7: ['generation', integer],
  8: ['creationTimestamp', time],
  9: ['deletionTimestamp', time],
  10: ['deletionGracePeriodSeconds', kept.integer],
  11: ['labels', map(kept.text)],
  12: ['annotations', map(kept.text)],
  13: ['ownerReferences', list(ownerReference)],
  14: ['finalizers', list(kept.text)],
  17: ['managedFields', list(managedFieldsEntry)],
})

/** A requirement of a label selector, and of a field selector: they have the same fields. */
export const selectorRequirement = message({
  1: ['key', kept.text],
  2: ['operator', kept.text],
  3: ['values', list(kept.text)],
})

export const deleteOptions: Fields = {
  1: ['gracePeriodSeconds', kept.integer],
  2: ['preconditions', message({ 1: ['uid', kept.text], 2: ['resourceVersion', kept.text] })],
  3: ['orphanDependents', kept.boolean],
  4: ['propagationPolicy', kept.text],
  5: ['dryRun', list(kept.text)],
  6: ['ignoreStoreReadErrorWithClusterBreakingPotential', kept.boolean],
}
