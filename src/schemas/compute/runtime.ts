import { int32, keyedList, list, map, object, optional, quantity, type Static, text } from '../field.ts'
import { environmentVariable } from './environment.ts'
import { volumeAttachment } from './volume.ts'

function namedPort() {
  return object('One port.', {
    name: text(
      'The name of the port: at most 15 lower-case letters, digits and dashes, with a letter in it.',
    ),
    port: int32('The number of the port.', { minimum: 1, maximum: 65535 }),
    protocol: optional(text('The protocol, such as `TCP` or `UDP`.')),
  })
}

function ports() {
  return keyedList('The ports that are listened on.', ['name'], namedPort())
}

function container() {
  return object('One container.', {
    name: text('The name of the container; a DNS label.'),
    image: text('The image that the container runs, such as `docker.io/netdata/netdata:latest`.'),
    env: optional(keyedList('The environment variables.', ['name'], environmentVariable())),
    ports: optional(ports()),
    resources: optional(
      object('Not supported yet: the instance type decides for all containers together.', {
        limits: optional(map('The most that the container may use.', quantity('How much.'))),
        requests: optional(map('What the container is sure to get.', quantity('How much.'))),
      }),
    ),
    volumeAttachments: optional(list('The volumes that the container sees.', volumeAttachment())),
  })
}

/** What an instance runs, and on how large a machine. */
export function runtime() {
  return object('What runs, and on how large a machine. Set exactly one of `sandbox` and `virtualMachine`.', {
    resources: object('How large the machine is.', {
      instanceType: text('The type of machine: `datumcloud/d1-standard-2`.'),
      requests: optional(map('Not supported yet: the instance type decides.', quantity('How much.'))),
    }),
    sandbox: optional(
      object('Containers that run side by side.', {
        containers: keyedList('The containers.', ['name'], container(), { minItems: 1 }),
        imagePullSecrets: optional(
          list(
            'The Secrets with which images are fetched from private registries.',
            object('One Secret.', { name: text('The Secret, in the namespace of the workload.') }),
          ),
        ),
      }),
    ),
    virtualMachine: optional(
      object('A virtual machine with disks of its own.', {
        volumeAttachments: list(
          'The volumes of the machine. The first is the disk that it starts from.',
          volumeAttachment(),
          { minItems: 1 },
        ),
        ports: optional(ports()),
      }),
    ),
  })
}

export type Runtime = Static<ReturnType<typeof runtime>>
