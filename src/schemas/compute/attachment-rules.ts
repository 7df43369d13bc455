import { duplicate, type FieldError, fieldNotFound } from '../../apimachinery/field-error.ts'
import type { Volume, VolumeAttachment } from './volume.ts'

/** The volumes of an instance by name; of several with one name, the first. */
export type VolumesByName = ReadonlyMap<string, Volume>

export function volumesByName(volumes: readonly Volume[]): VolumesByName {
  return new Map(volumes.toReversed().map((volume) => [volume.name, volume]))
}

export function checkAttachments(
  path: string,
  attachments: readonly VolumeAttachment[],
  volumes: VolumesByName,
): FieldError[] {
  const mountPaths = new Set<string>()
  return attachments.flatMap(({ name, mountPath }, index) => {
    const errors: FieldError[] = []
    const volume = volumes.get(name)
    if (volume === undefined) errors.push(fieldNotFound(`${path}[${index}].name`, name))
    if (mountPath === undefined) return errors

    const mountPathPath = `${path}[${index}].mountPath`
    if (volume?.disk && volume.disk.template?.spec.populator === undefined) {
      errors.push(fieldNotFound(mountPathPath, "unable to determine if volume's disk has a filesystem"))
    }
    if (mountPaths.has(mountPath)) errors.push(duplicate(mountPathPath, mountPath))
    mountPaths.add(mountPath)
    return errors
  })
}
