import { int32, list, object, optional, quantity, type Static, text } from '../field.ts'

function resourceMetric() {
  return object('How much of a resource the instances use.', {
    name: text('The resource that is measured: `cpu`.'),
    target: object('How much is aimed at. Set exactly one.', {
      value: optional(quantity('The sum over all instances.')),
      averageValue: optional(quantity('The average of the instances, as an amount.')),
      averageUtilization: optional(
        int32('The average of the instances, in percent of what they ask for; 1 or more.'),
      ),
    }),
  })
}

/** How many instances a placement, or a deployment of it, should have. */
export function scaleSettings() {
  return object('How many instances there should be.', {
    minReplicas: int32('The number of instances, and the least number where metrics decide: 1 to 1000.'),
    maxReplicas: optional(int32('The greatest number of instances; needs `metrics`.')),
    metrics: optional(
      list(
        'What decides between the least and the greatest number.',
        object('One measurement.', { resource: optional(resourceMetric()) }),
      ),
    ),
    instanceManagementPolicy: text(
      'In which order instances are made, changed and removed. `OrderedReady`: one after the other, the next ' +
        'only when those before are ready. Nothing is done under any other word.',
      { default: 'OrderedReady' },
    ),
  })
}

export type ScaleSettings = Static<ReturnType<typeof scaleSettings>>
