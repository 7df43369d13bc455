import { type Fields, integer, kept, message, text } from './message.ts'
import { objectMeta } from './meta.ts'

// k8s.io/api/autoscaling/v1; field numbers as of Kubernetes 1.34.

export const scale: Fields = {
  1: ['metadata', objectMeta],
  2: ['spec', message({ 1: ['replicas', integer] })],
  3: ['status', message({ 1: ['replicas', kept.integer], 2: ['selector', text] })],
}
