import type { Step } from './step.ts'

const step =
  (method: Step['method'], type?: string) =>
  (title: string, path: string, body: unknown): Step => ({
    title,
    method,
    path,
    body,
    ...(type === undefined ? {} : { type }),
  })

/** Requests with a body: title, path, body. */
export const post = step('POST')
export const put = step('PUT')
export const merge = step('PATCH', 'application/merge-patch+json')
export const strategic = step('PATCH', 'application/strategic-merge-patch+json')
export const json = step('PATCH', 'application/json-patch+json')
export const apply = step('PATCH', 'application/apply-patch+yaml')

export const get = (title: string, path: string): Step => ({ title, method: 'GET', path })

/** Wrong in every way that is no matter of types. */
export const wrong = {
  metadata: {
    labels: { 'a b': 'c d' },
    annotations: { 'x y': 'z' },
    finalizers: ['plain', 'u v'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: '', uid: '1' }],
  },
}
