import { boolean, object, optional, quantity, text } from '../field.ts'

const wholeReference = { 'x-kubernetes-map-type': 'atomic' } as const

function keyReference(description: string, holder: string) {
  return object(
    description,
    {
      name: optional(text(`The ${holder}, in the namespace of the workload.`, { default: '' })),
      key: text(`The key within the ${holder}.`),
      optional: optional(boolean(`Whether the container may start without the ${holder} or the key.`)),
    },
    wholeReference,
  )
}

function source() {
  return object('Where the value comes from, when it is not written down. Set exactly one.', {
    configMapKeyRef: optional(keyReference('A key of a ConfigMap.', 'ConfigMap')),
    secretKeyRef: optional(keyReference('A key of a Secret.', 'Secret')),
    fieldRef: optional(
      object(
        'A field of the instance itself.',
        {
          apiVersion: optional(
            text('The version in which `fieldPath` is written; left out, the instance’s own.'),
          ),
          fieldPath: text('The path of the field, such as `metadata.name`.'),
        },
        wholeReference,
      ),
    ),
    resourceFieldRef: optional(
      object(
        'A resource that a container asks for.',
        {
          containerName: optional(text('The container; left out, the one that this variable belongs to.')),
          resource: text('The resource, such as `limits.cpu`.'),
          divisor: optional(quantity('The unit in which the value is given; left out, `1`.')),
        },
        wholeReference,
      ),
    ),
  })
}

/** One environment variable of a container. */
export function environmentVariable() {
  return object('One environment variable.', {
    name: text('The name of the variable.'),
    value: optional(text('The value of the variable.')),
    valueFrom: optional(source()),
  })
}
