import { keyedList, list, object, optional, type Static, text } from '../field.ts'
import { locationReference } from '../networking/references.ts'
import { networkInterface } from './network-interface.ts'
import { runtime } from './runtime.ts'
import { templateMetadata } from './template-metadata.ts'
import { volume } from './volume.ts'

/** What an instance is: `spec` of an Instance, and of the template that a workload makes them from. */
export function instanceSpec(description: string) {
  return object(description, {
    runtime: runtime(),
    networkInterfaces: list('The networks that the instance is connected to.', networkInterface(), {
      minItems: 1,
    }),
    volumes: optional(keyedList('The storage that the instance can attach.', ['name'], volume())),
    location: optional(locationReference('Where the instance runs; set by the controller.')),
    controller: optional(
      object('Notes of the controller that looks after the instance.', {
        templateHash: text('Tells which template the instance was made from.'),
        schedulingGates: optional(
          keyedList(
            'What has to be done before the instance may start.',
            ['name'],
            object('One thing that has to be done.', { name: text('Its name, such as `Network`.') }),
          ),
        ),
      }),
    ),
  })
}

export type InstanceSpec = Static<ReturnType<typeof instanceSpec>>

/** What instances are made from. */
export function instanceTemplate() {
  return object('What every instance is made from.', {
    metadata: optional(templateMetadata('Labels and annotations of the instances.')),
    spec: instanceSpec('What the instances are like.'),
  })
}

export type InstanceTemplate = Static<ReturnType<typeof instanceTemplate>>
