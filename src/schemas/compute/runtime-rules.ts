import { type FieldError, forbiddenField, notSupported, required } from '../../apimachinery/field-error.ts'
import { checkAttachments, type VolumesByName } from './attachment-rules.ts'
import { checkLabelName, createNameRegister } from './name-rules.ts'
import { checkPorts } from './port-rules.ts'
import type { Runtime } from './runtime.ts'

const supportedInstanceType = 'datumcloud/d1-standard-2'

type Sandbox = NonNullable<Runtime['sandbox']>
type Container = Sandbox['containers'][number]
type VirtualMachine = NonNullable<Runtime['virtualMachine']>

export function checkRuntime(path: string, runtime: Runtime, volumes: VolumesByName): FieldError[] {
  const { resources, sandbox, virtualMachine } = runtime
  const errors: FieldError[] = []
  if (resources.instanceType !== supportedInstanceType) {
    errors.push(notSupported(`${path}.resources`, resources.instanceType, [supportedInstanceType]))
  }
  if (resources.requests !== undefined) {
    errors.push(forbiddenField(`${path}.resources.requests`, 'not implemented'))
  }
  const machinePath = `${path}.virtualMachine`
  if (sandbox) errors.push(...checkSandbox(`${path}.sandbox`, sandbox, volumes))
  if (virtualMachine) {
    errors.push(
      ...(sandbox
        ? [forbiddenField(machinePath, 'may not specify more than 1 runtime type')]
        : checkVirtualMachine(machinePath, virtualMachine, volumes)),
    )
  }
  if (!sandbox && !virtualMachine) errors.push(required(path, 'must specify a runtime type'))
  return errors
}

function checkSandbox(path: string, sandbox: Sandbox, volumes: VolumesByName): FieldError[] {
  const names = createNameRegister()
  const errors =
    sandbox.containers.length === 0
      ? [required(`${path}.containers`, 'must define at least 1 container')]
      : sandbox.containers.flatMap((container, index) => [
          ...checkContainer(`${path}.containers[${index}]`, container, volumes),
          ...names.check(`${path}.containers[${index}].name`, container.name),
        ])
  for (const [index, secret] of (sandbox.imagePullSecrets ?? []).entries()) {
    if (secret.name === '') errors.push(required(`${path}.imagePullSecrets[${index}].name`))
  }
  return errors
}

function checkContainer(path: string, container: Container, volumes: VolumesByName): FieldError[] {
  const errors = checkLabelName(`${path}.name`, container.name)
  if (container.image === '') errors.push(required(`${path}.image`))
  if (container.resources !== undefined) errors.push(forbiddenField(`${path}.resources`, 'not implemented'))
  return [
    ...errors,
    ...checkAttachments(`${path}.volumeAttachments`, container.volumeAttachments ?? [], volumes),
    ...checkPorts(`${path}.ports`, container.ports ?? []),
  ]
}

function checkVirtualMachine(path: string, machine: VirtualMachine, volumes: VolumesByName): FieldError[] {
  const attachmentsPath = `${path}.volumeAttachments`
  const [boot] = machine.volumeAttachments
  const errors =
    boot === undefined
      ? [required(attachmentsPath, 'must provide at least one volume attachment for the boot volume')]
      : checkAttachments(attachmentsPath, machine.volumeAttachments, volumes)
  const bootVolume = boot && volumes.get(boot.name)
  if (bootVolume && bootVolume.disk?.template?.spec.populator?.image === undefined) {
    errors.push(required(`${attachmentsPath}[0].name`, 'first volume attachment must be a bootable volume'))
  }
  return [...errors, ...checkPorts(`${path}.ports`, machine.ports ?? [])]
}
