import {
  atomicList,
  boolean,
  choice,
  int32,
  map,
  object,
  optional,
  quantity,
  type Static,
  text,
} from '../field.ts'
import { templateMetadata } from './template-metadata.ts'

function keyToPath() {
  return object('One key and the file that it becomes.', {
    key: text('The key.'),
    path: text('The path of the file, relative to where the volume is mounted.'),
    mode: optional(int32('The permission bits of the file; left out, those of the volume.')),
  })
}

function diskPopulator() {
  return object('What is on the disk at first. Left out, the disk is empty.', {
    image: optional(
      object('An operating system image is copied onto the disk.', {
        name: text('The image: `datumcloud/ubuntu-2204-lts`.'),
      }),
    ),
    filesystem: optional(
      object('An empty file system is made on the disk.', {
        type: choice('The kind of file system.', ['ext4']),
      }),
    ),
  })
}

function diskTemplate() {
  return object('The disk that is made for each instance.', {
    metadata: optional(templateMetadata('The metadata of the disk.')),
    spec: object('What the disk is like.', {
      type: optional(text('The kind of disk: `pd-standard`.', { default: 'pd-standard' })),
      resources: optional(
        object('The size of the disk.', {
          requests: optional(
            map(
              'What is asked for, by resource; `storage` is the size: 10Gi to 100Gi in steps of 1Gi.',
              quantity('How much.'),
            ),
          ),
        }),
      ),
      populator: optional(diskPopulator()),
    }),
  })
}

/** Storage that an instance can attach. Exactly one source is set. */
export function volume() {
  return object('Storage that the instance can attach. Set exactly one source beside the name.', {
    name: text('The name by which volume attachments refer to the volume; a DNS label.'),
    disk: optional(
      object('A disk of the instance’s own.', {
        template: diskTemplate(),
        deviceName: optional(
          text('The name under which the system sees the disk; left out, `persistent-disk-<position>`.'),
        ),
      }),
    ),
    configMap: optional(
      object(
        'The keys of a ConfigMap, as files.',
        {
          name: optional(text('The ConfigMap, in the namespace of the workload.', { default: '' })),
          defaultMode: optional(int32('The permission bits of the files, 0 to 0777 (511).')),
          items: optional(atomicList('Not supported yet: all keys become files.', keyToPath())),
          optional: optional(boolean('Whether the instance may start without the ConfigMap.')),
        },
        { 'x-kubernetes-map-type': 'atomic' },
      ),
    ),
    secret: optional(
      object('The keys of a Secret, as files.', {
        secretName: optional(text('The Secret, in the namespace of the workload.')),
        defaultMode: optional(int32('The permission bits of the files, 0 to 0777 (511).')),
        items: optional(atomicList('Which keys become files; left out, all of them.', keyToPath())),
        optional: optional(boolean('Whether the instance may start without the Secret.')),
      }),
    ),
  })
}

export type Volume = Static<ReturnType<typeof volume>>

/** Where a volume appears inside a container or a virtual machine. */
export function volumeAttachment() {
  return object('One volume, attached.', {
    name: text('The name of the volume in `volumes`.'),
    mountPath: optional(
      text('Where the files of the volume appear. A disk can only be mounted if it has a populator.'),
    ),
  })
}

export type VolumeAttachment = Static<ReturnType<typeof volumeAttachment>>
