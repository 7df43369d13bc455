import { type FieldError, forbiddenField, invalid, required } from '../../apimachinery/field-error.ts'
import { checkDisk } from './disk-rules.ts'
import type { InstanceSpec } from './instance-template.ts'
import { checkLabelName, createNameRegister } from './name-rules.ts'
import type { Volume } from './volume.ts'

const sources = ['disk', 'configMap', 'secret'] as const

/** `path` is that of the instance's spec. */
export function checkVolumes(path: string, spec: InstanceSpec): FieldError[] {
  const attached = attachedNames(spec)
  const names = createNameRegister()
  const deviceNames = createNameRegister()
  return (spec.volumes ?? []).flatMap((volume, index) => {
    const volumePath = `${path}.volumes[${index}]`
    const namePath = `${volumePath}.name`
    const repeated = names.check(namePath, volume.name)
    return [
      // Every volume takes a device name, also those that are no disk.
      ...deviceNames.check(
        `${volumePath}.disk.deviceName`,
        volume.disk?.deviceName ?? `persistent-disk-${index}`,
      ),
      ...checkSource(volumePath, volume),
      ...checkLabelName(namePath, volume.name),
      ...repeated,
      ...(repeated.length === 0 && !attached.has(volume.name)
        ? [required(namePath, 'volume must be attached at least 1 time')]
        : []),
    ]
  })
}

function attachedNames({ runtime }: InstanceSpec): Set<string> {
  const attachments = [
    ...(runtime.sandbox?.containers ?? []).flatMap((container) => container.volumeAttachments ?? []),
    ...(runtime.virtualMachine?.volumeAttachments ?? []),
  ]
  return new Set(attachments.map(({ name }) => name))
}

function checkSource(path: string, volume: Volume): FieldError[] {
  const [first, ...others] = sources.filter((source) => volume[source] !== undefined)
  if (first === undefined) return [required(path, 'must specify a volume source')]
  return [
    ...(volume.disk ? checkDisk(`${path}.disk`, volume.disk) : []),
    ...(first === 'configMap' && volume.configMap
      ? checkConfigMap(`${path}.configMap`, volume.configMap)
      : []),
    ...others.map((source) =>
      forbiddenField(`${path}.${source}`, 'may not specify more than 1 volume source'),
    ),
  ]
}

function checkConfigMap(path: string, configMap: NonNullable<Volume['configMap']>): FieldError[] {
  const errors: FieldError[] = []
  if (!configMap.name) errors.push(required(`${path}.name`))
  const mode = configMap.defaultMode
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    errors.push(
      invalid(`${path}.defaultMode`, mode, 'must be a number between 0 and 0777 (octal), both inclusive'),
    )
  }
  if (configMap.items && configMap.items.length > 0) {
    errors.push(forbiddenField(`${path}.items`, 'not implemented'))
  }
  return errors
}
