import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { StructuralSchema } from '../../../src/registry/structural-schema.ts'

/** The CustomResourceDefinitions of the deployed API, where they are at hand: they are not part of this repository. */
const reference = path.resolve(fileURLToPath(import.meta.url), '../../../../../shared/reference')
const folder = path.join(reference, 'crds')

/** The manifests of the public document. */
export const samplesFolder = path.join(reference, 'samples')

export const referenceAvailable = existsSync(folder)

/** The kinds of ours that have a deployed definition, all of which are compared with it. */
export const comparedKinds: readonly string[] = [
  'Domain',
  'ExportPolicy',
  'HTTPProxy',
  'Instance',
  'Location',
  'Network',
  'NetworkBinding',
  'NetworkContext',
  'NetworkPolicy',
  'Organization',
  'OrganizationMembership',
  'PolicyBinding',
  'Project',
  'Subnet',
  'SubnetClaim',
  'User',
  'UserPreference',
  'Workload',
  'WorkloadDeployment',
]

/** What our definitions have beyond the deployed ones, by name; everything else must be the same. */
export const additions: Readonly<Record<string, readonly string[]>> = {
  Network: ['spec.ipam.ipv4Ranges', 'spec.ipam.ipv6Ranges', 'status.ipam'],
}

interface ReferenceVersion {
  name: string
  served: boolean
  storage: boolean
  schema: { openAPIV3Schema: StructuralSchema }
  additionalPrinterColumns?: { name: string; type: string; jsonPath: string; priority?: number }[]
  selectableFields?: { jsonPath: string }[]
  subresources?: Record<string, unknown>
}

export interface ReferenceDefinition {
  metadata: { name: string }
  spec: {
    group: string
    names: Record<string, unknown>
    scope: string
    versions: ReferenceVersion[]
  }
}

export function readReference(): ReferenceDefinition[] {
  if (!referenceAvailable) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(readFileSync(path.join(folder, file), 'utf8')) as ReferenceDefinition)
}
