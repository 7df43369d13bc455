import type { JsonValue } from '../../apimachinery/object.ts'
import {
  boolean,
  type Fields,
  kept,
  list,
  map,
  message,
  readMessage,
  text,
  type ValueType,
} from './message.ts'
import { objectMeta, selectorRequirement } from './meta.ts'

// k8s.io/api/authentication/v1 and k8s.io/api/authorization/v1; field numbers as of Kubernetes 1.34.

/** A list that is a message of its own, so that it can be the value of a map. */
const extraValue: ValueType = {
  wire: 2,
  read: (reader, depth): JsonValue =>
    readMessage(reader.message(), { 1: ['items', list(kept.text)] }, 'ExtraValue', depth).items ?? [],
}

const userInfo = message({
  1: ['username', text],
  2: ['uid', text],
  3: ['groups', list(kept.text)],
  4: ['extra', map(extraValue)],
})

export const selfSubjectReview: Fields = {
  1: ['metadata', objectMeta],
  2: ['status', message({ 1: ['userInfo', userInfo] })],
}

export const tokenReview: Fields = {
  1: ['metadata', objectMeta],
  2: ['spec', message({ 1: ['token', text], 2: ['audiences', list(kept.text)] })],
  3: [
    'status',
    message({
      1: ['authenticated', boolean],
      2: ['user', userInfo],
      3: ['error', text],
      4: ['audiences', list(kept.text)],
    }),
  ],
}

const selector = message({ 1: ['rawSelector', text], 2: ['requirements', list(selectorRequirement)] })

const resourceAttributes = message({
  1: ['namespace', text],
  2: ['verb', text],
  3: ['group', text],
  4: ['version', text],
  5: ['resource', text],
  6: ['subresource', text],
  7: ['name', text],
  8: ['fieldSelector', selector],
  9: ['labelSelector', selector],
})

const nonResourceAttributes = message({ 1: ['path', text], 2: ['verb', text] })

const accessStatus = message({
  1: ['allowed', kept.boolean],
  2: ['reason', text],
  3: ['evaluationError', text],
  4: ['denied', boolean],
})

export const selfSubjectAccessReview: Fields = {
  1: ['metadata', objectMeta],
  2: [
    'spec',
    message({
      1: ['resourceAttributes', resourceAttributes],
      2: ['nonResourceAttributes', nonResourceAttributes],
    }),
  ],
  3: ['status', accessStatus],
}

/** SubjectAccessReview, and LocalSubjectAccessReview, which has the same fields. */
export const subjectAccessReview: Fields = {
  1: ['metadata', objectMeta],
  2: [
    'spec',
    message({
      1: ['resourceAttributes', resourceAttributes],
      2: ['nonResourceAttributes', nonResourceAttributes],
      3: ['user', text],
      4: ['groups', list(kept.text)],
      5: ['extra', map(extraValue)],
      6: ['uid', text],
    }),
  ],
  3: ['status', accessStatus],
}

const resourceRule = message({
  1: ['verbs', list(kept.text)],
  2: ['apiGroups', list(kept.text)],
  3: ['resources', list(kept.text)],
  4: ['resourceNames', list(kept.text)],
})

const nonResourceRule = message({ 1: ['verbs', list(kept.text)], 2: ['nonResourceURLs', list(kept.text)] })

export const selfSubjectRulesReview: Fields = {
  1: ['metadata', objectMeta],
  2: ['spec', message({ 1: ['namespace', text] })],
  3: [
    'status',
    message({
      1: ['resourceRules', list(resourceRule)],
      2: ['nonResourceRules', list(nonResourceRule)],
      3: ['incomplete', kept.boolean],
      4: ['evaluationError', text],
    }),
  ],
}
