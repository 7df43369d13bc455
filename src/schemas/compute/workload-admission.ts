import type { FieldError } from '../../apimachinery/field-error.ts'
import type { Admission, AdmissionRequest } from '../../registry/admission.ts'
import { cityCodeTopologyKey, Location } from '../networking/location.ts'
import { newFaults } from '../ratcheting.ts'
import { volumesByName } from './attachment-rules.ts'
import { checkNetworkInterfaces } from './interface-rules.ts'
import { askNetworkAccess, type NetworkAccess } from './network-access.ts'
import { checkPlacements } from './placement-rules.ts'
import { checkRuntime } from './runtime-rules.ts'
import { checkSshKeys } from './ssh-key-rules.ts'
import { checkVolumes } from './volume-rules.ts'
import type { WorkloadObject } from './workload.ts'

interface WorkloadFacts {
  /** Of all Locations of the project, sorted. */
  readonly cityCodes: readonly string[]
  readonly networks: NetworkAccess
}

/**
 * Every rule that the deployed webhook has for Workloads, on create and on update. On update a fault that the stored
 * object has already does not count, so that an unrelated change goes through.
 */
export const workloadAdmission: Admission<WorkloadObject> = {
  webhookName: 'vworkload.kb.io',

  async gather(request): Promise<WorkloadFacts | undefined> {
    if (request.operation === 'delete' || request.subresource !== undefined) return undefined
    const locations = await request.client.list(Location)
    const codes = locations.flatMap(({ spec }) => spec?.topology[cityCodeTopologyKey] ?? [])
    return {
      cityCodes: [...new Set(codes)].sort(),
      networks: await askNetworkAccess(request, networkNames(request)),
    }
  },

  validate(workload, old, _request, facts) {
    const faults = checkWorkload(workload, facts as WorkloadFacts)
    return old === undefined || faults.length === 0
      ? faults
      : newFaults(faults, checkWorkload(old, facts as WorkloadFacts))
  },
}

/** The networks that a create names. The object is as it was sent, and may be anything. */
function networkNames({ operation, object }: AdmissionRequest): string[] | undefined {
  if (operation !== 'create' || object === undefined) return undefined
  const { spec } = object as Partial<WorkloadObject>
  const interfaces: unknown = spec?.template?.spec?.networkInterfaces
  if (!Array.isArray(interfaces)) return []
  return interfaces.flatMap((each: { network?: { name?: unknown } } | null) => {
    const name = each?.network?.name
    return typeof name === 'string' ? [name] : []
  })
}

function checkWorkload({ spec }: WorkloadObject, facts: WorkloadFacts): FieldError[] {
  const { template, placements } = spec
  const templatePath = 'spec.template'
  const instancePath = `${templatePath}.spec`
  return [
    ...checkSshKeys(templatePath, template),
    ...checkVolumes(instancePath, template.spec),
    ...checkRuntime(
      `${instancePath}.runtime`,
      template.spec.runtime,
      volumesByName(template.spec.volumes ?? []),
    ),
    ...checkNetworkInterfaces(
      `${instancePath}.networkInterfaces`,
      template.spec.networkInterfaces,
      facts.networks,
    ),
    ...checkPlacements('spec.placements', placements, facts.cityCodes),
  ]
}
