import { family } from '../family.ts'
import type { Story } from '../step.ts'

export const dependentStory: Story = {
  title: 'dependents',
  steps: family({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    collection: (namespace) => `/api/v1/namespaces/${namespace}/configmaps`,
    fields: {},
    change: { data: { a: 'b' } },
    home: 'family',
    neighbours: 'neighbours',
    upsideDown: 'upside-down',
  }).steps,
}
